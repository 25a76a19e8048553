//! Samples of the pages of a release: conformity, clause, gate, components, evidence.

use super::{
    CSRF, DIGEST, HOSTILE, LONG, PRODUCT, Sample, VERSION, at, clause_link, day, due, duties, on,
    release_shell, sample, signature,
};
use crate::pages::baseline::{BaselinePage, MovedRow};
use crate::pages::clause::ClausePage;
use crate::pages::components::{ComponentRow, ComponentsPage, Difference, Unmatched, UnmatchedRow};
use crate::pages::conformity::{ClauseGroup, ClauseRow, ConformityPage, Counts, GateBanner};
use crate::pages::evidence::{EvidencePage, ResultRow};
use crate::pages::evidence_list::{BuildRow, EvidenceListPage, EvidenceRow};
use crate::pages::evidence_upload::EvidenceUploadPage;
use crate::pages::gate::{Covered, GatePage, Reason};
use crate::pages::plan::PlanPage;
use crate::parts::{
    Action, Choice, Column, Crumb, Due, Empty, Fact, Facts, Field, Filters, Input, Link, Node, Note,
    NoteKind, Pager, SignForm, Sort, Status, StatusKind, TableHead, Value,
};
use crate::urls;

pub(super) fn samples() -> Vec<Sample> {
    vec![
        sample("conformity-full", conformity_full()),
        sample("conformity-empty", conformity_empty()),
        sample("conformity-shipped", conformity_shipped()),
        sample("clause-full", clause_full()),
        sample("clause-empty", clause_empty()),
        sample("gate-full", gate_full()),
        sample("gate-empty", gate_empty()),
        sample("baseline-full", baseline_full()),
        sample("baseline-empty", baseline_empty()),
        sample("plan-full", plan_full()),
        sample("plan-empty", plan_empty()),
        sample("components-full", components_full()),
        sample("components-empty", components_empty()),
        sample("components-unmatched", components_unmatched()),
        sample("evidence-list-full", evidence_list_full()),
        sample("evidence-list-empty", evidence_list_empty()),
        sample("evidence-full", evidence_full()),
        sample("evidence-empty", evidence_empty()),
        sample("evidence-upload-full", upload_full()),
        sample("evidence-upload-empty", upload_empty()),
    ]
}

fn plan_full() -> PlanPage {
    PlanPage {
        shell: release_shell("Plan", "plan"),
        release: format!("Lumen Gateway {VERSION}"),
        url: page("plan"),
        notes: vec![
            Note::new(NoteKind::Warn, "Somebody changed the plan meanwhile.", "It now says no date.").alert(),
        ],
        expected: DIGEST.to_owned(),
        fields: vec![
            Field::new("planned_ship_date", "Planned to ship", Input::Date("soon".to_owned()))
                .hint("What is owed for the release is owed by this day")
                .error("a day of the form 2026-11-24 is expected"),
            Field::new(
                "manager",
                "Release manager",
                Input::Select(Choice::plain(&["Nobody", HOSTILE, LONG], LONG)),
            ),
        ],
        blocked: String::new(),
        facts: Facts::from(vec![
            Fact::links("Candidate build", vec![Link::new("rc.4", page("evidence"))]),
            Fact::links(
                "Based on",
                vec![Link::new("2.3.0", "/products/lumen-gateway/releases/2.3.0/conformity")],
            ),
            Fact::new("Decided", Value::When(at("2026-11-20T10:00:00Z"))),
        ]),
        field_words: "Customers have this release.".to_owned(),
        field_action: Action::send(
            "No customer has it any more",
            page("plan/field"),
            CSRF,
            &[("fielded", "false")],
        ),
    }
}

fn plan_empty() -> PlanPage {
    let mut page = plan_full();
    page.notes = Vec::new();
    page.fields = vec![
        Field::new("planned_ship_date", "Planned to ship", Input::Date(String::new())),
        Field::new("manager", "Release manager", Input::Select(Choice::plain(&["Nobody"], "Nobody"))),
    ];
    page.facts = Facts::from(vec![Fact::none("Candidate build"), Fact::none("Decided")]);
    page.blocked = "Only who manages releases changes the plan.".to_owned();
    page.field_words = "No customer has this release.".to_owned();
    page.field_action = Action::blocked("Customers have it", "Only who manages releases says so.");
    page
}

fn page(page: &str) -> String {
    urls::release(PRODUCT, VERSION, page)
}

