//! Records through their pages: list, form, draft, review, signature, suspect link.

use axum::http::StatusCode;
use theriac_demo::PASSWORD;

use crate::site::Site;

const FIELDS: [(&str, &str); 8] = [
    ("title", "Patch procedure"),
    ("type", "procedure"),
    ("clauses", "6.1.1\n6.2.2"),
    ("body", "## How\nPatches are *tested*."),
    ("owner", "ana"),
    ("effective_date", "2026-11-01"),
    ("next_review", "2027-11-01"),
    ("then", "submit"),
];

#[tokio::test]
async fn people_are_called_by_name_wherever_a_record_or_a_person_names_them() {
    let site = Site::signed_in("ana").await;
    let risk = site.get("/records/RISK-1").await.ok();
    assert!(risk.texts("dd").contains(&"Eve Novak".to_owned()), "{:?}", risk.texts("dd"));
    let signing = site.get("/records/RISK-1/sign?act=retire").await.ok();
    assert!(signing.texts("dd").contains(&"Eve Novak".to_owned()), "{:?}", signing.texts("dd"));
    let ana = site.get("/people/ana").await.ok();
    assert!(ana.texts("dd").contains(&"Vera Olsen".to_owned()), "{:?}", ana.texts("dd"));
    assert!(ana.text.contains("by Ana Okafor"), "{}", ana.text);
}

#[tokio::test]
async fn lists_show_the_fields_that_a_kind_lists() {
    let site = Site::signed_in("ana").await;
    let about =
        async |kind: &str| site.get(&format!("/records?kind={kind}")).await.ok().texts("th .sub")[0].clone();
    let risk = about("risk").await;
    assert!(risk.contains("Harm to a patient: ") && risk.contains("Treatment: "), "{risk}");
    assert!(!risk.contains("Owner") && !risk.contains("Next review"), "columns show these: {risk}");
    let responsibility = about("responsibility").await;
    assert!(responsibility.contains("Accountable person: Ana Okafor"), "{responsibility}");
}

#[tokio::test]
async fn a_document_is_written_sent_back_mended_and_signed() {
    let site = Site::signed_in("ana").await;
    let form = site.get("/records/new?kind=document&scope=-").await.ok();
    assert_eq!(form.texts("h1"), ["New document"]);
    let begun = site.send("/records/new?kind=document&scope=-", &FIELDS[..1]).await;
    assert!(begun.location.ends_with("/edit"), "{} {}", begun.status, begun.text);
    let number = begun.location.split('/').nth(2).unwrap().to_owned();

    let edit = format!("/records/{number}/edit");
    let expected = site.get(&edit).await.ok().value("expected");
    let missing = [("title", "Patch procedure"), ("then", "submit"), ("expected", expected.as_str())];
    let refused = site.send(&edit, &missing).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("Owner: Owner is missing"), "{}", refused.text);

    let expected = refused.value("expected");
    let mut all = FIELDS.to_vec();
    all.push(("expected", &expected));
    let sent = site.send(&edit, &all).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    let record = format!("/records/{number}");
    assert!(site.get(&record).await.ok().text.contains("<em>tested</em>"));

    site.sign_out().await;
    site.sign_in("cleo").await;
    let work = site.get("/").await.ok();
    assert!(work.text.contains("1 record to be read and approved"), "{}", work.text);
    let digest = site.get(&format!("{record}/sign")).await.ok().value("digest");
    let silent = site.send(&format!("{record}/send-back"), &[("reason", " "), ("expected", &digest)]).await;
    assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(silent.texts("details[open] form .err").len(), 1, "on the record's page: {}", silent.text);
    let back = [("reason", "Say who tests"), ("expected", digest.as_str())];
    assert_eq!(site.send(&format!("{record}/send-back"), &back).await.status, StatusCode::SEE_OTHER);
    assert!(site.get(&record).await.ok().text.contains("Say who tests"));

    site.sign_out().await;
    site.sign_in("ana").await;
    let work = site.get("/").await.ok();
    assert!(work.text.contains("1 record of yours sent back"), "{}", work.text);
    let expected = site.get(&edit).await.ok().value("expected");
    let mut all = FIELDS.to_vec();
    all[3] = ("body", "Patches are tested by Mei.");
    all.push(("expected", &expected));
    assert_eq!(site.send(&edit, &all).await.status, StatusCode::SEE_OTHER);
    let diff = site.get(&format!("{record}/1..2")).await.ok();
    assert!(diff.text.contains("tested by Mei"), "{}", diff.text);

    site.sign_out().await;
    site.sign_in("cleo").await;
    let sign = format!("{record}/sign");
    let digest = site.get(&sign).await.ok().value("digest");
    let said = "Read with Mei; the <tests> are hers.";
    let with = |password| {
        [("digest", digest.as_str()), ("act", "approve"), ("password", password), ("comment", said)]
    };
    let wrong = site.send(&sign, &with("guess")).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text.contains("not your password"));
    assert_eq!(wrong.texts("textarea[name=comment]"), [said], "what was typed stays");
    let long = "x".repeat(2_001);
    let long = [("digest", digest.as_str()), ("act", "approve"), ("password", PASSWORD), ("comment", &long)];
    let long = site.send(&sign, &long).await;
    assert_eq!(long.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(long.text.contains("at most 2000 characters"), "{}", long.text);
    assert_eq!(site.send(&sign, &with(PASSWORD)).await.status, StatusCode::SEE_OTHER);
    let history = site.get(&format!("{record}/history")).await.ok();
    assert!(history.text.contains("Document approved for use"), "{}", history.text);
    let comment = |page: &crate::site::Page| page.texts("main").join(" ").contains(said);
    assert!(
        comment(&history) && comment(&site.get(&record).await.ok()),
        "the comment is kept with the signature"
    );
    let audit = site.get("/audit?what=record+approve").await;
    assert!(audit.status == StatusCode::FORBIDDEN || comment(&audit), "{}", audit.text);
}

