//! Samples of records: list, page, form, history, difference, signing.

use super::release::{filters, head, pager, sign_form};
use super::{
    CSRF, DIGEST, HOSTILE, LONG, Sample, TODAY, at, day, due, events, new_record, release_shell, sample,
    shell, signature,
};
use crate::markdown;
use crate::pages::history::{HistoryPage, RevisionRow};
use crate::pages::record::{Attachment, LinkRow, RecordPage};
use crate::pages::record_edit::{FormPart, LinkEdit, LinkEditor, RecordEditPage};
use crate::pages::record_new::{KindRow, RecordNewPage};
use crate::pages::records::{RecordRow, RecordsPage};
use crate::pages::revision_diff::RevisionDiffPage;
use crate::pages::sign::SignPage;
use crate::parts::{
    Action, Area, Choice, Crumb, Diff, DiffKind, DiffLine, Due, Empty, Fact, Facts, Field, Input, Link, Note,
    NoteKind, ReasonForm, Rows, Shell, Span, Status, StatusKind, Timeline, Value,
};

pub(super) fn samples() -> Vec<Sample> {
    vec![
        sample("records-full", list_full()),
        sample("records-empty", list_empty()),
        sample("record-full", record_full()),
        sample("record-empty", record_empty()),
        sample("record-edit-full", edit_full()),
        sample("record-edit-empty", edit_empty()),
        sample("record-new", new_full()),
        sample("record-new-scope", new_scope()),
        sample("history-full", history_full()),
        sample("history-empty", history_empty()),
        sample("diff-full", diff_full()),
        sample("diff-empty", diff_empty()),
        sample("sign-full", sign_full()),
        sample("sign-blocked", sign_blocked()),
    ]
}

fn record_shell(title: &str) -> Shell {
    let mut shell = release_shell(title, "risk");
    shell.area = Area::Records;
    shell.crumbs = vec![
        Crumb::to("Products", "/products"),
        Crumb::to("Lumen Gateway", "/products/lumen-gateway"),
        Crumb::to("Risks", "/records?kind=risk&product=lumen-gateway"),
        Crumb::here(title),
    ];
    shell
}

fn row(number: &str, title: &str, state: StatusKind) -> RecordRow {
    RecordRow {
        number: number.to_owned(),
        title: title.to_owned(),
        href: crate::urls::record(number),
        about: ["Likelihood of attack: possible", "Impact: serious", "Treatment: reduce"]
            .map(str::to_owned)
            .to_vec(),
        kind: "Risk".to_owned(),
        state: state.into(),
        suspect: None,
        scope: "Lumen Gateway".to_owned(),
        owner: "Ana Duarte".to_owned(),
        due: due(day(12, 3)),
        changed: at("2026-11-23T14:30:00Z"),
    }
}

fn list_full() -> RecordsPage {
    let mut first = row("RISK-12", "Malformed JPEG 2000 image halts the gateway", StatusKind::InReview);
    first.suspect = Some(Status::saying(StatusKind::Suspect, "2 suspect"));
    first.due = due(day(11, 20));
    let mut bare = row("RISK-14", LONG, StatusKind::Draft);
    bare.owner = String::new();
    bare.due = None;
    RecordsPage {
        shell: record_shell("Risks"),
        heading: "Risks of Lumen Gateway".to_owned(),
        about: "What can go wrong, how likely and how bad. Clauses 7.2 to 7.4 read them.".to_owned(),
        actions: vec![
            Action::open("Export as JSON", "?format=json"),
            Action::open("New risk", "/records/new?kind=risk").main(),
        ],
        filters: {
            let mut filters = filters(
                "records",
                "/records",
                "Number, title, words",
                &[
                    ("kind", "Kind", &["All kinds", "Risk", "Measure"]),
                    ("state", "State", &["All states", "Draft", "In review"]),
                ],
            );
            filters.clear = Some("/records".to_owned());
            filters.q = HOSTILE.to_owned();
            filters
        },
        head: head(&["Record", "Kind", "State", "For", "Owner", "Due", "Changed"], 5),
        rows: vec![
            first,
            row("RISK-13", "Forged bearer token reaches the FHIR API", StatusKind::Approved),
            row("RISK-15", HOSTILE, StatusKind::SentBack),
            row("RISK-9", "Old log format leaks names", StatusKind::Retired),
            bare,
        ],
        pager: pager("5 of 24, soonest first", "Next 50"),
        empty: Empty::new("", "", Vec::new()),
    }
}