pub(super) fn filters(
    of: &str,
    action: &str,
    placeholder: &str,
    selects: &[(&str, &str, &[&str])],
) -> Filters {
    let select = |(name, label, values): &(&str, &str, &[&str])| {
        ((*name).to_owned(), (*label).to_owned(), Choice::plain(values, values[0]))
    };
    Filters {
        action: action.to_owned(),
        of: of.to_owned(),
        q: String::new(),
        placeholder: placeholder.to_owned(),
        selects: selects.iter().map(select).collect(),
        date: None,
        keep: vec![("sort".to_owned(), "due".to_owned())],
        clear: None,
    }
}

pub(super) fn head(columns: &[&str], sorted: usize) -> TableHead {
    let column = |(index, label): (usize, &&str)| {
        let href = format!("?sort={}", urls::encode(label));
        let sort = if index == sorted { Sort::Ascending(href) } else { Sort::Other(href) };
        Column::new(*label).sort(sort)
    };
    TableHead::new(columns.iter().enumerate().map(column).collect())
}

pub(super) fn pager(shown: &str, next: &str) -> Pager {
    Pager {
        shown: shown.to_owned(),
        first: None,
        next: Some(Link::new(next, "?after=k42")),
        exports: vec![Link::new("Download CSV", "?format=csv")],
    }
}

fn check(kind: StatusKind, text: &str, note: &str) -> Node {
    Node { status: Some(kind.into()), text: text.to_owned(), note: note.to_owned(), ..Node::default() }
}

fn checks() -> Vec<Node> {
    let evidence = |numbers: &[&str]| numbers.iter().map(|n| Link::new(*n, urls::evidence(n))).collect();
    let said = |text: &str| Node { note: text.to_owned(), ..Node::default() };
    let finding = |number: &str, text: &str, by| Node {
        link: Some(Link::new(number, urls::finding(PRODUCT, VERSION, number))),
        text: text.to_owned(),
        owner: "Ana Duarte".to_owned(),
        due: due(by),
        ..Node::default()
    };
    let mut first = finding("FIND-418", "jp2kit 2.5.0, CVE-2099-10432", day(11, 20));
    first.children = vec![
        said("Carried over from 2.3.0, then withdrawn: reachable since build rc.1"),
        Node { evidence: evidence(&["EVID-2231", "EVID-2240"]), ..Node::default() },
    ];
    let mut decided = check(StatusKind::NotMet, "Every finding has a decision", "35 of 37");
    decided.children = vec![first, finding("FIND-421", HOSTILE, day(11, 26))];
    let mut signed = check(StatusKind::PartlyMet, "Every decision is signed", "34 of 35");
    signed.children = vec![Node {
        status: Some(StatusKind::NoLongerCovers.into()),
        link: Some(Link::new("FIND-405", urls::finding(PRODUCT, VERSION, "FIND-405"))),
        text: LONG.to_owned(),
        ..Node::default()
    }];
    let mut all = check(StatusKind::Met, "Every finding has a state", "37 of 37");
    all.children = vec![finding("FIND-399", "nettyd 4.2.7, CVE-2099-08102", day(12, 9))];
    all.folded = true;
    vec![all, decided, signed, check(StatusKind::Met, "The approver is not the fixer", "34 of 34")]
}

fn row(number: &str, title: &str, verdict: StatusKind, passed: &str) -> ClauseRow {
    ClauseRow {
        clause: Link::new(number, urls::clause(PRODUCT, VERSION, number)),
        title: title.to_owned(),
        verdict: verdict.into(),
        standing: None,
        passed: passed.to_owned(),
        attested: false,
        reason: String::new(),
        asks: "What the clause asks for, in a sentence of our own.".to_owned(),
        checks: checks(),
        open: false,
    }
}

fn group(number: &str, title: &str, short: &str, counts: [u32; 4], gaps: Vec<ClauseRow>) -> ClauseGroup {
    let met = (1..=counts[0]).map(|n| {
        let mut row = row(&format!("{number}.{n}"), "A clause that is met", StatusKind::Met, "3 of 3");
        row.attested = n % 2 == 0;
        row
    });
    ClauseGroup {
        number: number.to_owned(),
        title: title.to_owned(),
        short: short.to_owned(),
        counts: Counts {
            met: counts[0],
            partly_met: counts[1],
            not_met: counts[2],
            not_applicable: counts[3],
        },
        gaps,
        not_applicable: Vec::new(),
        met: met.collect(),
    }
}

fn closed_gate() -> GateBanner {
    GateBanner {
        state: StatusKind::GateClosed,
        sentence: "Gate closed: 2.4.0 may not ship".to_owned(),
        text: "5 clauses not met and 7 partly met, 2 findings not assessed.".to_owned(),
        can_open: Some(on(day(12, 9))),
        all_late: false,
        ship: Some(on(day(12, 15))),
        ship_passed: false,
        actions: vec![Action::open("All reasons", page("gate"))],
    }
}

