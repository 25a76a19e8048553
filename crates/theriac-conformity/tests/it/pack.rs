//! Packs: what is wrong in one is found when it is loaded, with file and line.

use theriac_conformity::Pack;
use theriac_conformity::facts::words::Route;
use theriac_conformity::pack::{ClauseKind, IEC_81001_5_1_2021};

use crate::sample::pack;

const PACK: &str = "id = \"p\"\ntitle = \"P\"\n[confidence]\nP = \"x\"\n";
const CLAUSE: &str = "[[clause]]\nnumber = \"7.3\"\ntitle = \"T\"\nlevel = \"product\"\nconfidence = \"P\"\n\
                      kind = \"computed\"\nduty = \"D\"\n";
const CHECK: &str = "[[clause.check]]\nid = \"7.3-a\"\ntitle = \"T\"\nover = \"risks\"\npass = \"r.approved\"\n\
                     none = \"not met\"\ntodo = \"T\"\nowes = \"r.owner\"\n";

/// What loading a pack with this one file of clauses complains about.
fn complaint(text: &str) -> String {
    let errors = Pack::load(&[("pack.toml", PACK), ("clauses/7.toml", text)]).unwrap_err();
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

fn with_pass(pass: &str) -> String {
    format!("{CLAUSE}{}", CHECK.replace("r.approved", pass))
}

#[test]
fn the_small_pack_these_tests_break_is_right() {
    Pack::load(&[("pack.toml", PACK), ("clauses/7.toml", &format!("{CLAUSE}{CHECK}"))]).unwrap();
}

#[test]
fn a_check_of_today_says_what_to_do_where_there_is_no_subject() {
    let whole = format!("{CLAUSE}{CHECK}");
    let checked = |text: &str| Pack::check(&[("pack.toml", PACK), ("clauses/7.toml", text)]);
    let errors = checked(&whole).unwrap_err();
    assert!(errors[0].to_string().starts_with("clauses/7.toml:13: todo_none is missing"), "{errors:?}");
    let said = format!("{whole}todo_none = \"N\"\n");
    assert_eq!(checked(&said).unwrap().clauses[0].checks[0].todo_none.as_deref(), Some("N"));
    let needless =
        format!("{CLAUSE}{}todo_none = \"N\"\n", CHECK.replace("risks", "once").replace("r.", "release."));
    let needless =
        needless.replace("release.approved", "release.decided").replace("release.owner", "release.manager");
    assert!(
        checked(&needless).unwrap_err()[0].message.contains("todo_none is said where there is no subject")
    );
}

#[test]
fn every_mistake_is_told_with_file_and_line() {
    let cases = [
        (format!("{CLAUSE}{CHECK}").replace("duty", "dutty"), "clauses/7.toml:7: unknown field `dutty`"),
        (
            format!("{CLAUSE}{CHECK}").replace("\"product\"", "\"planet\""),
            "clauses/7.toml:4: unknown variant `planet`",
        ),
        (
            format!("{CLAUSE}{CHECK}").replace("\"T\"\nlevel", "3\nlevel"),
            "clauses/7.toml:3: invalid type: integer `3`",
        ),
        (
            format!("{CLAUSE}{CHECK}due = \"r.ref\"\n"),
            "clauses/7.toml:16: expected a date or null, found text",
        ),
        (
            format!("{CLAUSE}{CHECK}due = \"'soon'\"\n"),
            "clauses/7.toml:16: expected a date or null, found 'soon'",
        ),
        (
            format!("{CLAUSE}{CHECK}").replace("todo = \"T\"", "todo = \"Look at {nothing}\""),
            "clauses/7.toml:14: '{nothing}' names no field",
        ),
        (
            format!("{CLAUSE}{CHECK}").replace("todo = \"T\"", "todo = \"Look at {approved}\""),
            "clauses/7.toml:14: '{approved}' names no field",
        ),
        (format!("{CLAUSE}{CHECK}").replace("\"P\"", "\"Q\""), "clauses/7.toml:5: confidence takes letters"),
        (
            format!("{CLAUSE}{CHECK}").replace("\"risks\"", "\"rsks\""),
            "clauses/7.toml:11: there is no list 'rsks'",
        ),
        (format!("{CLAUSE}{CHECK}{CHECK}"), "clauses/7.toml:17: '7.3-a' is already in clauses/7.toml"),
        (format!("{CLAUSE}{CHECK}").replace("7.3-a", "7.4-a"), "clauses/7.toml:9: the id of a check of 7.3"),
        (
            format!("{CLAUSE}{CHECK}").replace("\"not met\"", "\"not applicable\""),
            "clauses/7.toml:13: the clause is unconditional",
        ),
        (
            format!("{CLAUSE}{CHECK}").replace("\"not met\"", "\"partly met\""),
            "clauses/7.toml:13: no subject cannot be partly met",
        ),
        (
            format!("{CLAUSE}{CHECK}").replace("computed", "attested"),
            "clauses/7.toml:9: an attested clause has no checks",
        ),
        (CLAUSE.to_owned(), "clauses/7.toml:2: a computed clause needs at least one check"),
        (format!("{CLAUSE}{CHECK}rests = [\"mood\"]\n"), "clauses/7.toml:16: 'mood' is no field with text"),
        (
            format!("{CLAUSE}{CHECK}").replace("r.owner", "r.revision"),
            "clauses/7.toml:15: expected text or null",
        ),
        (
            format!("{CLAUSE}[clause.condition]\nwords = \"W\"\napplies = \"risk.size() > 0\"\n{CHECK}"),
            "clauses/7.toml:10: 'risk' is no fact",
        ),
        (
            format!("{CLAUSE}{CHECK}").replace("kind =", "routes = []\nkind ="),
            "clauses/7.toml:2: routes must say",
        ),
        (
            format!("{CLAUSE}{CHECK}").replace("kind =", "judges = []\nkind ="),
            "clauses/7.toml:2: judges must say",
        ),
        (format!("{CLAUSE}{CHECK}judges = []\n"), "clauses/7.toml:9: judges must say"),
        (format!("{CLAUSE}{CHECK}judges = [\"soon\"]\n"), "clauses/7.toml:16: unknown variant `soon`"),
        (format!("{CLAUSE}{CHECK}when = \"x\"\n"), "clauses/7.toml:16: unknown field `when`"),
        (format!("{CLAUSE}{CHECK}todo = \"x\"\n"), "clauses/7.toml:16: duplicate key"),
        (
            format!("{CLAUSE}{CHECK}").replace("over = \"risks\"", "over = 3"),
            "clauses/7.toml:11: invalid type",
        ),
        (format!("{CLAUSE}{CHECK}").replace("todo = \"T\"\n", ""), "clauses/7.toml:8: missing field `todo`"),
        (
            format!("{CLAUSE}[clause.condition]\nwords = \"W\"\n{CHECK}"),
            "clauses/7.toml:8: missing field `applies`",
        ),
        (
            format!("{CLAUSE}{CHECK}").replace("number = \"7.3\"", "number = \"\""),
            "clauses/7.toml:2: a clause number has letters",
        ),
        ("[[check]]\nid = \"x\"\n".to_owned(), "clauses/7.toml:1: unknown field `check`"),
        (with_pass("r.aproved"), "clauses/7.toml:12: there is no field 'aproved'; there are: affects"),
        (
            with_pass("r.state == 'aproved'"),
            "clauses/7.toml:12: one of in review, approved, sent back, retired is never 'aproved'",
        ),
        (
            with_pass("r.state in ['approved', 'aproved']"),
            "clauses/7.toml:12: one of in review, approved, sent back, retired is never 'aproved'",
        ),
        (
            with_pass("r.next_review != null && r.next_review < 'soon'"),
            "clauses/7.toml:12: a date is expected beside a date",
        ),
        (
            format!("{CLAUSE}{CHECK}").replace("kind =", "max_age_days = 30\nkind ="),
            "clauses/7.toml:6: max_age_days is for attested clauses",
        ),
        (
            format!("{CLAUSE}{CHECK}judges = [\"standing\"]\n")
                .replace("kind =", "judges = [\"at release\", \"standing\"]\nkind ="),
            "clauses/7.toml:2: the clause judges \"at release\", and none of its checks does",
        ),
        (
            CLAUSE.replace("computed", "attested").replace("kind =", "max_age_days = 0\nkind ="),
            "clauses/7.toml:6: max_age_days must be at least 1",
        ),
        (with_pass("r.age_days < 3"), "clauses/7.toml:12: 'r.age_days' may be null"),
        (with_pass("r.owner != null"), "clauses/7.toml:12: text is never null"),
        (with_pass("r.suspect"), "clauses/7.toml:12: expected true or false, found a whole number"),
        (with_pass("r.suspect == 'x'"), "clauses/7.toml:12: a whole number cannot be compared with 'x'"),
        (with_pass("frobnicate(r.owner)"), "clauses/7.toml:12: there is no function 'frobnicate'"),
        (with_pass("has(r.owner)"), "clauses/7.toml:12: has() has no use"),
        (with_pass("r.approved &&"), "clauses/7.toml:12: the expression cannot be parsed"),
        (with_pass("r.suspect < 1.5"), "clauses/7.toml:12: facts hold texts, whole numbers"),
        (with_pass("risks.exists(x, x.mood)"), "clauses/7.toml:12: there is no field 'mood'"),
        (with_pass("limits.max_age_feed == 3"), "clauses/7.toml:12: 'limits' may be null"),
        (
            format!("{CLAUSE}{}", CHECK.replace("\"r.approved\"", "'''\nr.approved &&\nr.mood'''")),
            "clauses/7.toml:14: there is no field 'mood'",
        ),
        (
            with_pass("r.approved").replace("\"risks\"", "\"once\""),
            "'r' is the subject, and a check over 'once' has none",
        ),
    ];
    for (text, expected) in cases {
        let found = complaint(&text);
        assert!(found.contains(expected), "expected: {expected}\nfound: {found}");
    }
}

#[test]
fn mistakes_in_the_file_that_names_the_pack_have_their_line_too() {
    let whole = format!("{CLAUSE}{CHECK}");
    for (pack, expected) in [
        (PACK.replace("title", "titel"), "pack.toml:2: unknown field `titel`"),
        (PACK.replace("\"p\"", "7"), "pack.toml:1: invalid type: integer `7`"),
        (PACK.replace("\"x\"", "true"), "pack.toml:4: invalid type: boolean `true`"),
        (PACK.replace("title = \"P\"\n", ""), "pack.toml:1: missing field `title`"),
        (PACK.replace("[confidence]", "[confidence"), "pack.toml:3: "),
    ] {
        let errors = Pack::load(&[("pack.toml", pack.as_str()), ("clauses/7.toml", whole.as_str())]);
        let found = errors.unwrap_err()[0].to_string();
        assert!(found.starts_with(expected), "expected: {expected}\nfound: {found}");
    }
    let none = Pack::load(&[("pack.toml", PACK)]).unwrap_err();
    assert!(none[0].to_string().starts_with("pack.toml:1: the pack has no clauses"), "{}", none[0]);
}

#[test]
fn no_more_than_a_hundred_mistakes_are_told_at_once() {
    let clause = |number: usize| CLAUSE.replace("7.3", &format!("7.{number}"));
    let text: String = (0..400).map(clause).collect();
    let errors = Pack::load(&[("pack.toml", PACK), ("clauses/7.toml", text.as_str())]).unwrap_err();
    assert_eq!(errors.len(), 100);
}

#[test]
fn the_included_files_are_those_of_the_folder() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../packs/iec-81001-5-1-2021");
    let mut found = vec!["pack.toml".to_owned()];
    for entry in std::fs::read_dir(format!("{root}/clauses")).unwrap() {
        found.push(format!("clauses/{}", entry.unwrap().file_name().to_str().unwrap()));
    }
    found.sort();
    let mut included: Vec<_> = IEC_81001_5_1_2021.iter().map(|(name, _)| (*name).to_owned()).collect();
    included.sort();
    assert_eq!(included, found);
}

