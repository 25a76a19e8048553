//! The life of a record: numbers, drafts, revisions, signatures, suspect links, lists, files.

use serde_json::{Value, json};
use theriac_auth::separation::Conflict;
use theriac_auth::{Access, Grant, Permission, PersonId, ProductId, Role, Scope, TokenId, TokenScope};
use theriac_model::Digest;
use theriac_service::records::{
    self, Approval, Begin, ClearSuspect, DraftInput, DraftLink, Head, Import, ListInput, Order, ScopeInput,
};
use theriac_service::{ServiceError, Who};
use theriac_store::tables::access::TokenRow;
use theriac_store::testing::TestStore;
use theriac_store::{Act, args, on_both_engines, tables};

use crate::world::{World, id_of};

fn product() -> ScopeInput {
    ScopeInput::Product("gateway".to_owned())
}

async fn begin(
    world: &World,
    who: &Who,
    kind: &str,
    content: Value,
    links: Vec<DraftLink>,
) -> (String, Digest) {
    let scope = if kind == "risk-criteria" { ScopeInput::Organisation } else { product() };
    let begun = records::begin(&world.app, who, Begin { kind: kind.to_owned(), scope, content, links })
        .await
        .unwrap();
    (begun.reference, begun.expected)
}

/// Begins, submits and approves; gives reference and digest.
async fn submitted(world: &World, kind: &str, content: Value, links: Vec<DraftLink>) -> (String, Digest) {
    let ana = world.who("ana");
    let (reference, expected) = begin(world, &ana, kind, content, links).await;
    let submitted = records::submit(&world.app, &ana, &reference, expected).await.unwrap();
    (reference, submitted.digest)
}

async fn approved(world: &World, kind: &str, content: Value, links: Vec<DraftLink>) -> (String, Digest) {
    let (reference, digest) = submitted(world, kind, content, links).await;
    approve(world, &reference, digest).await;
    (reference, digest)
}

async fn approve(world: &World, reference: &str, digest: Digest) {
    let approver = if reference.starts_with("RISK-") { "eve" } else { "cleo" };
    let (who, proof) = (world.who(approver), world.proof(approver));
    let approval = records::approve(&world.app, &who, &proof, reference, digest).await.unwrap();
    assert_eq!(approval, Approval::Approved);
}

fn document(title: &str) -> Value {
    json!({
        "title": title, "type": "procedure", "clauses": ["6.2.1"], "body": "How reports are received.", "owner": "ana",
        "effective_date": "2026-01-01", "next_review": "2027-01-01"
    })
}

fn item(name: &str) -> Value {
    (theriac_model::kinds::SOFTWARE_ITEM.samples)()
        .into_iter()
        .next()
        .map(|mut sample| {
            sample["title"] = json!(name);
            sample["owner"] = json!("ana");
            sample
        })
        .unwrap()
}

/// Ana writes the next revision; gives its digest.
async fn revise(world: &World, ana: &Who, reference: &str, content: Value) -> Digest {
    let view = records::edit(&world.app, ana, reference).await.unwrap();
    let input = DraftInput { content, links: vec![] };
    let saved = records::save_draft(&world.app, ana, reference, view.expected, input).await.unwrap();
    records::submit(&world.app, ana, reference, saved.expected).await.unwrap().digest
}

async fn head(world: &World, reference: &str) -> records::RecordView {
    records::record(&world.app, &world.who("ana"), reference, None).await.unwrap()
}

on_both_engines!(a_record_goes_from_draft_to_approved_and_is_numbered_once, |store| {
    let world = World::new(&store).await;
    let ana = world.who("ana");
    let (reference, expected) = begin(&world, &ana, "document", json!({"title": "Handling"}), vec![]).await;
    assert_eq!(reference, "DOC-1");
    let missing = records::submit(&world.app, &ana, &reference, expected).await.unwrap_err();
    let ServiceError::Invalid(errors) = missing else { panic!("{missing}") };
    assert!(errors.iter().any(|error| error.field == "owner"), "{errors:?}");

    let input = DraftInput { content: document("Handling"), links: vec![] };
    let saved = records::save_draft(&world.app, &ana, &reference, expected, input).await.unwrap();
    let submitted = records::submit(&world.app, &ana, &reference, saved.expected).await.unwrap();
    assert_eq!(submitted.number, 1);
    assert_eq!(head(&world, &reference).await.head.state, "in review");
    approve(&world, &reference, submitted.digest).await;
    let view = head(&world, &reference).await;
    assert_eq!(view.head.state, "approved");
    assert_eq!(view.head.due.unwrap().to_string(), "2027-01-01");
    assert_eq!(view.shown.unwrap().signatures[0].meaning, "Document approved for use");
    let (second, _) = begin(&world, &ana, "document", json!({"title": "Another"}), vec![]).await;
    assert_eq!(second, "DOC-2");
});

on_both_engines!(two_windows_do_not_overwrite_each_other, |store| {
    let world = World::new(&store).await;
    let ana = world.who("ana");
    let (reference, shown) = begin(&world, &ana, "document", json!({"title": "One"}), vec![]).await;
    let input = |title: &str| DraftInput { content: json!({ "title": title }), links: vec![] };
    records::save_draft(&world.app, &ana, &reference, shown, input("First window")).await.unwrap();
    let late =
        records::save_draft(&world.app, &ana, &reference, shown, input("Second window")).await.unwrap_err();
    let ServiceError::Changed { now: Some(now), .. } = late else { panic!("{late}") };
    let view = records::edit(&world.app, &ana, &reference).await.unwrap();
    assert_eq!((view.content.text("title"), view.expected), ("First window", now));
    records::save_draft(&world.app, &ana, &reference, now, input("Second window")).await.unwrap();
});

/// What the audit log says of a record, oldest first: the action with the digests before and after.
async fn entries(world: &World, reference: &str) -> Vec<(String, Option<Digest>, Option<Digest>)> {
    let filter =
        tables::audit::Filter { subject: Some(reference.to_owned()), limit: 200, ..Default::default() };
    let mut read = world.app.store().read().await.unwrap();
    let entries = tables::audit::list(&mut read, &filter).await.unwrap();
    let change = |entry: &theriac_store::audit::Entry| (entry.changes[0].before, entry.changes[0].after);
    let line = |entry: theriac_store::audit::Entry| {
        let (before, after) = change(&entry);
        (entry.action, before, after)
    };
    entries.into_iter().rev().map(|(entry, _)| line(entry)).collect()
}