#[tokio::test]
async fn what_is_signed_is_shown_with_its_files_and_pinned_links() {
    let site = Site::signed_in("ana").await;
    let mut fields = vec![
        ("title", "Idle sessions end"),
        ("description", "They end after ten minutes."),
        ("side_effects", "A reader signs in more often."),
        ("owner", "ana"),
        ("link", "implemented-by:REQ-1"),
    ];
    let edit = site.send("/records/new?kind=measure&product=gateway", &fields).await.location;
    let attach = edit.replace("/edit", "/attach");
    let bytes = b"minutes of the meeting".repeat(100);
    assert_eq!(site.send_files(&attach, &[], &[("minutes.txt", &bytes)]).await.location, edit);
    assert_eq!(site.send_files(&attach, &[], &[("wrong.txt", b"x")]).await.location, edit);
    assert!(site.get(&edit).await.ok().text.contains("wrong.txt"));
    let detach = edit.replace("/edit", "/detach");
    assert_eq!(site.send(&detach, &[("name", "wrong.txt")]).await.location, edit);
    assert!(!site.get(&edit).await.ok().texts("#draft-files").concat().contains("wrong.txt"));
    let shown = site.get(&edit).await.ok().value("expected");
    fields.extend([("expected", shown.as_str()), ("then", "submit")]);
    let sent = site.send(&edit, &fields).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{:?}", sent.texts(".err"));
    let record = sent.location;
    for page in [site.get(&record).await.ok(), site.get(&format!("{record}/sign")).await.ok()] {
        let file = page.links("minutes.txt");
        assert_eq!(file.len(), 1, "{}", page.text);
        assert!(page.texts("main").join(" ").contains("2.2 kB, digest"), "{:?}", page.texts("main"));
        let digest = file[0].rsplit('/').next().unwrap();
        assert!(page.texts("code").iter().any(|code| digest.starts_with(code.as_str())), "{digest}");
    }
    let sign = site.get(&format!("{record}/sign")).await.ok();
    let pinned = sign.texts("#sign-form dd a");
    let pinned = pinned.iter().find(|text| text.starts_with("REQ-1 revision ")).unwrap();
    let number = pinned.rsplit(' ').next().unwrap();
    assert_eq!(sign.links(pinned), [format!("/records/REQ-1/{number}")]);
}