fn conformity_full() -> ConformityPage {
    let mut resolve = row("5.8.1", "Resolve findings prior to release", StatusKind::NotMet, "2 of 4");
    resolve.open = true;
    resolve.standing = Some(Status::from(StatusKind::PartlyMet));
    let mut suppliers =
        row("4.1.5", "Software items from third-party suppliers", StatusKind::PartlyMet, "4 of 5");
    suppliers.attested = true;
    suppliers.reason = "covered by DEV-2 until 2026-12-31".to_owned();
    let mut maintenance = group("6", "Software maintenance process", "Maintenance", [5, 0, 0, 1], Vec::new());
    let mut na = row("6.3.2", "Maintained software update delivery", StatusKind::NotApplicable, "0");
    na.reason = "Nothing to deliver before 2.4.0 ships; applies from 2026-12-15".to_owned();
    maintenance.not_applicable = vec![na];
    let shell = release_shell("Conformity", "conformity");
    ConformityPage {
        shell,
        release: "Lumen Gateway 2.4.0".to_owned(),
        pack: "IEC 81001-5-1:2021".to_owned(),
        build: "2.4.0-rc.2".to_owned(),
        evaluated: at("2026-11-24T08:41:07Z"),
        sequence: 4182,
        facts: Link::new("the facts as JSON", "/api/v1/facts/9f3c41d2"),
        actions: vec![
            Action::open("Compare with 2.3.0", "?against=2.3.0"),
            Action::open("Gate and decision", page("gate")).main(),
        ],
        at: String::new(),
        url: page("conformity"),
        notes: vec![
            Note::new(
                NoteKind::Info,
                "These verdicts are provisional.",
                "Lumen Imaging has not yet adopted this pack against its own copy of the standard.",
            )
            .link("Adopt the pack", "/packs/iec-81001-5-1-2021/sign"),
            Note::new(NoteKind::Warn, "The vulnerability feed is 9 days old.", "Findings may be missing."),
        ],
        gate: closed_gate(),
        groups: vec![
            group(
                "4",
                "General requirements",
                "General",
                [9, 1, 1, 0],
                vec![row("4.1.8", "Periodic review of defects", StatusKind::NotMet, "0 of 1"), suppliers],
            ),
            group(
                "5",
                "Software development process",
                "Development",
                [21, 1, 2, 0],
                vec![
                    resolve,
                    row("5.7.4", LONG, StatusKind::NotMet, "2 of 3"),
                    row("5.4.3", HOSTILE, StatusKind::PartlyMet, "6 of 7"),
                ],
            ),
            maintenance,
            group("7", "Security risk management process", "Risk management", [4, 2, 0, 0], Vec::new()),
            group(
                "8",
                "Software configuration management process",
                "Configuration",
                [1, 0, 0, 0],
                Vec::new(),
            ),
            group("9", "Software problem resolution process", "Problem resolution", [3, 1, 0, 0], Vec::new()),
        ],
        counts: Counts { met: 43, partly_met: 7, not_met: 5, not_applicable: 1 },
        owed: duties().len(),
        duties: duties(),
    }
}

fn conformity_empty() -> ConformityPage {
    let mut page = conformity_full();
    page.build = String::new();
    page.actions.truncate(1);
    page.gate.text = "No build, no SBOM, no decision. Nothing supports a verdict yet.".to_owned();
    page.gate.can_open = None;
    page.gate.ship = None;
    page.groups = vec![group("4", "General requirements", "General", [0, 0, 0, 0], Vec::new())];
    page.counts = Counts::default();
    page.duties = Vec::new();
    page
}

fn conformity_shipped() -> ConformityPage {
    let mut page = conformity_full();
    "2026-10-01".clone_into(&mut page.at);
    page.shell.banners = vec![
        Note::new(NoteKind::Info, "", "You look at 2.4.0 as it was on 2026-10-01, as it was known then.")
            .link("Back to now", page.url.clone()),
    ];
    page.gate = GateBanner {
        state: StatusKind::Shipped,
        sentence: "Shipped: 2.4.0 was decided on 2026-09-20".to_owned(),
        text: "At release is read, never evaluated again. Standing shows today.".to_owned(),
        can_open: None,
        all_late: false,
        ship: None,
        ship_passed: false,
        actions: vec![Action::open("The decision", "gate")],
    };
    page.notes = Vec::new();
    page
}