on_both_engines!(the_log_says_when_a_draft_began_and_ended_and_not_each_save, |store| {
    let world = World::new(&store).await;
    let (app, ana) = (&world.app, world.who("ana"));
    let input = |title: &str| DraftInput { content: document(title), links: vec![] };
    let (reference, first) = begin(&world, &ana, "document", json!({"title": "One"}), vec![]).await;
    let second = records::save_draft(app, &ana, &reference, first, input("Two")).await.unwrap().expected;
    let third = records::save_draft(app, &ana, &reference, second, input("Three")).await.unwrap().expected;
    let one = records::submit(app, &ana, &reference, third).await.unwrap().digest;
    let entry = |action: &str, before, after| (action.to_owned(), before, after);
    let mut log = vec![entry("record begin", None, Some(first)), entry("record submit", None, Some(one))];
    assert_eq!(entries(&world, &reference).await, log);

    // The first save on a revision begins a draft; it is thrown away under the name that it has then.
    let shown = records::edit(app, &ana, &reference).await.unwrap().expected;
    let began = records::save_draft(app, &ana, &reference, shown, input("Four")).await.unwrap().expected;
    let last = records::save_draft(app, &ana, &reference, began, input("Five")).await.unwrap().expected;
    records::discard(app, &ana, &reference, last).await.unwrap();
    log.push(entry("record draft begin", None, Some(began)));
    log.push(entry("record discard", Some(last), None));
    assert_eq!(entries(&world, &reference).await, log);

    // A machine's draft is taken over by the person who saves it first.
    let machine = Who::system("import");
    let (shown, by_machine) = {
        let shown = records::edit(app, &machine, &reference).await.unwrap().expected;
        let saved = records::save_draft(app, &machine, &reference, shown, input("Six")).await.unwrap();
        (records::edit(app, &ana, &reference).await.unwrap().expected, saved.expected)
    };
    assert_eq!(shown, by_machine, "the machine's draft is offered");
    let taken = records::save_draft(app, &ana, &reference, shown, input("Seven")).await.unwrap().expected;
    records::save_draft(app, &ana, &reference, taken, input("Eight")).await.unwrap();
    log.push(entry("record draft begin", None, Some(by_machine)));
    log.push(entry("record draft take over", Some(by_machine), Some(taken)));
    assert_eq!(entries(&world, &reference).await, log);

    // A refused save is an attempt.
    let otto = world.who("otto");
    records::save_draft(app, &otto, &reference, taken, input("Nine")).await.unwrap_err();
    let filter =
        tables::audit::Filter { action: Some("record save".to_owned()), limit: 9, ..Default::default() };
    let refused = tables::audit::list(&mut app.store().read().await.unwrap(), &filter).await.unwrap();
    assert!(refused.len() == 1 && refused[0].0.refused.is_some(), "{refused:?}");
});

on_both_engines!(a_form_begins_one_record_however_often_it_is_sent, |store| {
    let world = World::new(&store).await;
    let (ana, ben) = (world.who("ana"), world.who("ben"));
    let form = |title: &str| Begin {
        kind: "requirement".to_owned(),
        scope: product(),
        content: json!({ "title": title }),
        links: vec![],
    };
    let begun = records::begin_from_form(&world.app, &ana, "f1", form("One")).await.unwrap();
    assert_eq!(begun.reference, "REQ-1");
    let again = records::begin_from_form(&world.app, &ana, "f1", form("One")).await.unwrap();
    assert_eq!(again, begun);
    let other = records::begin_from_form(&world.app, &ana, "f1", form("One and more")).await.unwrap_err();
    let ServiceError::Changed { what, now } = other else { panic!("{other}") };
    assert_eq!((what.as_str(), now), ("REQ-1", Some(begun.expected)));
    assert_eq!(head(&world, "REQ-1").await.head.title, "One");

    // Another form, and somebody else's, begin their own.
    let second = records::begin_from_form(&world.app, &ana, "f2", form("One")).await.unwrap();
    assert_eq!(second.reference, "REQ-2", "no number was used up meanwhile");
    let bens = records::begin_from_form(&world.app, &ben, "f1", form("One")).await.unwrap();
    assert_eq!(bens.reference, "REQ-3");

    // What has moved on is not begun anew.
    records::discard(&world.app, &ana, "REQ-1", begun.expected).await.unwrap();
    let late = records::begin_from_form(&world.app, &ana, "f1", form("One")).await.unwrap_err();
    assert!(matches!(late, ServiceError::Changed { .. }), "{late}");
});

on_both_engines!(two_authors_of_one_record_see_each_other, |store| {
    let world = World::new(&store).await;
    let (reference, first) = approved(&world, "requirement", requirement("Lock out"), vec![]).await;
    let (ana, ben) = (world.who("ana"), world.who("ben"));
    let anas = records::edit(&world.app, &ana, &reference).await.unwrap();
    let bens = records::edit(&world.app, &ben, &reference).await.unwrap();
    assert_eq!(anas.expected, bens.expected);
    let input = |title: &str| DraftInput { content: requirement(title), links: vec![] };
    let saved =
        records::save_draft(&world.app, &ana, &reference, anas.expected, input("By Ana")).await.unwrap();
    let other =
        records::save_draft(&world.app, &ben, &reference, bens.expected, input("By Ben")).await.unwrap();
    records::submit(&world.app, &ana, &reference, saved.expected).await.unwrap();
    let overtaken = records::submit(&world.app, &ben, &reference, other.expected).await.unwrap_err();
    assert!(matches!(overtaken, ServiceError::Changed { .. }), "{overtaken}");
    let view = records::edit(&world.app, &ben, &reference).await.unwrap();
    assert_eq!(view.content.text("title"), "By Ana");
    assert_eq!(view.overtaken.unwrap().text("title"), "By Ben", "nothing typed is lost");
    assert_eq!(
        head(&world, &reference).await.head.approved,
        Some(first),
        "what was approved is still in force"
    );
});

fn requirement(title: &str) -> Value {
    let mut sample = (theriac_model::kinds::REQUIREMENT.samples)().into_iter().next().unwrap();
    sample["title"] = json!(title);
    if sample.get("owner").is_some() {
        sample["owner"] = json!("ana");
    }
    sample
}

on_both_engines!(an_author_does_not_approve_and_the_attempt_is_on_record, |store| {
    let world = World::new(&store).await;
    // Ana may approve development records, but not her own.
    let ana = world.who("ana");
    let (reference, expected) = begin(&world, &ana, "requirement", requirement("Lock out"), vec![]).await;
    let submitted = records::submit(&world.app, &ana, &reference, expected).await.unwrap();
    let proof = world.proof("ana");
    let refused = records::approve(&world.app, &ana, &proof, &reference, submitted.digest).await.unwrap_err();
    assert!(matches!(refused, ServiceError::Conflict(Conflict::AuthorApproves)), "{refused}");
    assert_eq!(last_refusal(&store).await, "record approve");
    assert_eq!(head(&world, &reference).await.head.state, "in review");

    let (adam, administrator) = (world.who("adam"), world.proof("adam"));
    let refused =
        records::approve(&world.app, &adam, &administrator, &reference, submitted.digest).await.unwrap_err();
    assert!(matches!(refused, ServiceError::NotSigned(_)), "{refused}");
    let otto = world.who("otto");
    let refused = records::edit(&world.app, &otto, &reference).await.unwrap_err();
    assert!(matches!(refused, ServiceError::Denied(_)), "{refused}");
});

async fn last_refusal(store: &TestStore) -> String {
    let mut read = store.read().await.unwrap();
    let sql = "SELECT entry FROM audit ORDER BY seq DESC LIMIT 1";
    let row = read.fetch_one(sql, theriac_store::args![]).await.unwrap();
    let entry: Value = serde_json::from_str(&row.get::<String>("entry").unwrap()).unwrap();
    assert!(entry["refused"].is_string(), "{entry}");
    entry["action"].as_str().unwrap().to_owned()
}