#[tokio::test]
async fn a_signature_is_offered_to_who_may_give_it_and_others_read_why_not() {
    let site = Site::signed_in("adam").await;
    let granted = site.send("/people/ana/grants", &[("role", "approver"), ("scope", "")]).await;
    assert_eq!(granted.status, StatusCode::SEE_OTHER, "{}", granted.text);
    site.sign_out().await;
    site.sign_in("ana").await;
    let record = site.send(NEW, &FIELDS).await.location;
    let sign = format!("{record}/sign");
    // Who wrote it may approve what others wrote, and reads why not this before giving a password.
    let own = site.get(&record).await.ok();
    assert!(own.links("Sign and approve").is_empty(), "{}", own.text);
    assert!(own.text.contains("disabled>Sign and approve"), "{}", own.text);
    let form = site.get(&sign).await.ok();
    assert!(form.texts("input[name=password]").is_empty(), "{}", form.text);
    let digest = form.value("digest");
    let give = [("digest", digest.as_str()), ("act", "approve"), ("password", PASSWORD)];
    let refused = site.send(&sign, &give).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let why = refused.texts("[role=alert]").join(" ").replace("Not signed. ", "");
    assert!(own.text.contains(&why) && form.text.contains(&why), "the page and the act say the same: {why}");
    site.sign_out().await;

    site.sign_in("cleo").await;
    assert_eq!(site.get(&record).await.ok().links("Sign and approve"), [sign.as_str()]);
    assert_eq!(site.send(&sign, &give).await.location, record);
    let after = site.get(&sign).await.ok();
    assert!(after.texts("input[name=password]").is_empty(), "{}", after.text);
    assert!(after.text.contains("is approved, not in review"), "{}", after.text);
    assert!(site.get(&record).await.ok().links("Sign and approve").is_empty());
}

#[tokio::test]
async fn who_writes_no_records_is_not_offered_to() {
    for (who, writes) in [("otto", false), ("ana", true)] {
        let site = Site::signed_in(who).await;
        for page in ["/", "/records", "/records?kind=risk"] {
            let page = site.get(page).await.ok();
            let new = page.links("New record").len() + page.links("New risk").len();
            assert_eq!(new > 0, writes, "{who}: {}", page.text);
        }
        let form = site.get("/records/new?kind=risk&product=gateway").await;
        assert_eq!(form.status == StatusCode::OK, writes, "{who}");
        assert_eq!(form.texts("form[data-autosave]").len(), usize::from(writes), "{who}");
        if !writes {
            assert!(form.texts("h1")[0].contains("may not write"), "{:?}", form.texts("h1"));
            let scope = site.get("/records/new?kind=risk").await;
            assert_eq!(scope.status, StatusCode::FORBIDDEN);
        }
    }
}

#[tokio::test]
async fn a_revision_submitted_by_mistake_is_withdrawn_on_its_page() {
    let site = Site::signed_in("ana").await;
    let begun = site.send("/records/new?kind=document&scope=-", &FIELDS[..1]).await;
    let (edit, number) = (begun.location.clone(), begun.location.split('/').nth(2).unwrap().to_owned());
    let expected = site.get(&edit).await.ok().value("expected");
    let mut all = FIELDS.to_vec();
    all.push(("expected", &expected));
    assert_eq!(site.send(&edit, &all).await.status, StatusCode::SEE_OTHER);

    let (record, withdraw) = (format!("/records/{number}"), format!("/records/{number}/withdraw"));
    let page = site.get(&record).await.ok();
    assert!(page.text.contains(&format!("action=\"{withdraw}\"")), "{}", page.text);
    assert!(!page.text.contains("/send-back\""), "an author does not send back");
    let digest = page.value("expected");
    let why = [("reason", "It was of another product"), ("expected", digest.as_str())];
    assert_eq!(site.send(&withdraw, &why).await.location, record);
    let page = site.get(&record).await.ok();
    assert!(page.texts(".meta").join(" ").contains("Withdrawn"), "{}", page.text);
    let note = page.texts(".note").join(" ");
    assert!(note.contains("Withdrawn.") && note.contains("It was of another product"), "{note}");
    assert!(!page.text.contains(&withdraw), "{}", page.text);
    assert!(page.links("Edit as revision 2").len() == 1, "{}", page.text);
    let history = site.get(&format!("{record}/history")).await.ok();
    assert!(history.text.contains("Withdrawn"), "{}", history.text);
    let list = site.get("/records?state=withdrawn").await.ok();
    assert!(list.text.contains(&number), "{}", list.text);
}