fn clause_full() -> ClausePage {
    let mut shell = release_shell("5.8.1", "conformity");
    shell.crumbs.insert(3, Crumb::to("Conformity", page("conformity")));
    ClausePage {
        shell,
        number: "5.8.1".to_owned(),
        title: "Resolve findings prior to release".to_owned(),
        verdict: Status::from(StatusKind::NotMet).boxed(),
        standing: Some(Status::from(StatusKind::PartlyMet).boxed()),
        asks:
            "Every security finding of the release is fixed, or judged and accepted with a reason by someone \
               other than the fixer."
                .to_owned(),
        notes: vec![Note::new(
            NoteKind::Doubt,
            "APPL-3 says the clause does not apply.",
            "The facts do not support its condition, so it has no effect.",
        )],
        facts: Facts::from(vec![
            Fact::text("Kind", "computed"),
            Fact::text("Judged", "at release and standing"),
            Fact::text("Confidence", "high"),
            Fact::none("Condition"),
            Fact::code("Pack", "iec-81001-5-1-2021, 7c1d 90aa"),
            Fact::text("Evaluated for", "entry 4182"),
        ]),
        reason: "Justified by APPL-1 “No legacy software”.".to_owned(),
        justified: Some(Link::new("Read APPL-1", "/records/APPL-1")),
        checks: checks(),
        standing_checks: vec![check(StatusKind::PartlyMet, "New findings are assessed in time", "11 of 12")],
        missing: duties(),
        total: 1_204,
        records: vec![
            Link::new("RESP-2 Handling of findings", "/records/RESP-2"),
            Link::new(HOSTILE, "/records/DEV-2"),
        ],
        actions: vec![
            Action::blocked("Write a clause assessment", "This clause is computed; nobody attests it."),
            Action::open("Ask for a deviation", "/records/new?kind=deviation"),
        ],
        previous: clause_link("5.7.5"),
        next: clause_link("5.8.2"),
    }
}

fn clause_empty() -> ClausePage {
    let mut page = clause_full();
    page.verdict = Status::from(StatusKind::NotApplicable).boxed();
    page.standing = None;
    page.notes = Vec::new();
    page.checks = Vec::new();
    page.standing_checks = Vec::new();
    page.missing = Vec::new();
    page.total = 0;
    page.records = Vec::new();
    page.previous = None;
    page.reason = String::new();
    page.justified = None;
    page
}

pub(super) fn sign_form(action: &str, submit: &str, meanings: &[(&str, &str)]) -> SignForm {
    let meanings: Vec<_> = meanings.iter().map(|(value, label)| Choice::new(*value, *label, "")).collect();
    SignForm {
        action: action.to_owned(),
        csrf: CSRF.to_owned(),
        digest: DIGEST.to_owned(),
        hidden: vec![("revision".to_owned(), "7".to_owned())],
        subject: Facts::default(),
        fields: Vec::new(),
        signer: "Ana Duarte".to_owned(),
        signer_title: "product security engineer".to_owned(),
        meanings,
        warnings: Vec::new(),
        blocked: None,
        password_error: String::new(),
        comment: Some(SignForm::comment("", "")),
        submit: submit.to_owned(),
        cancel: "/".to_owned(),
    }
}