on_both_engines!(possible_harm_takes_two_people, |store| {
    let world = World::new(&store).await;
    let criteria = (theriac_model::kinds::RISK_CRITERIA.samples)().remove(0);
    let (criteria, _) = approved(&world, "risk-criteria", owned(criteria), vec![]).await;
    let (item, _) = approved(&world, "software-item", item("Viewer"), vec![]).await;
    let links = vec![DraftLink::new("affects", &item), DraftLink::new("scored-under", &criteria)];
    let risk = owned((theriac_model::kinds::RISK.samples)().remove(0));
    let ana = world.who("ana");
    let (reference, expected) = begin(&world, &ana, "risk", risk, links).await;
    let digest = records::submit(&world.app, &ana, &reference, expected).await.unwrap().digest;
    let (eve, dan) = (world.who("eve"), world.who("dan"));
    let waiting = records::approve(&world.app, &eve, &world.proof("eve"), &reference, digest).await.unwrap();
    assert!(matches!(waiting, Approval::Waiting(_)));
    assert_eq!(head(&world, &reference).await.head.state, "in review");
    let done =
        records::sign_clinical(&world.app, &dan, &world.proof("dan"), &reference, digest).await.unwrap();
    assert_eq!(done, Approval::Approved);
    assert_eq!(head(&world, &reference).await.shown.unwrap().signatures.len(), 2);
});

on_both_engines!(harm_that_was_possible_is_not_lowered_or_retired_without_a_clinical_assessor, |store| {
    let world = World::new(&store).await;
    let criteria = (theriac_model::kinds::RISK_CRITERIA.samples)().remove(0);
    let (criteria, _) = approved(&world, "risk-criteria", owned(criteria), vec![]).await;
    let (item, _) = approved(&world, "software-item", item("Viewer"), vec![]).await;
    let links = || vec![DraftLink::new("affects", &item), DraftLink::new("scored-under", &criteria)];
    let mut risk = owned((theriac_model::kinds::RISK.samples)().remove(0));
    let ana = world.who("ana");
    let (reference, expected) = begin(&world, &ana, "risk", risk.clone(), links()).await;
    let digest = records::submit(&world.app, &ana, &reference, expected).await.unwrap().digest;
    let (eve, dan) = (world.who("eve"), world.who("dan"));
    let by_eve = async |digest| {
        records::approve(&world.app, &eve, &world.proof("eve"), &reference, digest).await.unwrap()
    };
    let by_dan = async |digest| {
        records::sign_clinical(&world.app, &dan, &world.proof("dan"), &reference, digest).await
    };
    by_eve(digest).await;
    assert_eq!(by_dan(digest).await.unwrap(), Approval::Approved);

    let hindered = records::hindrance(&world.app, &eve, &reference, records::Giving::Retire).await.unwrap();
    assert!(hindered.as_ref().unwrap().contains("can harm a patient"), "{hindered:?}");
    let retired =
        records::retire(&world.app, &eve, &world.proof("eve"), &reference, digest, "Gone").await.unwrap_err();
    assert!(matches!(retired, ServiceError::Rule(_)), "{retired}");

    risk["patient_harm"] = json!("none");
    let revised = async |risk: &Value| {
        let view = records::edit(&world.app, &ana, &reference).await.unwrap();
        let input = DraftInput { content: risk.clone(), links: links() };
        let saved = records::save_draft(&world.app, &ana, &reference, view.expected, input).await.unwrap();
        records::submit(&world.app, &ana, &reference, saved.expected).await.unwrap().digest
    };
    let lowered = revised(&risk).await;
    assert_eq!(head(&world, &reference).await.meanings.len(), 2, "the page asks for both");
    assert!(matches!(by_eve(lowered).await, Approval::Waiting(_)));
    assert_eq!(by_dan(lowered).await.unwrap(), Approval::Approved);
    // That it harms nobody has been signed once: the next revision needs no such signature.
    risk["title"] = json!("Another title");
    let next = revised(&risk).await;
    assert!(by_dan(next).await.unwrap_err().to_string().contains("needs no clinical signature"));
    assert_eq!(by_eve(next).await, Approval::Approved);
    records::retire(&world.app, &eve, &world.proof("eve"), &reference, next, "Gone").await.unwrap();
});

/// A token for which somebody answers.
async fn machine(world: &World, owner: &str) -> Who {
    let expires_at = world.app.now() + jiff::SignedDuration::from_hours(24);
    let mut write = world.app.store().write(Act::system("test")).await.unwrap();
    let row = TokenRow {
        id: write.id(),
        name: format!("tool of {owner}"),
        permissions: "write-development import-records".to_owned(),
        product: None,
        expires_at,
        owner: Some(id_of(owner)),
    };
    tables::access::add_token(&mut write, &row, Digest::of(owner.as_bytes())).await.unwrap();
    write.audit("test", None, None, json!({}));
    write.commit().await.unwrap();
    let permissions = [Permission::WriteDevelopment, Permission::ImportRecords, Permission::Read];
    let scope = TokenScope::new(permissions, Scope::Organisation, expires_at).unwrap();
    Who::new(Access::of_token(TokenId(row.id), scope), "api")
}

on_both_engines!(who_answers_for_a_token_approves_nothing_that_it_drafted, |store| {
    let world = World::new(&store).await;
    let tool = machine(&world, "cleo").await;
    let (reference, _) = begin(&world, &tool, "requirement", requirement("Lock out"), vec![]).await;
    // Ana submits what the tool of Cleo drafted, as it is.
    let ana = world.who("ana");
    let view = records::edit(&world.app, &ana, &reference).await.unwrap();
    let digest = records::submit(&world.app, &ana, &reference, view.expected).await.unwrap().digest;
    let (cleo, proof) = (world.who("cleo"), world.proof("cleo"));
    let refused = records::approve(&world.app, &cleo, &proof, &reference, digest).await.unwrap_err();
    assert!(matches!(refused, ServiceError::Conflict(Conflict::AuthorApproves)), "{refused}");
    let waiting = ListInput { to_approve: true, ..ListInput::default() };
    let waiting = records::number(&world.app, &cleo, &waiting).await.unwrap();
    assert_eq!(waiting, 0, "nothing waits for Cleo");
    // Taken over and changed it is still hers in part.
    let view = records::edit(&world.app, &ana, &reference).await.unwrap();
    let input = DraftInput { content: requirement("Lock out after five"), links: vec![] };
    let saved = records::save_draft(&world.app, &ana, &reference, view.expected, input).await.unwrap();
    let digest = records::submit(&world.app, &ana, &reference, saved.expected).await.unwrap().digest;
    let refused = records::approve(&world.app, &cleo, &proof, &reference, digest).await.unwrap_err();
    assert!(matches!(refused, ServiceError::Conflict(Conflict::AuthorApproves)), "{refused}");
    let waiting = ListInput { to_approve: true, ..ListInput::default() };
    assert_eq!(records::number(&world.app, &cleo, &waiting).await.unwrap(), 0, "it does not wait for Cleo");
    // Nobody answers for what an old token writes.
    let mut write = world.app.store().write(Act::system("test")).await.unwrap();
    write.execute("UPDATE token SET owner = NULL", args![]).await.unwrap();
    write.audit("test", None, None, json!({}));
    write.commit().await.unwrap();
    let begin_again = Begin {
        kind: "requirement".to_owned(),
        scope: product(),
        content: requirement("Log in"),
        links: vec![],
    };
    let refused = records::begin(&world.app, &tool, begin_again).await.unwrap_err();
    assert!(refused.to_string().contains("Nobody answers for this token"), "{refused}");
});