#[tokio::test]
async fn two_windows_meet_in_a_page_that_loses_nothing() {
    let site = Site::signed_in("ana").await;
    let begun = site.send("/records/new?kind=document&scope=-", &FIELDS[..1]).await;
    let edit = begun.location;
    let shown = site.get(&edit).await.ok().value("expected");
    let save = |title, expected| [("title", title), ("then", "save"), ("expected", expected)];
    assert_eq!(site.send(&edit, &save("First window", &shown)).await.status, StatusCode::SEE_OTHER);
    let conflict = site.send(&edit, &save("Second window", &shown)).await;
    assert_eq!(conflict.status, StatusCode::CONFLICT);
    assert!(
        conflict.text.contains("First window") && conflict.value("title") == "Second window",
        "{}",
        conflict.text
    );
    let now = conflict.value("expected");
    assert_eq!(site.send(&edit, &save("Second window", &now)).await.status, StatusCode::SEE_OTHER);
    assert_eq!(site.get(&edit).await.ok().value("title"), "Second window");
}

const NEW: &str = "/records/new?kind=document&scope=-";

async fn drafts(site: &Site) -> usize {
    site.get("/records?kind=document&state=draft").await.ok().texts("tbody tr").len()
}

#[tokio::test]
async fn the_first_save_of_a_new_form_by_script_makes_the_record() {
    let site = Site::signed_in("ana").await;
    let before = drafts(&site).await;
    let form = site.get(NEW).await.ok();
    assert_eq!(form.texts("form[data-autosave]").len(), 1);
    assert_eq!(drafts(&site).await, before, "an untouched form makes no draft");
    let id = form.value("form-id");
    let title = |title| [("title", title), ("expected", ""), ("form-id", id.as_str())];

    let saved = site.script(NEW, &title("Half a ti")).await.ok();
    let saved: serde_json::Value = serde_json::from_str(&saved.text).unwrap();
    let edit = saved["edit"].as_str().unwrap();
    let shown = site.get(edit).await.ok();
    assert_eq!(shown.value("title"), "Half a ti");
    assert_eq!(shown.value("expected"), saved["expected"].as_str().unwrap());
    assert_eq!(shown.texts("[name='form-id']").len(), 0, "the record has a number now");
    assert_eq!(drafts(&site).await, before + 1);

    // The answer was lost on its way: the same again is no second record, and something else is not forgotten.
    let again = site.script(NEW, &title("Half a ti")).await.ok();
    assert_eq!(serde_json::from_str::<serde_json::Value>(&again.text).unwrap(), saved);
    let more = site.send(NEW, &title("Half a title")).await;
    assert_eq!(more.status, StatusCode::CONFLICT);
    assert!(more.text.contains("Half a ti") && more.value("title") == "Half a title", "{}", more.text);
    let mine = [("title", "Half a title"), ("expected", &more.value("expected"))];
    assert_eq!(site.send(edit, &mine).await.location, edit);
    assert_eq!(site.get(edit).await.ok().value("title"), "Half a title");
    assert_eq!(drafts(&site).await, before + 1);

    // Another tab is another form, and another record.
    let other = site.get(NEW).await.ok().value("form-id");
    let other = site.script(NEW, &[("title", "Other"), ("form-id", &other)]).await.ok();
    assert!(!other.text.contains(edit), "{}", other.text);
    assert_eq!(site.get(edit).await.ok().value("title"), "Half a title");
    assert_eq!(drafts(&site).await, before + 2);
}