fn list_empty() -> RecordsPage {
    let mut page = list_full();
    page.shell = shell("Records", Area::Records);
    page.heading = "Records".to_owned();
    page.about = String::new();
    page.actions = vec![new_record()];
    page.rows = Vec::new();
    page.empty = Empty::new(
        "No record yet",
        "Records are what people write and answer for: responsibilities, policies, risks, requirements, reviews.",
        vec![Action::open("Write the first one", "/records/new")],
    );
    page
}

fn link(verb: &str, number: &str, title: &str, suspect: bool) -> LinkRow {
    LinkRow {
        verb: verb.to_owned(),
        number: number.to_owned(),
        title: title.to_owned(),
        href: crate::urls::record(number),
        state: if suspect { StatusKind::Suspect } else { StatusKind::Current }.into(),
        note: if suspect { "made against revision 4, now 5".to_owned() } else { String::new() },
        action: suspect
            .then(|| Action::open("Compare and confirm", "/records/MEAS-3/4..5?link=RISK-12").small()),
    }
}

fn reason(label: &str, danger: bool, blocked: &str) -> ReasonForm {
    ReasonForm {
        label: label.to_owned(),
        name: label.to_lowercase().replace(' ', "-"),
        action: format!("/records/RISK-12/{}", label.to_lowercase().replace(' ', "-")),
        csrf: CSRF.to_owned(),
        expected: DIGEST.to_owned(),
        hidden: Vec::new(),
        hint: "The author reads it.".to_owned(),
        typed: String::new(),
        error: String::new(),
        blocked: blocked.to_owned(),
        danger,
    }
}

fn difference() -> Diff {
    let span = |text: &str, changed| Span { text: text.to_owned(), changed };
    Diff {
        lines: vec![
            DiffLine::new(DiffKind::Field, "Scenario"),
            DiffLine::new(DiffKind::Same, "A compromised modality sends a crafted image."),
            DiffLine::new(DiffKind::Removed, HOSTILE),
            DiffLine::new(DiffKind::Added, LONG),
            DiffLine::new(DiffKind::Field, "Residual likelihood"),
            DiffLine { kind: DiffKind::Removed, spans: vec![span("4", true)] },
            DiffLine { kind: DiffKind::Added, spans: vec![span("2", true)] },
            DiffLine::new(DiffKind::Field, "Links"),
            DiffLine {
                kind: DiffKind::Added,
                spans: vec![span("mitigated by ", false), span("MEAS-4", true)],
            },
        ],
    }
}

fn attachments() -> Vec<Attachment> {
    vec![Attachment {
        file: Link::new(format!("fuzzing-{LONG}.pdf"), "/records/RISK-12/7/files/1"),
        size: "1.2 MB".to_owned(),
        digest: DIGEST[..16].to_owned(),
    }]
}

