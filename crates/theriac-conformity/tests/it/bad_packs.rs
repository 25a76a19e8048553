//! Whatever text a pack holds: it is read, or every mistake has a file and a line. Nothing panics.

use proptest::prelude::*;
use proptest::sample::select;
use theriac_conformity::pack::IEC_81001_5_1_2021;
use theriac_conformity::{Pack, PackError, evaluate};

use crate::sample::Sample;

const PACK: &str = "id = \"p\"\ntitle = \"P\"\n[confidence]\nP = \"x\"\n";

/// What expressions are made of, and some of what they are not.
const TOKENS: &[&str] = &[
    "r",
    "r.owner",
    "r.age_days",
    "r.approved",
    "risks",
    "limits",
    "true",
    "null",
    "0",
    "1",
    "-1",
    "1.5",
    "9223372036854775808",
    "'x'",
    "'approved'",
    "\"y\"",
    "'",
    "\"",
    "\\",
    "'\\u00zz'",
    "b'x'",
    "[",
    "]",
    "{",
    "}",
    "(",
    ")",
    ".",
    ",",
    ":",
    "?",
    "!",
    "-",
    "+",
    "*",
    "/",
    "%",
    "==",
    "!=",
    "<",
    "<=",
    ">",
    ">=",
    "&&",
    "||",
    "in",
    "has",
    ".exists(x, ",
    ".all(x, ",
    ".exists_one(x, ",
    ".map(x, ",
    ".filter(x, ",
    ".size()",
    "size(",
    ".startsWith(",
    "x",
    "@",
    "#",
    "`",
    "é",
    "🦀",
    "\n",
    " ",
    "r[",
    "dyn(",
    "type(",
    "timestamp(",
    "//",
    "in in",
    "r.r",
    "__result__",
    "optional.of(",
];

fn computed(over: &str, pass: &str) -> String {
    let quoted = serde_json::to_string(pass).unwrap();
    format!(
        "[[clause]]\nnumber = \"7.3\"\ntitle = \"T\"\nlevel = \"product\"\nconfidence = \"P\"\nkind = \"computed\"\n\
         duty = \"D\"\n[[clause.check]]\nid = \"7.3-a\"\ntitle = \"T\"\nover = \"{over}\"\npass = {quoted}\n\
         none = \"not met\"\ntodo = \"T\"\n"
    )
}

fn load(pack: &str, clauses: &str) -> Result<Pack, Vec<PackError>> {
    Pack::load(&[("pack.toml", pack), ("clauses/7.toml", clauses)])
}

/// Loads a pack and judges by it; mistakes have a place in the text.
fn survive(pack: &str, clauses: &str) {
    match load(pack, clauses) {
        Ok(pack) => {
            evaluate(&Sample::met().facts(), &pack).unwrap();
        }
        Err(errors) => {
            assert!(!errors.is_empty());
            for error in errors {
                let text = if error.file == "pack.toml" { pack } else { clauses };
                assert!(error.line >= 1 && error.line <= text.lines().count() + 1, "{error}");
                assert!(!error.message.is_empty());
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_or_refused(pack in "\\PC{0,80}", clauses in "\\PC{0,200}") {
        survive(&pack, &clauses);
        survive(PACK, &clauses);
    }

    #[test]
    fn any_expression_is_read_or_refused(
        tokens in prop::collection::vec(select(TOKENS), 0..24),
        over in select(vec!["risks", "once", "clauses"]),
    ) {
        survive(PACK, &computed(over, &tokens.concat()));
        survive(PACK, &computed(over, &tokens.join(" ")));
    }

    #[test]
    fn any_change_to_the_standard_is_read_or_refused(
        file in 0..IEC_81001_5_1_2021.len(),
        at in 0.0..1.0_f64,
        length in 0_usize..40,
        insert in prop_oneof![Just(String::new()), "\\PC{0,12}", select(TOKENS).prop_map(str::to_owned)],
    ) {
        let mut files: Vec<_> =
            IEC_81001_5_1_2021.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        let text = &mut files[file].1;
        let place = |position: usize| (position..=text.len()).find(|end| text.is_char_boundary(*end)).unwrap();
        let start = place((at * text.len() as f64) as usize);
        let end = place((start + length).min(text.len()));
        text.replace_range(start..end, &insert);
        for error in Pack::load(&files).err().unwrap_or_default() {
            let text = &files.iter().find(|(name, _)| *name == error.file).unwrap().1;
            prop_assert!(error.line >= 1 && error.line <= text.lines().count() + 1, "{}", error);
        }
    }
}

#[test]
fn deep_and_long_expressions_are_refused_with_their_place() {
    let openings = [
        "(",
        "[",
        "{",
        "!",
        "-",
        "r.",
        "r[",
        "r.f(",
        "0?1:",
        "1+",
        "1<",
        "1 in ",
        "r&&",
        "r||",
        "[1].all(x,",
    ];
    for open in openings {
        for times in [10, 27, 31, 32, 33, 64, 65, 200, 490, 100_000] {
            for end in ["", "1", "1 > 0", "true"] {
                survive(PACK, &computed("risks", &format!("{}{end}", open.repeat(times))));
            }
        }
    }
    let refused = |times| {
        let found = load(PACK, &computed("risks", &format!("{}1 > 0", "1+".repeat(times)))).unwrap_err();
        assert_eq!(found[0].line, 12);
        found[0].message.clone()
    };
    assert!(refused(40).contains("deeper than 32 levels"));
    assert!(refused(600).contains("longer than 1000"));
}