on_both_engines!(a_draft_of_a_machine_stays_when_an_author_discards_their_own, |store| {
    let world = World::new(&store).await;
    let (reference, _) = approved(&world, "requirement", requirement("Lock out"), vec![]).await;
    let (ana, tool) = (world.who("ana"), machine(&world, "cleo").await);
    let write = async |who: &Who, title: &str| {
        let view = records::edit(&world.app, who, &reference).await.unwrap();
        let input = DraftInput { content: requirement(title), links: vec![] };
        records::save_draft(&world.app, who, &reference, view.expected, input).await.unwrap().expected
    };
    let mine = write(&ana, "Typed by hand").await;
    write(&tool, "From the tool").await;
    records::discard(&world.app, &ana, &reference, mine).await.unwrap();
    let view = records::edit(&world.app, &ana, &reference).await.unwrap();
    assert_eq!(view.content.text("title"), "From the tool", "nobody threw that away");
    records::discard(&world.app, &ana, &reference, view.expected).await.unwrap();
    let view = records::edit(&world.app, &ana, &reference).await.unwrap();
    assert_eq!(view.content.text("title"), "Lock out");
});

on_both_engines!(no_import_and_no_detour_moves_a_pin_unseen, |store| {
    let world = World::new(&store).await;
    let ana = world.who("ana");
    let (target, first) = approved(&world, "requirement", requirement("Lock out"), vec![]).await;
    let measure = owned((theriac_model::kinds::MEASURE.samples)().remove(0));
    let link = || vec![DraftLink::new("implemented-by", &target)];
    let (source, _) = approved(&world, "measure", measure.clone(), link()).await;
    let second = revise(&world, &ana, &target, requirement("Lock out at night")).await;
    approve(&world, &target, second).await;
    let pins = async || {
        let shown = head(&world, &source).await.shown.unwrap();
        let links: Vec<theriac_model::record::Link> = serde_json::from_str(&shown.revision.links).unwrap();
        links.into_iter().map(|link| link.pinned).collect::<Vec<_>>()
    };
    let submit = async |expected| records::submit(&world.app, &ana, &source, expected).await.unwrap().digest;

    let listed = ListInput { kind: Some("measure".to_owned()), ..ListInput::default() };
    let mut file = records::export(&world.app, &ana, &listed).await.unwrap();
    file.records[0].content.insert("title".to_owned(), json!("From the file"));
    records::import(&world.app, &ana, file, Import::default()).await.unwrap();
    let view = records::edit(&world.app, &ana, &source).await.unwrap();
    submit(view.expected).await;
    assert_eq!(pins().await, [first], "imported");

    let mut expected = records::edit(&world.app, &ana, &source).await.unwrap().expected;
    for links in [vec![], link()] {
        let input = DraftInput { content: measure.clone(), links };
        expected = records::save_draft(&world.app, &ana, &source, expected, input).await.unwrap().expected;
    }
    submit(expected).await;
    assert_eq!(pins().await, [first], "taken out and put in again");
});

on_both_engines!(a_revision_that_judges_anew_says_which_links_lead_elsewhere, |store| {
    let world = World::new(&store).await;
    let ana = world.who("ana");
    let (target, _) = approved(&world, "requirement", requirement("Lock out"), vec![]).await;
    let review = owned((theriac_model::kinds::REVIEW.samples)().remove(0));
    let link = || vec![DraftLink::new("reviews", &target)];
    let (source, _) = submitted(&world, "review", review.clone(), link()).await;
    let second = revise(&world, &ana, &target, requirement("Lock out at night")).await;
    approve(&world, &target, second).await;
    let view = records::edit(&world.app, &ana, &source).await.unwrap();
    let mut content = review;
    content["title"] = json!("Read again");
    let input = DraftInput { content, links: link() };
    let saved = records::save_draft(&world.app, &ana, &source, view.expected, input).await.unwrap();
    records::submit(&world.app, &ana, &source, saved.expected).await.unwrap();
    let changed = records::compare(&world.app, &ana, &source, 1, 2).await.unwrap();
    let moved: Vec<_> = changed.links_moved.iter().map(|link| (&*link.target, link.pinned)).collect();
    assert_eq!(moved, [(&*target, second)]);
    assert!(changed.links_added.is_empty() && changed.links_removed.is_empty());
});

fn owned(mut sample: Value) -> Value {
    for field in ["owner", "person", "assignee"] {
        if sample.get(field).is_some() {
            sample[field] = json!("ana");
        }
    }
    sample
}

on_both_engines!(of_two_who_change_a_draft_at_once_one_is_told, |store| {
    let world = World::new(&store).await;
    let ana = world.who("ana");
    for round in 0..20 {
        let (reference, shown) = begin(&world, &ana, "document", document("Plan"), vec![]).await;
        let staged = store.stage_bytes(format!("plan {round}").into_bytes()).await.unwrap();
        let input = DraftInput { content: document("Written meanwhile"), links: vec![] };
        let (saved, attached) = tokio::join!(
            records::save_draft(&world.app, &ana, &reference, shown, input),
            records::attach(&world.app, &ana, &reference, shown, "plan.txt", staged),
        );
        assert!(saved.is_ok() != attached.is_ok(), "round {round}: {saved:?}, {attached:?}");
        let view = records::edit(&world.app, &ana, &reference).await.unwrap();
        assert_eq!(view.attachments.len(), usize::from(attached.is_ok()), "round {round}");
        let written = view.content.text("title") == "Written meanwhile";
        assert_eq!(written, saved.is_ok(), "round {round}");
    }
});

on_both_engines!(a_release_is_named_with_its_product, |store| {
    let world = World::new(&store).await;
    let ana = world.who("ana");
    approved(&world, "document", document("Of the product"), vec![]).await;
    let alone = ListInput { release: Some("2.4.0".to_owned()), ..ListInput::default() };
    let field = |error: ServiceError| match error {
        ServiceError::Invalid(errors) => errors[0].field.clone(),
        other => panic!("{other}"),
    };
    assert_eq!(field(records::list(&world.app, &ana, &alone).await.unwrap_err()), "product");
    assert_eq!(field(records::export(&world.app, &ana, &alone).await.unwrap_err()), "product");
    let mut file = records::export(&world.app, &ana, &ListInput::default()).await.unwrap();
    (file.records[0].product, file.records[0].release) = (None, Some("2.4.0".to_owned()));
    let refused = records::import(&world.app, &ana, file, Import::default()).await.unwrap_err();
    assert_eq!(field(refused), "records.0.product");
    assert_eq!(last_refusal(&store).await, "records import");
});