fn gate_full() -> GatePage {
    let mut form = sign_form(&page("gate"), "Sign the decision", &[("decided", "I decide on this release")]);
    form.fields = vec![
        Field::new(
            "decision",
            "Decision",
            Input::Radios(vec![
                Choice::new("ship", "Ship", ""),
                Choice::new("postpone", "Postpone", "postpone"),
                Choice::new("withdraw", "Withdraw the decision before", ""),
            ]),
        )
        .hint("Ship can be chosen once the gate is open or every reason is covered by a deviation.")
        .required(),
        Field::new("reason", "Reason", Input::Area(String::new(), 3))
            .required()
            .error("Say why the release is postponed"),
    ];
    form.subject = Facts::from(vec![
        Fact::text("Release", "Lumen Gateway 2.4.0"),
        Fact::text("Gate", "closed, 9 reasons"),
    ]);
    form.warnings = vec![Note::new(NoteKind::Warn, "", "The gate is closed. Shipping is not offered.")];
    form.password_error = "The password is wrong. Nothing was signed.".to_owned();
    let reason = |what: &str, kind: StatusKind, from: &str, by| Reason {
        what: Link::new(what, page("conformity")),
        about: "Every security finding is judged before release".to_owned(),
        status: kind.into(),
        from: from.to_owned(),
        owner: "Ana Duarte".to_owned(),
        due: by,
    };
    GatePage {
        shell: release_shell("Gate", "gate"),
        release: "Lumen Gateway 2.4.0".to_owned(),
        gate: closed_gate(),
        notes: vec![Note::new(
            NoteKind::Warn,
            "EVID-3 was disqualified after the decision.",
            "It was of rc.4.",
        )],
        reasons: vec![
            reason("FIND-418 is not assessed", StatusKind::New, "5.8.1", due(day(11, 20))),
            reason("4.1.8 Periodic review of defects", StatusKind::NotMet, "4.1.8", due(day(11, 18))),
            reason("3 components could not be matched", StatusKind::Unmatched, "components", None),
            reason("RISK-12 has 2 suspect links", StatusKind::Suspect, "RISK-12", due(day(11, 30))),
            reason(HOSTILE, StatusKind::Affected, LONG, due(day(12, 30))),
        ],
        total: 1_204,
        no_reasons: no_reasons(),
        covered: vec![Covered {
            deviation: Link::new("DEV-2 Supplier evidence comes later", "/records/DEV-2"),
            clause: "4.1.5".to_owned(),
            missing: "SUP-3 evidence for 6.1.2".to_owned(),
            expires: Due::on(day(12, 31), super::TODAY),
        }],
        facts: Facts::from(vec![
            Fact::text("Evaluated for", "entry 4182"),
            Fact::code("Facts", DIGEST),
            Fact::code("Pack", "iec-81001-5-1-2021, 7c1d 90aa"),
        ]),
        decisions: vec![
            signature(
                "Ruth Okafor",
                "postponed the release",
                "I decide on this release",
                "2026-11-10T10:00:00Z",
                true,
            ),
            signature(
                "Ruth Okafor",
                "withdrew the decision",
                "I decide on this release",
                "2026-10-10T10:00:00Z",
                false,
            ),
        ],
        form,
    }
}

fn no_reasons() -> Empty {
    Empty::new(
        "No reason keeps the gate closed",
        "Every applicable clause is met or covered. A person may decide.",
        Vec::new(),
    )
}

fn gate_empty() -> GatePage {
    let mut page = gate_full();
    page.notes = Vec::new();
    page.gate = GateBanner {
        state: StatusKind::GateOpen,
        sentence: "Gate open: 2.4.0 may ship".to_owned(),
        text: "Every applicable clause is met.".to_owned(),
        can_open: None,
        all_late: false,
        ship: None,
        ship_passed: false,
        actions: Vec::new(),
    };
    page.reasons = Vec::new();
    page.total = 0;
    page.covered = Vec::new();
    page.decisions = Vec::new();
    page.form.blocked =
        Some("Only an approver of Lumen Gateway decides: Ruth Okafor or Elif Kaya.".to_owned());
    page
}

fn baseline_full() -> BaselinePage {
    let row = |number: &str, title: &str, from: &str| MovedRow {
        value: format!("{number}@{DIGEST}"),
        number: number.to_owned(),
        title: title.to_owned(),
        href: urls::record(number),
        from: from.to_owned(),
        to: Link::new("revision 8", urls::record_page(number, "8")),
        compare: (!from.is_empty()).then(|| Link::new("Compare", urls::record_page(number, "7..8"))),
    };
    BaselinePage {
        shell: release_shell("Baseline", "baseline"),
        heading: "Baseline of 2.4.0".to_owned(),
        about: "This release rests on the revisions that 2.3.0 was decided with.".to_owned(),
        head: {
            let mut head = head(&["Select", "Record", "Rests on", "Approved", "Difference"], 1);
            head.columns[0] = Column::new("Select").hidden();
            head
        },
        rows: vec![
            row("RISK-12", "Malformed JPEG 2000 halts the gateway", "revision 7"),
            row("REQ-41", HOSTILE, ""),
            row("DOC-3", LONG, "revision 2"),
        ],
        pager: Pager {
            shown: "3 shown, by kind and number".to_owned(),
            first: None,
            next: Some(Link::new("Next 100", page("baseline?after=risk~12"))),
            exports: Vec::new(),
        },
        empty: Empty::new("", "", Vec::new()),
        sign_action: page("baseline/sign"),
        blocked: String::new(),
    }
}

fn baseline_empty() -> BaselinePage {
    let mut it = baseline_full();
    it.rows = Vec::new();
    it.empty = Empty::new("Nothing to adopt", "Every record is as the release rests on it.", Vec::new());
    it
}