#[tokio::test]
async fn going_back_to_a_form_that_was_saved_leads_to_its_record() {
    let site = Site::signed_in("ana").await;
    let form = site.get(NEW).await.ok();
    let id = form.value("form-id");
    let back = format!("{NEW}&form={id}");
    assert_eq!(site.get(&back).await.ok().value("form-id"), id, "the address names the form");
    let before = drafts(&site).await;
    let edit = site.send(NEW, &[("title", "Once"), ("form-id", &id)]).await.location;
    let again = site.get(&back).await;
    assert_eq!((again.status, again.location), (StatusCode::SEE_OTHER, edit));
    assert_eq!(drafts(&site).await, before + 1);
    let kind = site.get(&format!("/records/new?kind=requirement&product=gateway&form={id}")).await;
    assert_eq!(kind.status, StatusCode::CONFLICT, "a form of another kind");
    let other = site.get(NEW).await.ok().value("form-id");
    assert_ne!(other, id);

    site.sign_out().await;
    site.sign_in("ben").await;
    let of_others = site.get(&format!("/records/new?kind=requirement&product=gateway&form={id}")).await;
    assert_eq!(of_others.ok().value("form-id"), id, "to somebody else it is a new form");
}

#[tokio::test]
async fn a_button_pressed_twice_begins_one_record() {
    let site = Site::signed_in("ana").await;
    let id = site.get(NEW).await.ok().value("form-id");
    // The form keeps its name when a row or link is added, and when it is refused.
    let shown = site.send(NEW, &[("title", "A"), ("form-id", &id), ("add-link", "true")]).await.ok();
    assert_eq!(shown.value("form-id"), id);
    let mut all = FIELDS.to_vec();
    all.push(("form-id", &id));
    let first = site.send(NEW, &all).await;
    let second = site.send(NEW, &all).await;
    assert_eq!((first.status, second.status), (StatusCode::SEE_OTHER, StatusCode::SEE_OTHER));
    assert_eq!(first.location, second.location, "the record that is in review");
}

#[tokio::test]
async fn a_conflict_shows_tables_and_links_too() {
    let site = Site::signed_in("ana").await;
    let typed = [("title", "Review"), ("attendees.0.person", "ben"), ("link", "reviews:REQ-1")];
    let edit = site.send("/records/new?kind=review&product=gateway", &typed[..1]).await.location;
    let shown = site.get(&edit).await.ok().value("expected");
    let mut mine = typed.to_vec();
    mine.push(("expected", &shown));
    assert_eq!(site.send(&edit, &mine).await.location, edit);
    // The same once more from the old form was saved already.
    assert_eq!(site.send(&edit, &mine).await.location, edit);
    let theirs = [("title", "Review"), ("attendees.0.person", "mei"), ("expected", &shown)];
    let conflict = site.send(&edit, &theirs).await;
    assert_eq!(conflict.status, StatusCode::CONFLICT);
    let lines = conflict.texts(".diff").join(" ");
    for said in ["1. Person: ben", "1. Person: mei", "reviews REQ-1"] {
        assert!(lines.contains(said), "{said} in {lines}");
    }
}

#[tokio::test]
async fn rows_and_links_are_added_without_script() {
    let site = Site::signed_in("ana").await;
    let new = "/records/new?kind=review&product=gateway";
    let more = site.send(new, &[("title", "Review of the design"), ("add-row", "attendees")]).await.ok();
    assert_eq!(more.value("title"), "Review of the design");
    assert_eq!(more.texts("[name='attendees.0.person']").len(), 1);
    let typed = [
        ("title", "Review of the design"),
        ("attendees.0.person", "ben"),
        ("attendees.1.person", "mei"),
        ("remove-row", "attendees.0"),
        ("link-type", "reviews"),
    ];
    let fewer = site.send(new, &typed).await.ok();
    assert!(fewer.text.contains("<option value=\"mei\" selected"), "{}", fewer.text);
    let link =
        [("title", "Review"), ("link-type", "reviews"), ("link-target", "req-1"), ("add-link", "true")];
    assert_eq!(site.send(new, &link).await.ok().value("link"), "reviews:REQ-1");
}