on_both_engines!(an_export_shows_nobody_elses_drafts, |store| {
    let world = World::new(&store).await;
    let (ana, ben) = (world.who("ana"), world.who("ben"));
    let (mine, _) = begin(&world, &ana, "requirement", requirement("Mine"), vec![]).await;
    let (theirs, _) = begin(&world, &ben, "requirement", requirement("Theirs"), vec![]).await;
    let tool = machine(&world, "cleo").await;
    let (machines, _) = begin(&world, &tool, "requirement", requirement("The tool's"), vec![]).await;
    let seen = async |who: &Who| {
        let file = records::export(&world.app, who, &ListInput::default()).await.unwrap();
        file.records.into_iter().map(|record| record.reference).collect::<Vec<_>>()
    };
    assert_eq!(seen(&ana).await, [mine, machines.clone()]);
    assert_eq!(seen(&ben).await, [theirs, machines]);
    assert_eq!(seen(&world.who("otto")).await, [""; 0], "who only reads sees no draft");
});

on_both_engines!(two_files_of_one_name_are_no_record, |store| {
    let world = World::new(&store).await;
    let ana = world.who("ana");
    let (reference, expected) = begin(&world, &ana, "document", document("Plan"), vec![]).await;
    let staged = store.stage_bytes(b"the plan".to_vec()).await.unwrap();
    records::attach(&world.app, &ana, &reference, expected, "plan.txt", staged).await.unwrap();
    let mut file = records::export(&world.app, &ana, &ListInput::default()).await.unwrap();
    let mut twice = file.records[0].attachments[0].clone();
    twice.name = " plan.txt ".to_owned();
    file.records[0].attachments.push(twice);
    let refused = records::import(&world.app, &ana, file, Import::default()).await.unwrap_err();
    let ServiceError::Invalid(errors) = refused else { panic!("{refused}") };
    assert_eq!(errors[0].field, "records.0.attachments.1.name");
});

on_both_engines!(an_export_is_no_larger_than_an_import_takes, |store| {
    let world = World::new(&store).await;
    let ana = world.who("ana");
    let mut long = document("Long");
    long["body"] = json!("x".repeat(100_000));
    for _ in 0..126 {
        begin(&world, &ana, "document", long.clone(), vec![]).await;
    }
    let refused = records::export(&world.app, &ana, &ListInput::default()).await.unwrap_err();
    assert!(refused.to_string().contains("export them by kind or product"), "{refused}");
});

on_both_engines!(an_author_retires_nothing_of_their_own, |store| {
    let world = World::new(&store).await;
    let (reference, digest) = approved(&world, "requirement", requirement("Lock out"), vec![]).await;
    let roles =
        [Role::SecurityOfficer, Role::Approver].map(|role| Grant { role, scope: Scope::Organisation });
    let author = Who::new(Access::of_person(PersonId(id_of("ana")), roles), "test");
    let why = records::hindrance(&world.app, &author, &reference, records::Giving::Retire).await.unwrap();
    assert!(why.unwrap().contains("an author does not retire"));
    let proof = world.proof("ana");
    let refused =
        records::retire(&world.app, &author, &proof, &reference, digest, "No time").await.unwrap_err();
    assert!(matches!(refused, ServiceError::Conflict(Conflict::AuthorRetires)), "{refused}");
    assert_eq!(last_refusal(&store).await, "record retire");
    assert_eq!(head(&world, &reference).await.head.state, "approved");
    let (cleo, proof) = (world.who("cleo"), world.proof("cleo"));
    records::retire(&world.app, &cleo, &proof, &reference, digest, "Covered elsewhere").await.unwrap();
});

on_both_engines!(who_approves_sees_what_waits_for_them, |store| {
    let world = World::new(&store).await;
    let (ana, cleo, dan) = (world.who("ana"), world.who("cleo"), world.who("dan"));
    let waits = ListInput { to_approve: true, ..ListInput::default() };
    let seen = async |who: &Who| {
        let rows = records::list(&world.app, who, &waits).await.unwrap().rows;
        assert_eq!(records::number(&world.app, who, &waits).await.unwrap(), rows.len() as i64);
        rows.into_iter().map(|row| row.record.reference).collect::<Vec<_>>()
    };
    let (first, digest) = submitted(&world, "requirement", requirement("Lock out"), vec![]).await;
    let (second, _) = submitted(&world, "requirement", requirement("Log out"), vec![]).await;
    assert_eq!(seen(&cleo).await, [first.as_str(), &second]);
    assert!(seen(&dan).await.is_empty(), "a clinical assessor approves no requirement");
    assert!(seen(&Who::system("job")).await.is_empty(), "only people approve");

    // Somebody who may approve does not approve what they wrote themselves, nor what they had a part in since the last
    // approval.
    let roles =
        [Role::SecurityOfficer, Role::Approver].map(|role| Grant { role, scope: Scope::Organisation });
    let both = Who::new(Access::of_person(PersonId(id_of("ana")), roles), "test");
    assert!(seen(&both).await.is_empty());
    let elsewhere = Scope::Product(ProductId(999));
    let away = [Grant { role: Role::Approver, scope: elsewhere }];
    let away = Who::new(Access::of_person(PersonId(id_of("cleo")), away), "test");
    assert!(seen(&away).await.is_empty(), "another product's approver");

    approve(&world, &first, digest).await;
    assert_eq!(seen(&cleo).await, [second.as_str()]);
    let shown = records::edit(&world.app, &ana, &first).await.unwrap().expected;
    let input = DraftInput { content: requirement("Lock out after three"), links: vec![] };
    let saved = records::save_draft(&world.app, &ana, &first, shown, input).await.unwrap();
    assert_eq!(seen(&cleo).await, [second.as_str()], "a draft waits for nobody");
    records::submit(&world.app, &ana, &first, saved.expected).await.unwrap();
    assert_eq!(seen(&cleo).await, [first.as_str(), &second]);
});