fn component(name: &str, version: &str, class: &str) -> ComponentRow {
    ComponentRow {
        component: Link::new(format!("{name} {version}"), format!("?q={}", urls::encode(name))),
        identity: format!("pkg:conan/{name}@{version}"),
        item: Some(Link::new("ITEM-4 Imaging stack", "/records/ITEM-4")),
        class: class.to_owned(),
        support_end: due(day(12, 31)),
        licence: "Apache-2.0".to_owned(),
        findings: Some(Link::new("2", page("findings"))),
        change: None,
        was: String::new(),
        release: None,
    }
}

fn component_head() -> TableHead {
    let mut head = head(&["Component", "Class", "Support end", "Licence", "Findings", "Since 2.3.0"], 0);
    head.columns[0].class = "grow";
    head.columns[4].class = "num";
    head
}

fn components_full() -> ComponentsPage {
    let mut changed = component("jp2kit", "2.5.0", "Maintained");
    changed.change = Some(StatusKind::Changed.into());
    changed.was = "was 2.4.1".to_owned();
    let mut ended = component("logship", "0.9.8", "Required");
    ended.support_end = due(day(10, 31));
    ended.findings = None;
    let mut bare = component(LONG, "1.0", "");
    bare.item = None;
    bare.support_end = None;
    bare.licence = String::new();
    bare.change = Some(StatusKind::Added.into());
    let unmatched = |key: &str, name: &str, why: &str, kind: StatusKind, disposal: &str| UnmatchedRow {
        key: key.to_owned(),
        chosen: false,
        name: name.to_owned(),
        identity: String::new(),
        why: why.to_owned(),
        state: kind.into(),
        disposal: disposal.to_owned(),
    };
    ComponentsPage {
        shell: release_shell("Components", "components"),
        heading: "Components of 2.4.0".to_owned(),
        source: Some(Link::new("EVID-2231", "/evidence/EVID-2231")),
        source_text: "CycloneDX 1.6 and 2 others".to_owned(),
        received: Some(at("2026-11-24T08:40:02Z")),
        actions: vec![
            Action::open("Download SBOM", "/evidence/EVID-2231/file"),
            Action::open("Upload SBOM", page("evidence/new")).main(),
        ],
        figures: [
            ("214", "in all, was 209"),
            ("38", "maintained"),
            ("151", "supported"),
            ("25", "required"),
            ("6", "without support end"),
            ("3", "unmatched"),
        ]
        .map(|(number, word)| (number.to_owned(), word.to_owned()))
        .to_vec(),
        unmatched: Some(Unmatched {
            total: 3,
            open: 2,
            rows: vec![
                unmatched("c1", "Custom Imaging Core 4", "has no purl and no CPE", StatusKind::Unmatched, ""),
                unmatched("c2", HOSTILE, "ecosystem swid is not known", StatusKind::Unmatched, ""),
                unmatched(
                    "c3",
                    "tzbase",
                    "has no version",
                    StatusKind::Disposed,
                    "Watched by hand, supplier mails us. Ana Duarte, 2026-11-20",
                ),
            ],
            pager: pager("3 of 3", "Next 50"),
            action: page("components/dispose"),
            expected: DIGEST.to_owned(),
            fields: vec![
                Field::new(
                    "disposition",
                    "Disposal",
                    Input::Select(Choice::plain(
                        &["Watched by hand", "Own code, no advisory source", "Not shipped"],
                        "Watched by hand",
                    )),
                )
                .required(),
                Field::new("reason", "Reason", Input::Text(String::new()))
                    .required()
                    .error("Say how it is watched"),
            ],
            refused: None,
            blocked: String::new(),
        }),
        filters: filters(
            "components",
            &page("components"),
            "Name, purl, licence",
            &[
                ("class", "Class", &["All classes", "Maintained", "Supported", "Required"]),
                ("change", "Change", &["Any change", "Added", "Removed", "Changed"]),
            ],
        ),
        head: component_head(),
        rows: vec![
            component("corvid-dicom", "6.1.2", "Supported"),
            changed,
            ended,
            component("webtls", "1.9.4", "Supported"),
            bare,
        ],
        pager: pager("5 of 214, by name", "Next 50"),
        empty: Empty::new("", "", Vec::new()),
        difference: Some(Difference {
            against: "2.3.0".to_owned(),
            counts: vec![
                (StatusKind::Added.into(), Link::new("11", "?since=new#list")),
                (StatusKind::Changed.into(), Link::new("34", "?since=new#list")),
                (StatusKind::Removed.into(), Link::new("6", "?since=gone#list")),
            ],
            same: Link::new("169", "?since=same#list"),
        }),
    }
}