#[test]
fn a_value_compared_with_null_may_be_used_after_it() {
    for pass in [
        "r.age_days != null && r.age_days < 3",
        "r.age_days == null || r.age_days < 3",
        "!(r.age_days == null) && r.age_days < 3",
        "r.age_days != null ? r.age_days < 3 : false",
        "limits != null && limits.max_age_feed != null && limits.max_age_feed < 3",
        "r.state in ['approved', 'in review'] && r.title.startsWith('x') && risks.all(x, x.suspect == 0)",
    ] {
        let text = with_pass(pass);
        Pack::load(&[("pack.toml", PACK), ("clauses/7.toml", text.as_str())])
            .unwrap_or_else(|errors| panic!("{pass}: {errors:?}"));
    }
    assert!(complaint(&with_pass("r.age_days == null && r.age_days < 3")).contains("may be null"));
}

#[test]
fn a_pack_without_its_file_or_with_broken_toml_says_so() {
    let none: [(&str, &str); 0] = [];
    assert_eq!(Pack::load(&none).unwrap_err()[0].file, "pack.toml");
    assert!(complaint("[[clause]\n").starts_with("clauses/7.toml:1: "));
}

#[test]
fn the_standard_has_all_activities_and_annex_f_as_a_route() {
    let pack = pack();
    let (annex, activities): (Vec<_>, Vec<_>) =
        pack.clauses.iter().partition(|clause| clause.number.starts_with('F'));
    assert_eq!((activities.len(), annex.len()), (56, 3));
    assert!(annex.iter().all(|clause| clause.routes == [Route::Transitional]));
    let computed: Vec<_> = activities
        .iter()
        .filter(|clause| clause.kind == ClauseKind::Computed)
        .map(|clause| clause.number.as_str())
        .collect();
    assert_eq!(
        computed,
        [
            "4.1.2", "4.3", "5.1.1", "5.2.1", "5.2.2", "5.7.5", "5.8.1", "5.8.3", "5.8.5", "5.8.6", "7.1.1",
            "7.3", "7.4"
        ]
    );
}

#[test]
fn the_digest_follows_the_text_and_not_the_order_of_files() {
    let mut files = IEC_81001_5_1_2021.to_vec();
    files.reverse();
    assert_eq!(Pack::load(&files).unwrap().digest, pack().digest);
    let changed: Vec<_> = files.iter().map(|(name, text)| (*name, text.replacen("# ", "#  ", 1))).collect();
    assert_ne!(Pack::load(&changed).unwrap().digest, pack().digest);
}