on_both_engines!(a_target_that_moves_on_makes_the_link_suspect_until_it_is_cleared, |store| {
    let world = World::new(&store).await;
    let (target, first) = approved(&world, "requirement", requirement("Lock out"), vec![]).await;
    let measure = owned((theriac_model::kinds::MEASURE.samples)().remove(0));
    let kind = &theriac_model::kinds::MEASURE;
    let link = kind.links.iter().find(|link| link.allows("requirement")).unwrap().id;
    let (source, _) = approved(&world, "measure", measure, vec![DraftLink::new(link, &target)]).await;
    let suspect = |view: &records::RecordView| view.links.iter().filter(|link| link.suspect).count();
    assert_eq!(suspect(&head(&world, &source).await), 0);

    let ana = world.who("ana");
    let shown = records::edit(&world.app, &ana, &target).await.unwrap().expected;
    let input = DraftInput { content: requirement("Lock out after three"), links: vec![] };
    let saved = records::save_draft(&world.app, &ana, &target, shown, input).await.unwrap();
    let second = records::submit(&world.app, &ana, &target, saved.expected).await.unwrap().digest;
    assert_eq!(suspect(&head(&world, &source).await), 0, "in review is not yet approved");
    approve(&world, &target, second).await;
    assert_eq!(suspect(&head(&world, &source).await), 1);
    let listed = ListInput { suspect: true, ..ListInput::default() };
    let rows = records::list(&world.app, &ana, &listed).await.unwrap().rows;
    assert_eq!(rows.iter().map(|row| row.record.reference.as_str()).collect::<Vec<_>>(), [source.as_str()]);

    let mut clear = ClearSuspect {
        source: source.clone(),
        link: link.to_owned(),
        target: target.clone(),
        to: first,
        reason: "Still covers it".to_owned(),
    };
    let stale = records::clear_suspect(&world.app, &ana, clear.clone()).await.unwrap_err();
    assert!(matches!(stale, ServiceError::Changed { .. }), "{stale}");
    clear.to = second;
    let silent = ClearSuspect { reason: " ".to_owned(), ..clear.clone() };
    assert!(matches!(records::clear_suspect(&world.app, &ana, silent).await, Err(ServiceError::Invalid(_))));
    records::clear_suspect(&world.app, &ana, clear).await.unwrap();
    assert_eq!(suspect(&head(&world, &source).await), 0);

    // Pin and clearance survive a new revision of the source.
    let view = records::edit(&world.app, &ana, &source).await.unwrap();
    let mut content = owned((kind.samples)().remove(0));
    content["title"] = json!("Changed words");
    let links = view.links.iter().map(|(link, _)| link.clone()).collect();
    let saved = records::save_draft(&world.app, &ana, &source, view.expected, DraftInput { content, links })
        .await
        .unwrap();
    let third = records::submit(&world.app, &ana, &source, saved.expected).await.unwrap().digest;
    approve(&world, &source, third).await;
    assert_eq!(suspect(&head(&world, &source).await), 0);

    let (cleo, proof) = (world.who("cleo"), world.proof("cleo"));
    records::retire(&world.app, &cleo, &proof, &target, second, "Covered elsewhere").await.unwrap();
    assert_eq!(suspect(&head(&world, &source).await), 1);
});

on_both_engines!(a_revision_that_is_sent_back_says_why_and_can_go_on, |store| {
    let world = World::new(&store).await;
    let ana = world.who("ana");
    let (reference, expected) = begin(&world, &ana, "document", document("Handling"), vec![]).await;
    let digest = records::submit(&world.app, &ana, &reference, expected).await.unwrap().digest;
    let cleo = world.who("cleo");
    records::send_back(&world.app, &cleo, &reference, digest, "Name the deputy").await.unwrap();
    let view = records::edit(&world.app, &ana, &reference).await.unwrap();
    assert_eq!(view.sent_back.as_deref(), Some("Name the deputy"));
    assert_eq!((view.next, view.content.text("title")), (2, "Handling"));
    let unchanged = records::submit(&world.app, &ana, &reference, view.expected).await.unwrap_err();
    assert!(matches!(unchanged, ServiceError::Rule(_)), "{unchanged}");
    let input = DraftInput { content: document("Handling and deputies"), links: vec![] };
    let saved = records::save_draft(&world.app, &ana, &reference, view.expected, input).await.unwrap();
    let second = records::submit(&world.app, &ana, &reference, saved.expected).await.unwrap();
    assert_eq!(second.number, 2);
    let stale =
        records::approve(&world.app, &cleo, &world.proof("cleo"), &reference, digest).await.unwrap_err();
    assert!(matches!(stale, ServiceError::Changed { .. }), "{stale}");
    let changed = records::compare(&world.app, &ana, &reference, 1, 2).await.unwrap();
    assert_eq!(changed.fields.len(), 1);
    assert_eq!(
        (changed.fields[0].before.as_str(), changed.fields[0].after.as_str()),
        ("Handling", "Handling and deputies")
    );
    assert_eq!(records::history(&world.app, &ana, &reference, None).await.unwrap().len(), 2);
});

on_both_engines!(what_was_submitted_by_mistake_is_withdrawn_and_stays_readable, |store| {
    let world = World::new(&store).await;
    let (app, ana, cleo) = (&world.app, world.who("ana"), world.who("cleo"));
    let (reference, expected) = begin(&world, &ana, "document", document("By mistake"), vec![]).await;
    let digest = records::submit(app, &ana, &reference, expected).await.unwrap().digest;
    let silent = records::withdraw(app, &ana, &reference, digest, " ").await;
    assert!(matches!(silent, Err(ServiceError::Invalid(_))), "{silent:?}");
    let other = records::withdraw(app, &world.who("ben"), &reference, digest, "I do not like it").await;
    assert!(matches!(other, Err(ServiceError::Denied(_))), "neither author nor approver: {other:?}");
    records::send_back(app, &cleo, &reference, digest, "What for?").await.unwrap();
    records::withdraw(app, &ana, &reference, digest, "It was of another product").await.unwrap();
    let view = records::record(app, &ana, &reference, None).await.unwrap();
    assert_eq!((view.head.state.as_str(), view.head.due, view.head.approved), ("withdrawn", None, None));
    assert_eq!(
        (view.events[0].state.as_str(), view.events[0].reason.as_str()),
        ("withdrawn", "It was of another product")
    );
    assert_eq!(view.shown.unwrap().content.text("title"), "By mistake");
    let twice = records::withdraw(app, &ana, &reference, digest, "Again").await;
    assert!(matches!(twice, Err(ServiceError::Rule(_))), "{twice:?}");
    let entries = store.read().await.unwrap().fetch_all("SELECT action FROM audit", args![]).await.unwrap();
    let withdrawn = |row: &&theriac_store::Row| row.get::<String>("action").unwrap() == "record withdraw";
    assert_eq!(entries.iter().filter(withdrawn).count(), 2, "the one that was refused is on record, too");

    // The number is not used again, and the record can be written again.
    let (next, _) = begin(&world, &ana, "document", document("Another"), vec![]).await;
    assert_ne!(next, reference);
    let edited = records::edit(app, &ana, &reference).await.unwrap();
    assert_eq!((edited.next, edited.content.text("title")), (2, "By mistake"));
    let input = DraftInput { content: document("On purpose"), links: vec![] };
    let saved = records::save_draft(app, &ana, &reference, edited.expected, input).await.unwrap();
    let second = records::submit(app, &ana, &reference, saved.expected).await.unwrap();
    assert_eq!(second.number, 2);
    records::approve(app, &cleo, &world.proof("cleo"), &reference, second.digest).await.unwrap();

    // A further revision is withdrawn by who may approve: the approved one stands as before.
    let before = records::record(app, &ana, &reference, None).await.unwrap().head;
    let third = revise(&world, &ana, &reference, document("A third time")).await;
    records::withdraw(app, &cleo, &reference, third, "Superseded by events").await.unwrap();
    let view = records::record(app, &ana, &reference, None).await.unwrap();
    assert_eq!(Head { changed_at: before.changed_at, ..view.head.clone() }, before);
    assert_eq!((view.latest, view.next), (2, 4));
    let stale = records::withdraw(app, &ana, &reference, second.digest, "Not this one").await;
    assert!(matches!(stale, Err(ServiceError::Changed { .. })), "{stale:?}");
    let fourth = revise(&world, &ana, &reference, document("A fourth time")).await;
    let history = records::history(app, &ana, &reference, None).await.unwrap();
    let states: Vec<_> =
        history.iter().map(|row| (row.revision.number, row.revision.state.as_str())).collect();
    assert_eq!(states, [(4, "in review"), (3, "withdrawn"), (2, "approved"), (1, "withdrawn")]);
    assert_eq!(history[0].revision.predecessor, Some(second.digest), "it goes on from what stands");

    // What was approved is retired although a newer revision was sent back.
    let proof = world.proof("cleo");
    let early = records::retire(app, &cleo, &proof, &reference, second.digest, "Out of use").await;
    assert!(matches!(early, Err(ServiceError::Rule(_))), "it is in review: {early:?}");
    records::send_back(app, &cleo, &reference, fourth, "No").await.unwrap();
    let wrong = records::retire(app, &cleo, &proof, &reference, fourth, "Out of use").await;
    assert!(matches!(wrong, Err(ServiceError::Changed { .. })), "{wrong:?}");
    records::retire(app, &cleo, &proof, &reference, second.digest, "Out of use").await.unwrap();
    let view = records::record(app, &ana, &reference, None).await.unwrap();
    assert_eq!((view.head.state.as_str(), view.latest), ("retired", 2));
    assert_eq!(view.events[1].state, "withdrawn");
});