fn components_empty() -> ComponentsPage {
    let mut it = components_full();
    it.source = None;
    it.received = None;
    it.figures = Vec::new();
    it.unmatched = None;
    it.rows = Vec::new();
    it.difference = None;
    it.empty = Empty::new(
        "No SBOM for 2.4.0 yet",
        "Clause 8 asks for the components of every release. CI hands in an SBOM with every build; CycloneDX and SPDX are read.",
        vec![Action::open("Upload SBOM", page("evidence/new")).main()],
    );
    it.actions = Vec::new();
    it
}

fn components_unmatched() -> ComponentsPage {
    let mut it = components_full();
    if let Some(list) = &mut it.unmatched {
        list.fields = Vec::new();
        list.blocked =
            "Only a security officer or developer of Lumen Gateway disposes of components.".to_owned();
    }
    it.difference = None;
    it.head.columns.pop();
    it
}

fn evidence_list_full() -> EvidenceListPage {
    let row = |number: &str, file: &str, kind: &str, state: StatusKind| EvidenceRow {
        number: number.to_owned(),
        file: file.to_owned(),
        href: urls::evidence(number),
        kind: kind.to_owned(),
        build: "2.4.0-rc.2".to_owned(),
        tool: "cdxgen 11.4".to_owned(),
        performed: Some(at("2026-11-24T08:38:00Z")),
        recorded: at("2026-11-24T08:40:02Z"),
        state: state.into(),
    };
    let mut unbound = row("EVID-2229", LONG, "Test results", StatusKind::Accepted);
    unbound.build = String::new();
    unbound.tool = String::new();
    unbound.performed = None;
    EvidenceListPage {
        shell: release_shell("Evidence", "evidence"),
        builds_url: page("builds"),
        add_build: vec![Field::new("build", "Name", Input::Text(String::new())).required()],
        heading: "Evidence of 2.4.0".to_owned(),
        actions: vec![Action::open("Upload evidence", page("evidence/new")).main()],
        filters: filters(
            "evidence",
            &page("evidence"),
            "File, tool, digest",
            &[
                ("kind", "Kind", &["All kinds", "SBOM", "Test results", "Build manifest"]),
                ("build", "Build", &["All builds", "2.4.0-rc.2"]),
            ],
        ),
        head: head(&["Evidence", "Kind", "Build", "Tool", "Performed", "State"], 4),
        rows: vec![
            row("EVID-2231", "gateway-2.4.0-rc.2.cdx.json", "SBOM", StatusKind::Accepted),
            row("EVID-2230", HOSTILE, "Build manifest", StatusKind::Disqualified),
            unbound,
        ],
        pager: pager("3 of 31, newest first", "Next 25"),
        empty: Empty::new("", "", Vec::new()),
        builds: vec![
            BuildRow {
                link: Link::new("2.4.0-rc.2", "?build=2.4.0-rc.2"),
                about: "candidate".to_owned(),
                name_candidate: None,
            },
            BuildRow {
                link: Link::new("2.4.0-rc.1", "?build=2.4.0-rc.1"),
                about: String::new(),
                name_candidate: Some(
                    Action::send("Name 2.4.0-rc.1 as the candidate", page("candidate"), CSRF, &[]).small(),
                ),
            },
        ],
    }
}

fn evidence_list_empty() -> EvidenceListPage {
    let mut it = evidence_list_full();
    it.rows = Vec::new();
    it.builds = Vec::new();
    it.add_build = Vec::new();
    it.actions = vec![Action::blocked("Upload evidence", "An auditor reads and hands in nothing.")];
    it.empty = Empty::new(
        "No evidence for 2.4.0 yet",
        "Machines deliver it: SBOM, test results, build manifest. One command in CI hands in each build.",
        Vec::new(),
    );
    it
}