fn record_full() -> RecordPage {
    let scenario = format!(
        "A compromised modality sends a **crafted** image.\n\n- The decoder overflows.\n- Images queue.\n\n| step | effect |\n|---|---|\n| 1 | {LONG} |\n\n{HOSTILE}\n\n    pkg:conan/jp2kit@2.5.0 and a line of code that is far too long for any narrow screen of a telephone\n"
    );
    RecordPage {
        shell: record_shell("RISK-12"),
        number: "RISK-12".to_owned(),
        title: "Malformed JPEG 2000 image halts the gateway".to_owned(),
        kind: "Risk".to_owned(),
        state: Status::from(StatusKind::InReview).boxed(),
        revision: "revision 7".to_owned(),
        suspect: Some(Status::saying(StatusKind::Suspect, "2 suspect links").boxed()),
        owner: "Ana Duarte".to_owned(),
        due: Some(("approval due".to_owned(), Due::on(day(11, 30), TODAY))),
        actions: vec![
            Action::open("Edit as revision 8", "/records/RISK-12/edit").key("edit"),
            Action::open("Sign and approve", "/records/RISK-12/sign").main().key("sign"),
        ],
        reasons: vec![reason("Send back", false, ""), reason("Retire", true, "")],
        notes: vec![Note::new(NoteKind::Info, "A draft waits.", "Jonas Weber began revision 8 on 2026-11-24.").link("Open the draft", "/records/RISK-12/edit")],
        fields: Facts::from(vec![
            Fact::new("Scenario", Value::Html(markdown::render(&scenario))),
            Fact::text("Criticality", "high"),
            Fact::code("CVSS in context", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:L/A:H/MAV:A"),
            Fact::text("Patient harm", "possible"),
            Fact::none("Reason"),
            Fact::new("Attendees", Value::Table(
                ["Person", "Discipline", "Independent"].map(str::to_owned).to_vec(),
                vec![["Mei Tanaka", "tester", "yes"].map(str::to_owned).to_vec(), [HOSTILE, "security", "no"].map(str::to_owned).to_vec()],
            )),
            Fact::new("Next review", Value::Due(Due::on(day(12, 3), TODAY))),
        ]),
        used_by: "Used by clauses 7.3 and 7.4".to_owned(),
        links: vec![
            link("mitigated by", "MEAS-3", "Decode images in a memory-limited process", true),
            link("affects", "ITEM-4", "Imaging stack", false),
            link("scored under", "CRIT-1", HOSTILE, false),
        ],
        backlinks: vec![link("reviews", "REV-10", "Open issues of 2.4.0", false)],
        attachments: attachments(),
        changes: Some(("Revision 7 against 6".to_owned(), difference())),
        signatures: vec![
            signature("Jonas Weber", "author of revision 7", "I wrote this content", "2026-11-23T14:30:00Z", true),
            signature("Ruth Okafor", "approved revision 6", "Residual risk accepted", "2026-08-02T10:12:00Z", false),
        ],
        signature_rule: "Approval needs one signature by a person other than the author. Ana Duarte and Ruth Okafor may give it.".to_owned(),
        facts: Facts::from(vec![
            Fact::code("Digest", DIGEST),
            Fact::text("Author", "Jonas Weber"),
            Fact::new("Submitted", Value::When(at("2026-11-23T14:30:00Z"))),
        ]),
        events: events(),
    }
}

fn record_empty() -> RecordPage {
    let mut page = record_full();
    page.state = Status::from(StatusKind::Draft).boxed();
    page.revision = "draft of revision 1".to_owned();
    page.suspect = None;
    page.owner = String::new();
    page.due = None;
    page.actions =
        vec![Action::blocked("Sign and approve", "You wrote this revision; someone else must approve it.")];
    page.reasons = vec![reason("Retire", true, "Only an approved record can be retired.")];
    page.notes = Vec::new();
    page.fields = Facts::from(vec![Fact::none("Scenario"), Fact::none("Criticality")]);
    page.used_by = String::new();
    page.links = Vec::new();
    page.backlinks = Vec::new();
    page.attachments = Vec::new();
    page.changes = None;
    page.signatures = Vec::new();
    page.events = Timeline::default();
    page
}

fn attendee(index: u32, person: &str) -> Vec<Field> {
    vec![
        Field::new(
            format!("attendees.{index}.person"),
            "Person",
            Input::Select(Choice::plain(&["Mei Tanaka", "Ruth Okafor"], person)),
        )
        .required(),
        Field::new(
            format!("attendees.{index}.discipline"),
            "Discipline",
            Input::Select(Choice::plain(&["tester", "security"], "tester")),
        )
        .required(),
        Field::new(format!("attendees.{index}.independent"), "Independent", Input::Check(index == 0)),
    ]
}

fn edit_full() -> RecordEditPage {
    let clauses: Vec<_> = (1..=9)
        .map(|n| Choice::new(format!("5.2.{n}"), format!("5.2.{n} A clause with a title"), "5.2.1"))
        .collect();
    RecordEditPage {
        shell: record_shell("Edit RISK-12"),
        heading: "Edit RISK-12".to_owned(),
        about: "draft of revision 8, for Lumen Gateway".to_owned(),
        action: "/records/RISK-12/edit".to_owned(),
        expected: DIGEST.to_owned(),
        form_id: String::new(),
        unsaved: false,
        saved: Some(at("2026-11-24T08:41:07Z")),
        notes: vec![Note::new(NoteKind::Warn, "Sent back by Ruth Okafor.", HOSTILE)],
        parts: vec![
            FormPart::Field(Field::new("title", "Title", Input::Text(HOSTILE.to_owned())).required()),
            FormPart::Field(
                Field::new(
                    "scenario",
                    "Scenario",
                    Input::Markdown(format!("\n{HOSTILE}\n</textarea>{LONG}"), 6),
                )
                .hint("Who does what to which asset? Markdown")
                .required(),
            ),
            FormPart::Field(
                Field::new(
                    "criticality",
                    "Criticality",
                    Input::Radios(Choice::plain(&["low", "medium", "high"], "")),
                )
                .required()
                .error("Choose low, medium or high"),
            ),
            FormPart::Field(Field::new(
                "treatment",
                "Treatment",
                Input::Select(Choice::plain(&["", "reduce", "accept", "avoid"], "accept")),
            )),
            FormPart::Field(Field::new("clauses", "Clauses", Input::Folded(clauses))),
            FormPart::Field(Field::new(
                "evidence",
                "Evidence",
                Input::Checks(Choice::plain(&["EVID-2231", "EVID-2240"], "EVID-2231")),
            )),
            FormPart::Field(
                Field::new(
                    "tests",
                    "Tests",
                    Input::Lines("gateway.router::rejects\ngateway.router::limits".to_owned(), 3),
                )
                .hint("One name per line, as in JUnit: classname.name"),
            ),
            FormPart::Field(
                Field::new("assess_days_high", "Days to assess, high", Input::Integer("seven".to_owned()))
                    .required()
                    .error("Give a whole number of days from 0 to 3650, not \"seven\""),
            ),
            FormPart::Field(Field::new("next_review", "Next review", Input::Date("2026-12-03".to_owned()))),
            FormPart::Field(Field::new("closed", "Closed", Input::Check(true)).required()),
            FormPart::Field(
                Field::new(
                    "owner",
                    "Owner",
                    Input::Select(Choice::plain(&["Ana Duarte", "Ruth Okafor"], "Ana Duarte")),
                )
                .required(),
            ),
            FormPart::Field(
                Field::new("locked", "Previous class", Input::Text("maintained".to_owned()))
                    .disabled("Set by the revision before."),
            ),
            FormPart::Rows(Rows {
                name: "attendees".to_owned(),
                label: "Attendees".to_owned(),
                one: "attendee".to_owned(),
                hint: "At least two disciplines".to_owned(),
                error: "Add someone of another discipline".to_owned(),
                rows: vec![attendee(0, "Mei Tanaka"), attendee(1, "Ruth Okafor")],
            }),
            FormPart::Rows(Rows {
                name: "points".to_owned(),
                label: "Review points".to_owned(),
                one: "review point".to_owned(),
                hint: String::new(),
                error: String::new(),
                rows: Vec::new(),
            }),
        ],
        links: Some(LinkEditor {
            types: vec![
                Choice::new("mitigated-by", "mitigated by (measure)", ""),
                Choice::new("affects", "affects (software item)", ""),
            ],
            links: vec![
                LinkEdit {
                    value: "mitigated-by:MEAS-3".to_owned(),
                    verb: "mitigated by".to_owned(),
                    number: "MEAS-3".to_owned(),
                    title: "Decode images in a memory-limited process".to_owned(),
                },
                LinkEdit {
                    value: "affects:ITEM-4".to_owned(),
                    verb: "affects".to_owned(),
                    number: "ITEM-4".to_owned(),
                    title: LONG.to_owned(),
                },
            ],
            candidates: vec![("MEAS-4".to_owned(), HOSTILE.to_owned())],
            target: "MEAS-99".to_owned(),
            error: "There is no MEAS-99".to_owned(),
        }),
        attachments: attachments(),
        attach: "/records/RISK-12/files".to_owned(),
        discard: Some(reason("Discard draft", true, "")),
        cancel: "/records/RISK-12".to_owned(),
    }
}

fn edit_empty() -> RecordEditPage {
    let mut page = edit_full();
    page.heading = "New risk".to_owned();
    page.about = "for Lumen Gateway".to_owned();
    page.expected = String::new();
    page.form_id = "00112233445566778899aabbccddeeff".to_owned();
    page.saved = None;
    page.notes = Vec::new();
    page.parts = vec![FormPart::Field(Field::new("title", "Title", Input::Text(String::new())).required())];
    page.links = Some(LinkEditor {
        types: vec![Choice::new("affects", "affects (software item)", "")],
        ..LinkEditor::default()
    });
    page.attachments = Vec::new();
    page.attach = String::new();
    page.discard = None;
    page
}

fn new_full() -> RecordNewPage {
    let kind = |title: &str, prefix: &str, about: &str, blocked: &str| KindRow {
        title: title.to_owned(),
        prefix: prefix.to_owned(),
        about: about.to_owned(),
        href: format!("/records/new?kind={}", title.to_lowercase()),
        blocked: blocked.to_owned(),
    };
    RecordNewPage {
        shell: shell("New record", Area::Records),
        chosen: None,
        scope: Field::new(
            "scope",
            "For",
            Input::Select(Choice::plain(&["Lumen Gateway", "Lumen Viewer"], "")),
        )
        .required(),
        kinds: vec![
            kind("Responsibility", "RESP", "Who answers for which clauses.", ""),
            kind("Risk", "RISK", "What can go wrong, how likely and how bad.", ""),
            kind(
                "Limits",
                "LIM",
                "Days to assess and fix, maximum ages.",
                "Only a security officer writes limits.",
            ),
        ],
    }
}

fn new_scope() -> RecordNewPage {
    let mut page = new_full();
    page.chosen = Some(("risk".to_owned(), "risk".to_owned()));
    page
}

fn history_full() -> HistoryPage {
    let row = |revision: u32, state: StatusKind, signed: Vec<String>| RevisionRow {
        revision,
        href: crate::urls::record_page("RISK-12", &revision.to_string()),
        state: state.into(),
        author: "Jonas Weber".to_owned(),
        at: at("2026-11-23T14:30:00Z"),
        signed,
        digest: DIGEST[..8].to_owned(),
        difference: (revision > 1).then(|| {
            Link::new(
                format!("{} to {revision}", revision - 1),
                format!("/records/RISK-12/{}..{revision}", revision - 1),
            )
        }),
    };
    let mut shell = record_shell("Revisions");
    shell.crumbs.insert(3, Crumb::to("RISK-12", "/records/RISK-12"));
    HistoryPage {
        shell,
        number: "RISK-12".to_owned(),
        title: HOSTILE.to_owned(),
        revisions: vec![
            row(3, StatusKind::InReview, Vec::new()),
            row(
                2,
                StatusKind::Approved,
                vec![
                    "Ruth Okafor, residual risk accepted, 2026-08-02".to_owned(),
                    format!("{LONG}, clinical"),
                ],
            ),
            row(1, StatusKind::SentBack, Vec::new()),
        ],
    }
}

fn history_empty() -> HistoryPage {
    let mut page = history_full();
    page.revisions = Vec::new();
    page
}

fn diff_full() -> RevisionDiffPage {
    let side = |author: &str| {
        Facts::from(vec![
            Fact::text("Author", author),
            Fact::code("Digest", DIGEST),
            Fact::new("Submitted", Value::When(at("2026-11-23T14:30:00Z"))),
        ])
    };
    let mut confirm = reason("Confirm the link", false, "");
    confirm.hidden = vec![
        ("source".to_owned(), "RISK-12".to_owned()),
        ("link-type".to_owned(), "mitigated-by".to_owned()),
    ];
    RevisionDiffPage {
        shell: record_shell("4..5"),
        number: "MEAS-3".to_owned(),
        title: HOSTILE.to_owned(),
        heading: "Revision 5 against 4".to_owned(),
        older: side("Jonas Weber"),
        newer: side("Mei Tanaka"),
        diff: difference(),
        confirm: Some(confirm),
        confirm_text: "RISK-12 is mitigated by this measure, and the link was made against revision 4."
            .to_owned(),
    }
}

fn diff_empty() -> RevisionDiffPage {
    let mut page = diff_full();
    page.diff = Diff::default();
    page.confirm = None;
    page
}

fn sign_full() -> SignPage {
    let mut form = sign_form(
        "/records/RISK-12/sign",
        "Sign and approve",
        &[("approve", "I reviewed this content and approve it")],
    );
    form.subject =
        Facts::from(vec![Fact::text("Record", "RISK-12 revision 7"), Fact::text("Title", HOSTILE)]);
    form.warnings = vec![Note::new(
        NoteKind::Doubt,
        "",
        "2 links are suspect. They stay suspect, and clause 7.4 stays partly met, until someone confirms them.",
    )];
    form.password_error = "The password is wrong. Nothing was signed.".to_owned();
    SignPage {
        shell: record_shell("Sign"),
        heading: "Sign and approve RISK-12 revision 7".to_owned(),
        form,
        content: Vec::new(),
        changed: Some(difference()),
    }
}

fn sign_blocked() -> SignPage {
    let mut page = sign_full();
    page.changed = None;
    page.form.warnings = Vec::new();
    page.form.password_error = String::new();
    page.form.blocked = Some("You wrote revision 7; someone else must approve it.".to_owned());
    page
}