on_both_engines!(nothing_that_turns_its_direction_is_written_or_signed, |store| {
    let world = World::new(&store).await;
    let ana = world.who("ana");
    let turned = |error: ServiceError, at: &str| {
        let ServiceError::Invalid(errors) = error else { panic!("{error}") };
        assert_eq!((errors.len(), errors[0].field.as_str()), (1, at), "{errors:?}");
        assert!(errors[0].message.contains("U+202E (right-to-left override)"), "{errors:?}");
    };
    let begun = Begin {
        kind: "document".to_owned(),
        scope: product(),
        content: document("Plan \u{202e}fdp"),
        links: vec![],
    };
    turned(records::begin(&world.app, &ana, begun).await.unwrap_err(), "title");
    let (reference, expected) = begin(&world, &ana, "document", document("Plan"), vec![]).await;
    let staged = store.stage_bytes(b"the plan".to_vec()).await.unwrap();
    let file = "plan\u{202e}fdp.exe";
    turned(records::attach(&world.app, &ana, &reference, expected, file, staged).await.unwrap_err(), "file");
    let digest = records::submit(&world.app, &ana, &reference, expected).await.unwrap().digest;
    let reason = "No\u{202e}";
    let back = records::send_back(&world.app, &world.who("cleo"), &reference, digest, reason).await;
    turned(back.unwrap_err(), "reason");
});

on_both_engines!(files_are_kept_with_the_revision_and_named_in_its_digest, |store| {
    let world = World::new(&store).await;
    let ana = world.who("ana");
    let (reference, expected) = begin(&world, &ana, "document", document("Plan"), vec![]).await;
    let staged = store.stage_bytes(b"the plan".to_vec()).await.unwrap();
    let named =
        records::attach(&world.app, &ana, &reference, expected, "../plan.txt", staged).await.unwrap_err();
    assert!(matches!(named, ServiceError::Invalid(_)));
    let saved = records::attach(&world.app, &ana, &reference, expected, "plan.txt", staged).await.unwrap();
    let submitted = records::submit(&world.app, &ana, &reference, saved.expected).await.unwrap();
    let otto = world.who("otto");
    let (name, bytes) = records::attachment(&world.app, &otto, &reference, staged.digest).await.unwrap();
    assert_eq!((name.as_str(), bytes.as_slice()), ("plan.txt", b"the plan".as_slice()));
    let view = records::edit(&world.app, &ana, &reference).await.unwrap();
    let without = records::detach(&world.app, &ana, &reference, view.expected, "plan.txt").await.unwrap();
    let second = records::submit(&world.app, &ana, &reference, without.expected).await.unwrap();
    assert_ne!(submitted.digest, second.digest);
    let changed = records::compare(&world.app, &ana, &reference, 1, 2).await.unwrap();
    assert_eq!((changed.fields.len(), changed.files_removed.len()), (0, 1));
});

on_both_engines!(lists_page_by_key_and_find_words_whatever_their_case_or_accents, |store| {
    let world = World::new(&store).await;
    let ana = world.who("ana");
    for number in 1..=7 {
        begin(&world, &ana, "document", json!({ "title": format!("Überwachung {number}") }), vec![]).await;
        store.clock.advance(60);
    }
    begin(&world, &ana, "document", json!({ "title": "100% other" }), vec![]).await;
    for order in [Order::Number, Order::Changed] {
        let mut seen = Vec::new();
        let mut after = None;
        loop {
            let input =
                ListInput { query: "uberWACHUNG".to_owned(), order, after, limit: 3, ..ListInput::default() };
            let page = records::list(&world.app, &ana, &input).await.unwrap();
            seen.extend(page.rows.into_iter().map(|row| row.record.reference));
            match page.next {
                None => break,
                next => after = next,
            }
        }
        if order == Order::Changed {
            seen.reverse();
        }
        assert_eq!(seen, (1..=7).map(|n| format!("DOC-{n}")).collect::<Vec<_>>());
    }
    let literal = ListInput { query: "0%".to_owned(), ..ListInput::default() };
    assert_eq!(records::list(&world.app, &ana, &literal).await.unwrap().rows.len(), 1);
    let wrong = ListInput { after: Some("x".to_owned()), ..ListInput::default() };
    assert!(matches!(records::list(&world.app, &ana, &wrong).await, Err(ServiceError::Invalid(_))));
});

on_both_engines!(an_import_makes_drafts_of_another_installation_and_nothing_else, |store| {
    let world = World::new(&store).await;
    let (target, _) = approved(&world, "requirement", requirement("Lock out"), vec![]).await;
    let measure = owned((theriac_model::kinds::MEASURE.samples)().remove(0));
    let link = theriac_model::kinds::MEASURE.links.iter().find(|link| link.allows("requirement")).unwrap().id;
    approved(&world, "measure", measure, vec![DraftLink::new(link, &target)]).await;
    let ana = world.who("ana");
    let file = records::export(&world.app, &ana, &ListInput::default()).await.unwrap();
    assert_eq!(file.records.len(), 2);

    let again = records::import(&world.app, &ana, file.clone(), Import::default()).await.unwrap();
    assert!(again.iter().all(|row| row.outcome == records::Outcome::Unchanged), "{again:?}");

    let other = TestStore::sqlite().await;
    let there = World::new(&other).await;
    let (ana, before) = (there.who("ana"), audit_length(&other).await);
    let dry = records::import(&there.app, &ana, file.clone(), Import { dry_run: true, ..Import::default() })
        .await
        .unwrap();
    assert!(dry.iter().all(|row| row.outcome == records::Outcome::New && row.reference.is_none()), "{dry:?}");
    assert_eq!(audit_length(&other).await, before, "a dry run leaves nothing behind");
    let done = records::import(&there.app, &ana, file.clone(), Import::default()).await.unwrap();
    assert_eq!(done.len(), 2);
    for row in &done {
        let view = head(&there, row.reference.as_ref().unwrap()).await;
        assert_eq!((view.head.state.as_str(), view.latest), ("draft", 0));
    }
    let mut broken = file;
    broken.records[1].content.insert("nonsense".to_owned(), json!(1));
    let refused = records::import(&there.app, &ana, broken, Import::default()).await.unwrap_err();
    assert!(refused.to_string().contains("records.1.content.nonsense"), "{refused}");
});