#[tokio::test]
async fn a_scale_offers_the_levels_of_the_criteria_in_force() {
    let site = Site::signed_in("ana").await;
    let form = site.get("/records/new?kind=risk&product=gateway").await.ok();
    let levels = form.texts("select[name=likelihood] option");
    assert_eq!(levels, ["Choose", "rare", "possible", "likely"]);
    let refused =
        site.send("/records/new?kind=risk&product=gateway", &[("title", "A"), ("likelihood", "odd")]);
    let form = site.get(&refused.await.location).await.ok();
    assert_eq!(form.texts("select[name=likelihood] option[selected]"), ["odd (no level any more)"]);
}

#[tokio::test]
async fn lists_filter_page_and_export() {
    let site = Site::signed_in("otto").await;
    let risks = site.get("/records?kind=risk").await.ok();
    assert_eq!(risks.texts("tbody tr").len(), 3);
    let found = site.get("/records?q=GUESSED").await.ok();
    assert_eq!(found.texts("tbody tr").len(), 1);
    let first = site.get("/records").await.ok();
    assert_eq!(first.texts("tbody tr").len(), 50);
    let file = site.get("/records?kind=risk&format=json").await.ok();
    let file: serde_json::Value = serde_json::from_str(&file.text).unwrap();
    assert_eq!(file["records"].as_array().unwrap().len(), 3);
    assert_eq!(site.get("/records?sort=sideways").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(site.get("/records/RISK-99").await.status, StatusCode::NOT_FOUND);
    assert_eq!(site.get("/records/RISK-1/edit").await.status, StatusCode::FORBIDDEN, "an auditor only reads");
}

#[tokio::test]
async fn a_list_names_the_release_of_a_record_however_many_releases_there_are() {
    let site = Site::signed_in("ana").await;
    for number in 0..201 {
        let name = format!("0.{number}");
        let added = site.send("/products/gateway/releases", &[("release", name.as_str())]).await;
        assert_eq!(added.status, StatusCode::SEE_OTHER, "{}", added.text);
    }
    let list = site.get("/records?kind=activity").await.ok();
    let rows = list.texts("tbody tr");
    let row = rows.iter().find(|row| row.contains("ACT-6 ")).unwrap();
    assert!(row.contains("Lumen Gateway 2.4.0") && row.contains("Ana Okafor"), "{row}");
}

#[tokio::test]
async fn a_suspect_link_is_confirmed_with_a_reason_and_nothing_typed_is_lost() {
    let site = Site::signed_in("ana").await;
    let suspects = site.get("/records?suspect=yes").await.ok();
    let selector = scraper::Selector::parse("tbody th a").unwrap();
    let hrefs: Vec<String> =
        suspects.html().select(&selector).filter_map(|link| link.attr("href").map(str::to_owned)).collect();
    let mut compare = None;
    for record in hrefs {
        compare = compare.or(site.get(&record).await.ok().links("Compare and confirm").first().cloned());
    }
    let compare = compare.expect("a suspect link in the demonstration");
    let target = compare.split('/').nth(2).unwrap();
    let confirm = format!("/records/{target}/confirm");
    let form = site.get(&compare).await.ok().hidden(&confirm);
    let long = "x".repeat(2_001);
    for reason in ["", long.as_str()] {
        let mut sent: Vec<_> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        sent.push(("reason", reason));
        let refused = site.post(&confirm, &sent).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(!refused.texts("form .err").is_empty(), "{}", refused.text);
        assert_eq!(refused.texts("textarea[name=reason]"), [reason], "what was typed stays");
        assert_eq!(refused.hidden(&confirm), form, "the form can be sent again");
    }
    let mut sent: Vec<_> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    sent.push(("reason", "The change touches the wording alone."));
    assert_eq!(site.post(&confirm, &sent).await.status, StatusCode::SEE_OTHER);
}