fn evidence_full() -> EvidencePage {
    let mut shell = release_shell("EVID-2231", "evidence");
    shell.crumbs.insert(3, Crumb::to("Evidence", page("evidence")));
    let result = |what: &str, kind: StatusKind, word: &str| ResultRow {
        what: what.to_owned(),
        outcome: Status::saying(kind, word),
        about: "took 1.2 s".to_owned(),
    };
    EvidencePage {
        shell,
        number: "EVID-2231".to_owned(),
        file: "gateway-2.4.0-rc.2.junit.xml".to_owned(),
        state: Status::from(StatusKind::Accepted).boxed(),
        kind: "Test results".to_owned(),
        actions: vec![
            Action::open("Disqualify", "/evidence/EVID-2231/disqualify").danger(),
            Action::open("Download the file", "/evidence/EVID-2231/file").main(),
        ],
        notes: vec![Note::new(
            NoteKind::Warn,
            "2 defects.",
            "The document was taken with defects that the organisation allows.",
        )],
        facts: Facts::from(vec![
            Fact::text("Format", "JUnit XML"),
            Fact::code("Digest", format!("sha256:{DIGEST}")),
            Fact::text("Size", "1.2 MB"),
            Fact::links("Build", vec![Link::new("2.4.0-rc.2", "?build=2.4.0-rc.2")]),
            Fact::text("Tool", "nextest 0.9.131"),
            Fact::none("Rules"),
            Fact::new("Performed", Value::When(at("2026-11-24T08:38:00Z"))),
            Fact::new("Recorded", Value::When(at("2026-11-24T08:40:02Z"))),
            Fact::text("Delivered by", format!("token CI of {HOSTILE}")),
        ]),
        derived: vec![Link::new("412 test results", "#results"), Link::new("1 finding", page("findings"))],
        results_heading: "Test results".to_owned(),
        head: TableHead::new(vec![Column::new("Case").grow(), Column::new("Outcome"), Column::new("About")]),
        results: vec![
            result("gateway.router::rejects_oversized_image", StatusKind::NotMet, "Failed"),
            result(&format!("gateway.{LONG}"), StatusKind::Met, "Passed"),
        ],
        pager: pager("2 of 412, failures first", "Next 50"),
        empty: Empty::new("", "", Vec::new()),
        relied_on_by: vec![
            Link::new("5.2.1 of 2.4.0", page("conformity")),
            Link::new("CAMP-8 Requirement tests", "/records/CAMP-8"),
        ],
    }
}

fn evidence_empty() -> EvidencePage {
    let mut it = evidence_full();
    it.state = Status::from(StatusKind::Disqualified).boxed();
    it.notes =
        vec![Note::new(NoteKind::Bad, "Disqualified by Ruth Okafor.", "It was made from another build.")];
    it.actions.remove(0);
    it.derived = Vec::new();
    it.results = Vec::new();
    it.empty = Empty::new("No test case in this file", "A file without a case verifies nothing.", Vec::new());
    it.relied_on_by = Vec::new();
    it
}

fn upload_full() -> EvidenceUploadPage {
    let mut it = upload_empty();
    it.blocked = String::new();
    it.results = vec![
        Note::new(NoteKind::Good, "gateway-2.4.0-rc.2.cdx.json is stored as EVID-2231.", "214 components.").link("Open EVID-2231", "/evidence/EVID-2231"),
        Note::new(
            NoteKind::Bad,
            format!("{HOSTILE}.cdx.json was not stored."),
            "Line 418: components[37].type is \"thing\"; expected application, framework, library or another type of CycloneDX 1.6.",
        )
        .link("Audit entry", urls::audit_entry(4183))
        .alert(),
    ];
    it.summary = Facts::from(vec![
        Fact::text("New", "2 findings"),
        Fact::text("Worse", "1 finding"),
        Fact::text("Blocking", "3 reasons at the gate"),
    ]);
    it.fields = vec![
        Field::new("file", "Files", Input::Files(true))
            .hint("SBOM, test results or build manifest; several at once")
            .required()
            .error("Choose at least one file"),
        Field::new(
            "build",
            "Build",
            Input::Select(Choice::plain(&["2.4.0-rc.2", "2.4.0-rc.1"], "2.4.0-rc.2")),
        )
        .hint("Only if the file does not say it itself; contradicting it is an error"),
        Field::new("tool", "Tool and version", Input::Text(String::new())).hint("Such as cdxgen@11.4"),
        Field::new("rules", "Rules or feed used", Input::Text(String::new())).hint("Digest"),
        Field::new("performed_at", "Performed on", Input::Date("2026-11-24".to_owned())),
    ];
    it
}

fn upload_empty() -> EvidenceUploadPage {
    let mut shell = release_shell("Upload", "evidence");
    shell.crumbs.insert(3, Crumb::to("Evidence", page("evidence")));
    EvidenceUploadPage {
        shell,
        heading: "Upload evidence for 2.4.0".to_owned(),
        action: page("evidence"),
        results: Vec::new(),
        summary: Facts::default(),
        fields: Vec::new(),
        accepted: Facts::from(vec![
            Fact::text("SBOM", "CycloneDX 1.2 to 1.7 (JSON, XML), SPDX 2.2 and 2.3 (JSON, tag-value)"),
            Fact::text("Test results", "JUnit XML"),
            Fact::text("Build manifest", "JSON, made by theriac build describe"),
            Fact::text("Size", "up to 256 MB a file"),
        ]),
        blocked: "The release was decided; evidence goes to the next one.".to_owned(),
        cancel: page("evidence"),
    }
}