on_both_engines!(numbers_of_another_installation_mean_nothing_here, |store| {
    let world = World::new(&store).await;
    let (target, _) = approved(&world, "requirement", requirement("Lock out"), vec![]).await;
    let measure = owned((theriac_model::kinds::MEASURE.samples)().remove(0));
    let link = theriac_model::kinds::MEASURE.links.iter().find(|link| link.allows("requirement")).unwrap().id;
    approved(&world, "measure", measure.clone(), vec![DraftLink::new(link, &target)]).await;
    let only = ListInput { kind: Some("measure".to_owned()), ..ListInput::default() };
    let mut file = records::export(&world.app, &world.who("ana"), &only).await.unwrap();
    file.installation = Some("elsewhere".to_owned());

    let other = TestStore::sqlite().await;
    let there = World::new(&other).await;
    let ana = there.who("ana");
    begin(&there, &ana, "requirement", requirement("Quite another one"), vec![]).await;
    begin(&there, &ana, "measure", measure, vec![]).await;
    let done = records::import(&there.app, &ana, file.clone(), Import::default()).await.unwrap();
    assert_eq!((done[0].outcome, done[0].reference.as_deref()), (records::Outcome::New, Some("MEAS-2")));
    assert_eq!(done[0].left_out, [format!("the link '{link} REQ-1': that record is not in the file")]);
    assert!(records::edit(&there.app, &ana, "MEAS-2").await.unwrap().links.is_empty());

    file.records[0].content.insert("title".to_owned(), json!("From there"));
    let same = Import { same_numbers: true, replace_drafts: true, ..Import::default() };
    let done = records::import(&there.app, &ana, file, same).await.unwrap();
    assert_eq!((done[0].reference.as_deref(), done[0].left_out.len()), (Some("MEAS-1"), 0));
    assert_eq!(records::edit(&there.app, &ana, "MEAS-1").await.unwrap().links[0].0.target, "REQ-1");
});

on_both_engines!(attached_files_go_out_and_in_with_their_records, |store| {
    let world = World::new(&store).await;
    let ana = world.who("ana");
    let (reference, expected) = begin(&world, &ana, "document", document("Handling"), vec![]).await;
    let staged = world.app.store().stage_bytes(b"the guide".to_vec()).await.unwrap();
    records::attach(&world.app, &ana, &reference, expected, "guide.pdf", staged).await.unwrap();
    let mut file = records::export(&world.app, &ana, &ListInput::default()).await.unwrap();
    assert_eq!(file.files.len(), 1);
    file.installation = Some("elsewhere".to_owned());

    let other = TestStore::sqlite().await;
    let there = World::new(&other).await;
    let ana = there.who("ana");
    let import = async |file: records::ExportFile, dry_run: bool| {
        records::import(&there.app, &ana, file, Import { dry_run, ..Import::default() }).await
    };
    let dry = import(file.clone(), true).await.unwrap();
    assert!(dry[0].left_out.is_empty(), "{dry:?}");
    assert!(there.app.store().blob(staged.digest).await.is_err(), "a dry run keeps nothing");
    import(file.clone(), false).await.unwrap();
    assert_eq!(there.app.store().blob(staged.digest).await.unwrap(), b"the guide");
    let attached = records::edit(&there.app, &ana, "DOC-1").await.unwrap().attachments;
    assert_eq!((attached[0].name.as_str(), attached[0].digest), ("guide.pdf", staged.digest));

    let mut without = file.clone();
    without.files.clear();
    let done = import(without, false).await.unwrap();
    assert_eq!(done[0].left_out, ["the file 'guide.pdf': its bytes are not in the file"]);
    let mut forged = file.clone();
    forged.files.insert(staged.digest, "b3RoZXI=".to_owned());
    let refused = import(forged, false).await.unwrap_err().to_string();
    assert!(refused.contains("files.") && refused.contains("Base64"), "{refused}");
    for name in ["", " ", "RISK-1\u{7}"] {
        let mut odd = file.clone();
        odd.records[0].reference = name.to_owned();
        let refused = import(odd, false).await.unwrap_err().to_string();
        assert!(refused.contains("records.0.ref"), "{refused}");
    }
});

on_both_engines!(an_import_leaves_ones_own_draft_alone_unless_it_is_to_be_replaced, |store| {
    let world = World::new(&store).await;
    let ana = world.who("ana");
    approved(&world, "document", document("Handling"), vec![]).await;
    let (drafted, _) = begin(&world, &ana, "document", document("A draft"), vec![]).await;
    let mut file = records::export(&world.app, &ana, &ListInput::default()).await.unwrap();
    file.records.iter_mut().for_each(|record| {
        record.content.insert("title".to_owned(), json!("From the file"));
    });
    let view = records::edit(&world.app, &ana, "DOC-1").await.unwrap();
    let typed = DraftInput { content: document("Hours of typing"), links: vec![] };
    records::save_draft(&world.app, &ana, "DOC-1", view.expected, typed).await.unwrap();

    let titles = async || {
        let mut titles = Vec::new();
        for reference in ["DOC-1", &drafted] {
            let view = records::edit(&world.app, &ana, reference).await.unwrap();
            titles.push(view.content.text("title").to_owned());
        }
        titles
    };
    let outcomes = async |how: Import| {
        let done = records::import(&world.app, &ana, file.clone(), how).await.unwrap();
        done.into_iter().map(|row| row.outcome.as_str()).collect::<Vec<_>>()
    };
    let dry = Import { dry_run: true, ..Import::default() };
    assert_eq!(outcomes(dry).await, ["left alone, you have a draft"; 2]);
    assert_eq!(outcomes(Import::default()).await, ["left alone, you have a draft"; 2]);
    assert_eq!(titles().await, ["Hours of typing", "A draft"]);
    assert_eq!(outcomes(Import { replace_drafts: true, ..dry }).await, ["replaces your draft"; 2]);
    assert_eq!(titles().await, ["Hours of typing", "A draft"], "a dry run changes nothing");
    let replace = Import { replace_drafts: true, ..Import::default() };
    assert_eq!(outcomes(replace).await, ["replaces your draft"; 2]);
    assert_eq!(titles().await, ["From the file"; 2]);
    assert_eq!(outcomes(replace).await, ["unchanged"; 2]);
});

async fn audit_length(store: &TestStore) -> i64 {
    let mut read = store.read().await.unwrap();
    let row = read.fetch_one("SELECT COUNT(*) AS n FROM audit", theriac_store::args![]).await.unwrap();
    row.get("n").unwrap()
}
