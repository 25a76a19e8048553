//! Samples of everything else: sign-in, my work, products, audit, people, account, search, work, errors.

use super::release::{filters, head, pager};
use super::{
    CSRF, DIGEST, HOSTILE, LONG, PRODUCT, Sample, VERSION, at, clause_link, day, due, duties, events,
    new_record, on, release_shell, sample, shell,
};
use crate::http::Kept;
use crate::pages::account::{AccountPage, SessionRow};
use crate::pages::audit::{AuditPage, AuditRow};
use crate::pages::conflict::ConflictPage;
use crate::pages::error::ErrorPage;
use crate::pages::job::JobPage;
use crate::pages::jobs::{JobRow, JobsPage};
use crate::pages::kept::KeptPage;
use crate::pages::my_work::{MyWorkPage, ReleaseRow, Task};
use crate::pages::organisation::OrganisationPage;
use crate::pages::people::{PeoplePage, PersonRow};
use crate::pages::person::{GrantRow, PersonPage};
use crate::pages::product::ProductPage;
use crate::pages::products::{ProductRow, ProductsPage};
use crate::pages::search::{Hit, HitGroup, SearchPage};
use crate::pages::sign_in::SignInPage;
use crate::parts::{
    Action, Area, Choice, Diff, DiffKind, DiffLine, Empty, Fact, Facts, Field, Input, Link, Note, NoteKind,
    Pager, Status, StatusKind,
};
use crate::urls;

pub(super) fn samples() -> Vec<Sample> {
    vec![
        sample("sign-in", sign_in()),
        sample("sign-in-refused", sign_in_refused()),
        sample("sign-in-kept", sign_in_kept()),
        sample("kept-full", kept()),
        sample("kept-empty", kept_empty()),
        sample("my-work-full", my_work_full()),
        sample("my-work-empty", my_work_empty()),
        sample("products-full", products_full()),
        sample("products-empty", products_empty()),
        sample("product-full", product_full()),
        sample("product-empty", product_empty()),
        sample("audit-full", audit_full()),
        sample("audit-empty", audit_empty()),
        sample("people-full", people_full()),
        sample("people-empty", people_empty()),
        sample("person-full", person_full()),
        sample("person-empty", person_empty()),
        sample("account", account()),
        sample("organisation", organisation("")),
        sample("organisation-blocked", organisation(HOSTILE)),
        sample("search-full", search_full()),
        sample("search-empty", search_empty()),
        sample("jobs-full", jobs_full()),
        sample("jobs-empty", jobs_empty()),
        sample("job-running", job_running()),
        sample("job-done", job_done()),
        sample(
            "error-403",
            error(
                403,
                "You may not sign this record",
                "Signing needs the role approver for Lumen Gateway. Ruth Okafor or Elif Kaya may sign it.",
                &[],
                "",
            ),
        ),
        sample(
            "error-404",
            error(
                404,
                "There is nothing at this address",
                "It may have been mistyped, or you may not see it.",
                &[],
                "",
            ),
        ),
        sample(
            "error-413",
            error(
                413,
                "The file is too large",
                "A file may have up to 256 MB; this one has 412 MB. Nothing was stored.",
                &[],
                "",
            ),
        ),
        sample(
            "error-422",
            error(
                422,
                "The file was not stored",
                HOSTILE,
                &["Line 418: components[37].type is \"thing\"", LONG],
                "",
            ),
        ),
        sample(
            "error-500",
            error(
                500,
                "Something went wrong on our side",
                "Nothing was changed. Try again; if it happens again, tell your administrator the id below.",
                &[],
                "7f3a-19c2",
            ),
        ),
        sample("conflict", conflict()),
    ]
}

fn sign_in() -> SignInPage {
    let mut shell = shell("Sign in", Area::Other);
    shell.user = None;
    SignInPage {
        shell,
        next: "/".to_owned(),
        email: String::new(),
        refused: None,
        notice: None,
        kept: None,
        demo_accounts: Vec::new(),
    }
}

fn kept_form() -> Kept {
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    Kept {
        to: urls::record_page("RISK-12", "edit"),
        pairs: vec![pair("expected", DIGEST), pair("title", HOSTILE), pair("scenario", LONG)],
        lost: vec!["the file scan.json".to_owned()],
    }
}

fn sign_in_kept() -> SignInPage {
    SignInPage { kept: Some(kept_form()), ..sign_in() }
}

fn kept() -> KeptPage {
    let kept = kept_form();
    let mut note =
        Note::new(NoteKind::Info, "What you sent is kept, and not taken yet.", "Send it again, or leave it.");
    note.items = kept.not_kept();
    KeptPage {
        shell: shell("You are signed in again", Area::Other),
        heading: "You are signed in again as Ana Duarte".to_owned(),
        note,
        typed: Facts::from(vec![Fact::text("title", HOSTILE), Fact::text("scenario", LONG)]),
        kept,
    }
}

fn kept_empty() -> KeptPage {
    let page = kept();
    let kept = Kept { pairs: Vec::new(), lost: Vec::new(), ..page.kept };
    KeptPage { kept, typed: Facts::default(), ..page }
}

fn sign_in_refused() -> SignInPage {
    let mut page = sign_in();
    page.email = HOSTILE.to_owned();
    page.notice = Some(Note::new(NoteKind::Info, "", "You were signed out after 30 minutes without use."));
    page.refused = Some(
        Note::new(
            NoteKind::Bad,
            "Sign-in refused.",
            "E-mail or password is wrong. 3 tries are left before a pause of 15 minutes.",
        )
        .alert(),
    );
    page.demo_accounts = vec![
        (
            "ana.duarte@lumen.example".to_owned(),
            "Security officer".to_owned(),
            "demo-security-officer".to_owned(),
        ),
        ("ruth.okafor@lumen.example".to_owned(), "Approver".to_owned(), "demo-approver".to_owned()),
    ];
    page
}

fn release_row(name: &str, gate: StatusKind, counts: [u32; 4]) -> ReleaseRow {
    ReleaseRow {
        release: Link::new(name, urls::release(PRODUCT, VERSION, "conformity")),
        gate: gate.into(),
        counts,
        ship: Some(on(day(12, 15))),
    }
}

fn releases() -> Vec<ReleaseRow> {
    let mut last = release_row(LONG, StatusKind::GateOpen, [55, 0, 0, 1]);
    last.ship = None;
    vec![
        release_row("Lumen Gateway 2.4.0", StatusKind::GateClosed, [43, 7, 5, 1]),
        release_row("Lumen Gateway 2.3.0", StatusKind::Shipped, [54, 0, 0, 2]),
        last,
    ]
}

fn my_work_full() -> MyWorkPage {
    let task = |todo: &str, about: &str, clause: &str, by| Task {
        due: by,
        todo: Link::new(todo, "/findings"),
        about: about.to_owned(),
        scope: "Lumen Gateway 2.4.0".to_owned(),
        clause: clause_link(clause),
    };
    let mut shell = shell("My work", Area::MyWork);
    shell.toast = Some("RISK-12 was sent to review".to_owned());
    shell.banners = vec![Note::new(
        NoteKind::Info,
        "Demonstration.",
        "All data here is invented; nothing leaves this machine.",
    )];
    let mut head = head(&["Due", "Task", "For", "Clause"], 0);
    head.columns[1].class = "grow";
    MyWorkPage {
        shell,
        summary: "5 tasks, 1 overdue.".to_owned(),
        next: Some(on(day(11, 26))),
        actions: vec![new_record()],
        notes: vec![
            Note::new(NoteKind::Info, "", "2 findings wait for a clinical signature.")
                .link("Show them", "/findings?awaits=clinical"),
        ],
        head,
        tasks: vec![
            task("Decide FIND-418", "Heap overflow in jp2kit 2.5.0", "5.8.1", due(day(11, 20))),
            task("Decide FIND-421", "Unbounded recursion in hl7lite 3.0.1", "5.8.1", due(day(11, 26))),
            task(
                "Confirm 2 suspect links, RISK-12",
                "Malformed JPEG 2000 halts the gateway",
                "7.4",
                due(day(11, 30)),
            ),
            task(HOSTILE, LONG, "9.5", due(day(12, 8))),
            task("Answer for clause 4.2", "", "4.2", None),
        ],
        total: 1_204,
        no_tasks: no_tasks(),
        left_out: vec![
            "Of 212 releases that nobody has decided, only the newest 200 are looked at.".to_owned(),
        ],
        releases: releases(),
        no_releases: no_releases(),
        overdue: Some(duties().into_iter().take(2).collect()),
        events: Some(events()),
    }
}

fn no_tasks() -> Empty {
    Empty::new(
        "You owe nothing",
        "Duties appear here as soon as a clause, a limit or a review gives you one.",
        Vec::new(),
    )
}

fn no_releases() -> Empty {
    Empty::new(
        "No release yet",
        "A release is what is judged and decided. Add a product first, then a release.",
        vec![Action::open("Go to products", "/products")],
    )
}

fn my_work_empty() -> MyWorkPage {
    let mut page = my_work_full();
    page.shell.toast = None;
    page.shell.banners = Vec::new();
    page.summary = "No tasks.".to_owned();
    page.notes = Vec::new();
    page.next = None;
    page.tasks = Vec::new();
    page.total = 0;
    page.releases = Vec::new();
    page.overdue = Some(Vec::new());
    page.events = None;
    page
}

fn products_full() -> ProductsPage {
    let row = |name: &str, about: &str, newest: bool| ProductRow {
        product: Link::new(name, urls::product(PRODUCT)),
        about: about.to_owned(),
        releases: 6,
        newest: newest.then(|| Link::new("2.4.0", urls::release(PRODUCT, VERSION, "conformity"))),
        gate: newest.then(|| StatusKind::GateClosed.into()),
        open_findings: 2,
    };
    ProductsPage {
        shell: shell("Products", Area::Products),
        products: vec![
            row("Lumen Gateway", "Routes images from modalities to archives", true),
            row(HOSTILE, LONG, true),
            row("Lumen Worklist", "", false),
        ],
        empty: no_products(),
        add: vec![
            Field::new("name", "Short name", Input::Text(String::new()))
                .hint("Stays in addresses: small letters, digits and dashes")
                .required()
                .error("Use small letters, digits and dashes, such as lumen-gateway"),
            Field::new("title", "Name", Input::Text(String::new())).required(),
            Field::new("about", "What it is", Input::Area(String::new(), 2)),
        ],
        add_blocked: String::new(),
    }
}

fn no_products() -> Empty {
    Empty::new(
        "No product yet",
        "Clause 4.1.3 asks which products the activities apply to. Add the first one.",
        Vec::new(),
    )
}

fn products_empty() -> ProductsPage {
    let mut page = products_full();
    page.products = Vec::new();
    page.add = Vec::new();
    page.add_blocked = "Only a security officer adds products.".to_owned();
    page
}

fn product_full() -> ProductPage {
    let mut shell = release_shell("Lumen Gateway", "");
    shell.crumbs.truncate(1);
    shell.crumbs.push(crate::parts::Crumb::here("Lumen Gateway"));
    if let Some(side) = &mut shell.side {
        side.release = None;
        side.groups.remove(0);
    }
    ProductPage {
        shell,
        name: "Lumen Gateway".to_owned(),
        about: "Routes images from modalities to archives".to_owned(),
        facts: Facts::from(vec![
            Fact::text("Short name", PRODUCT),
            Fact::text("Route", "full life cycle"),
            Fact::none("Safety class"),
        ]),
        releases: releases(),
        empty: Empty::new("No release yet", "A release is the unit of conformity and decision.", Vec::new()),
        expected: DIGEST.to_owned(),
        notes: Vec::new(),
        change_action: "/products/lumen-gateway".to_owned(),
        change: vec![
            Field::new("name", "Name", Input::Text("Lumen Gateway".to_owned())).required().within("change"),
            Field::new("route", "Route", Input::Select(Choice::plain(&["full", "transitional"], "full")))
                .required()
                .within("change"),
            Field::new("support_end", "Supported until", Input::Date("soon".to_owned()))
                .error("a day of the form 2026-11-24 is expected")
                .within("change"),
        ],
        change_blocked: String::new(),
        add_action: "/products/lumen-gateway/releases".to_owned(),
        add: vec![
            Field::new("release", "Version", Input::Text(String::new())).required(),
            Field::new(
                "based_on",
                "Based on",
                Input::Select(Choice::plain(&["Nothing", "2.3.0"], "Nothing")),
            )
            .hint("For a patch line: a decided release"),
            Field::new("planned_ship", "Planned ship date", Input::Date(String::new())),
            Field::new("support_end", "Support ends", Input::Date(String::new())),
        ],
        add_blocked: String::new(),
    }
}

fn product_empty() -> ProductPage {
    let mut page = product_full();
    page.releases = Vec::new();
    page.change = Vec::new();
    page.change_blocked = "Only a security officer changes products.".to_owned();
    page.add_blocked = "Only a security officer adds releases.".to_owned();
    page
}

fn audit_full() -> AuditPage {
    let row = |sequence: u64, what: &str, refused: bool| AuditRow {
        sequence,
        at: at("2026-11-24T08:41:07Z"),
        who: "Ana Duarte".to_owned(),
        from: "203.0.113.7".to_owned(),
        what: what.to_owned(),
        object: Some(Link::new("RISK-12", "/records/RISK-12")),
        refused,
        before: if refused { String::new() } else { DIGEST[..8].to_owned() },
        after: if refused { String::new() } else { DIGEST[8..16].to_owned() },
        digest: DIGEST[16..28].to_owned(),
    };
    AuditPage {
        shell: shell("Audit log", Area::Audit),
        actions: vec![Action::open("Export the log", "/api/v1/audit/export").main()],
        notes: vec![Note::new(
            NoteKind::Warn,
            "Entries after 4100 are not anchored yet.",
            "The next checkpoint is written at 09:00.",
        )],
        facts: Facts::from(vec![
            Fact::text("Head", "entry 4182"),
            Fact::code("Digest", DIGEST),
            Fact::text("Last checkpoint", "entry 4100, 2026-11-24 06:00"),
            Fact::code("Key", "ed25519 9f3c41d2"),
        ]),
        about: None,
        filters: filters(
            "entries",
            "/audit",
            "Who, what, number",
            &[("what", "What", &["Everything", "Signatures", "Refused"])],
        ),
        head: head(&["Entry", "When", "Who", "What", "Before and after", "Digest"], 0),
        rows: vec![
            row(4182, "submitted revision 7 of", false),
            row(4181, "tried to sign", true),
            row(4180, HOSTILE, false),
            row(4179, LONG, false),
        ],
        pager: Pager { first: Some("/audit".to_owned()), ..pager("4 of 4,182, newest first", "Next 50") },
        empty: Empty::new(
            "No entry matches",
            "Change the filter. The log itself is never empty.",
            Vec::new(),
        ),
    }
}

fn audit_empty() -> AuditPage {
    let mut page = audit_full();
    page.notes = Vec::new();
    page.rows = Vec::new();
    page
}

fn people_full() -> PeoplePage {
    let row = |name: &str, manager: &str, access: &[&str]| PersonRow {
        person: Link::new(name, "/people/p-7"),
        email: format!("{}@lumen.example", name.to_lowercase().replace(' ', ".")),
        department: "Product security".to_owned(),
        manager: manager.to_owned(),
        access: access.iter().map(|grant| (*grant).to_owned()).collect(),
        state: "since 2026-01-05".to_owned(),
    };
    PeoplePage {
        shell: shell("People", Area::Other),
        head: head(&["Person", "Department", "Manager", "Access", "State"], 0),
        rows: vec![
            row(
                "Ana Duarte",
                "Ruth Okafor",
                &["security officer (organisation)", "approver (Lumen Gateway)"],
            ),
            row(LONG, "", &[]),
            row(HOSTILE, "Ana Duarte", &["auditor (organisation)"]),
        ],
        pager: pager("3 of 31, by name", "Next 50"),
        empty: Empty::new("Nobody matches", "Change the filter.", Vec::new()),
        add: vec![
            Field::new("name", "Name", Input::Text(String::new())).required(),
            Field::new("email", "Work e-mail", Input::Email("ana@".to_owned()))
                .required()
                .error("Give a whole address, such as ana@lumen.example"),
            Field::new("department", "Department", Input::Text(String::new())).required(),
            Field::new(
                "manager",
                "Line manager",
                Input::Select(Choice::plain(&["None", "Ruth Okafor"], "None")),
            ),
            Field::new(
                "role",
                "Role",
                Input::Select(Choice::plain(&["developer", "tester", "approver"], "developer")),
            )
            .required(),
        ],
        add_blocked: String::new(),
    }
}

fn people_empty() -> PeoplePage {
    let mut page = people_full();
    page.rows = Vec::new();
    page.add = Vec::new();
    page.add_blocked = "Only an administrator adds people.".to_owned();
    page
}

fn person_full() -> PersonPage {
    let grant = |role: &str, end: Action| GrantRow {
        role: role.to_owned(),
        scope: "Lumen Gateway".to_owned(),
        from: on(day(1, 5)),
        by: "Ruth Okafor".to_owned(),
        end: Some(end.small()),
    };
    PersonPage {
        shell: shell("Ana Duarte", Area::Other),
        name: "Ana Duarte".to_owned(),
        url: "/people/p-7".to_owned(),
        notes: vec![Note::new(
            NoteKind::Info,
            "",
            "This is you. Your own access is changed by someone else.",
        )],
        facts: Facts::from(vec![
            Fact::text("E-mail", HOSTILE),
            Fact::text("Department", LONG),
            Fact::text("Line manager", "Ruth Okafor"),
        ]),
        grants: vec![
            grant("security officer", Action::send("End", "/people/p-7/grants/3/end", CSRF, &[])),
            grant("approver", Action::blocked("End", "The last approver of a product stays.")),
        ],
        change: vec![
            Field::new("department", "Department", Input::Text("Product security".to_owned())).required(),
            Field::new(
                "manager",
                "Line manager",
                Input::Select(Choice::plain(&["None", "Ruth Okafor"], "Ruth Okafor")),
            ),
            Field::new("to", "Leaves on", Input::Date(String::new())).error("Must not be in the past"),
        ],
        grant: vec![
            Field::new("role", "Role", Input::Select(Choice::plain(&["developer", "tester"], "developer")))
                .required(),
            Field::new(
                "scope",
                "For",
                Input::Select(Choice::plain(&["Organisation", "Lumen Gateway"], "Organisation")),
            )
            .required(),
        ],
        password: vec![
            Field::new("password", "New password", Input::Password("new-password"))
                .hint("Every session of the person ends")
                .error("At least 12 characters")
                .required()
                .within("new"),
        ],
        leave: vec![
            Field::new("from", "First day on which they are gone", Input::Date("2026-10-14".to_owned()))
                .required()
                .within("leave"),
        ],
        erase: vec![
            Field::new("password", "Your own password", Input::Password("current-password"))
                .required()
                .within("erase"),
        ],
        blocked: String::new(),
        actions: vec![Action::send("Close the account", "/people/p-7/close", CSRF, &[]).danger()],
        events: Some(events()),
    }
}

fn person_empty() -> PersonPage {
    let mut page = person_full();
    page.grants = Vec::new();
    page.change = Vec::new();
    page.grant = Vec::new();
    page.password = Vec::new();
    page.leave = Vec::new();
    page.erase = Vec::new();
    page.blocked = "Only an administrator changes people.".to_owned();
    page.actions = Vec::new();
    page.events = None;
    page
}

fn account() -> AccountPage {
    let session = |what: &str, end: Option<Action>| SessionRow {
        what: what.to_owned(),
        from: "203.0.113.7".to_owned(),
        used: at("2026-11-24T08:41:07Z"),
        end,
    };
    AccountPage {
        shell: shell("Account", Area::Other),
        facts: Facts::from(vec![
            Fact::text("Name", "Ana Duarte"),
            Fact::text("E-mail", "ana.duarte@lumen.example"),
            Fact::text("Roles", HOSTILE),
        ]),
        password_error: Some(("again".to_owned(), "The two new passwords differ".to_owned())),
        sessions: vec![
            session("Firefox on Linux", None),
            session(LONG, Some(Action::send("Sign out there", "/account/sessions/2/end", CSRF, &[]).small())),
        ],
        administration: vec![Link::new("People and access", "/people"), Link::new("Audit log", "/audit")],
    }
}

fn organisation(blocked: &str) -> OrganisationPage {
    OrganisationPage {
        shell: shell("Organisation", Area::Other),
        facts: Facts::from(vec![Fact::text("Name", HOSTILE), Fact::text("Time zone", "Europe/Vienna")]),
        takes_defects: blocked.is_empty(),
        blocked: blocked.to_owned(),
    }
}

fn search_full() -> SearchPage {
    let hit = |text: &str| Hit {
        link: Link::new(text, "/records/RISK-12"),
        about: "Lumen Gateway".to_owned(),
        state: Some(StatusKind::InReview.into()),
    };
    SearchPage {
        shell: shell("Search", Area::Other),
        q: HOSTILE.to_owned(),
        groups: vec![
            HitGroup {
                label: "Records".to_owned(),
                total: "12".to_owned(),
                hits: vec![hit("RISK-12 Malformed JPEG 2000 image"), hit(HOSTILE)],
                all: Some(Link::new("All 12 records", "/records?q=jpeg")),
            },
            HitGroup {
                label: "Findings".to_owned(),
                total: "more than 50".to_owned(),
                hits: vec![hit(LONG)],
                all: None,
            },
        ],
    }
}

fn search_empty() -> SearchPage {
    let mut page = search_full();
    page.groups = Vec::new();
    page
}

fn jobs_full() -> JobsPage {
    let row = |title: &str, state: StatusKind, word: &str, ended: bool| JobRow {
        job: Link::new(title, "/jobs/81"),
        state: Status::saying(state, word),
        progress: if ended { String::new() } else { "7 of 19".to_owned() },
        queued: at("2026-11-24T08:41:07Z"),
        ended: ended.then(|| at("2026-11-24T08:42:07Z")),
    };
    JobsPage {
        shell: shell("Jobs", Area::Other),
        head: head(&["Job", "State", "Progress", "Queued", "Ended"], 0),
        rows: vec![
            row(LONG, StatusKind::UnderInvestigation, "Running", false),
            row(HOSTILE, StatusKind::NotMet, "Failed", true),
        ],
        pager: pager("2 shown, newest first", "Next"),
        empty: Empty::new("No job yet", "Long work appears here.", Vec::new()),
    }
}

fn jobs_empty() -> JobsPage {
    let mut page = jobs_full();
    page.rows = Vec::new();
    page
}

fn job_running() -> JobPage {
    JobPage {
        shell: shell("Matching", Area::Other),
        title: "Matching releases against the feed of 2026-11-24".to_owned(),
        url: "/jobs/j-81".to_owned(),
        done: 7,
        total: 19,
        unit: "releases".to_owned(),
        running: true,
        outcome: None,
        facts: Facts::from(vec![Fact::text("Started by", HOSTILE), Fact::text("Attempt", "1")]),
    }
}

fn job_done() -> JobPage {
    let mut page = job_running();
    page.done = 19;
    page.running = false;
    page.outcome = Some(Note::new(NoteKind::Good, "Done.", "3 new findings in 2 releases."));
    page
}

fn error(status: u16, title: &str, text: &str, details: &[&str], incident: &str) -> ErrorPage {
    ErrorPage {
        shell: shell(title, Area::Other),
        status,
        title: title.to_owned(),
        text: text.to_owned(),
        details: details.iter().map(|detail| (*detail).to_owned()).collect(),
        incident: incident.to_owned(),
        links: vec![Link::new("Back to my work", "/")],
    }
}

fn conflict() -> ConflictPage {
    ConflictPage {
        shell: shell("Conflict", Area::Records),
        title: "RISK-12 was changed meanwhile".to_owned(),
        text: "Jonas Weber saved the draft on 2026-11-24 08:40, after you opened it.".to_owned(),
        diff: Diff {
            lines: vec![
                DiffLine::new(DiffKind::Field, "Title"),
                DiffLine::new(DiffKind::Removed, "Malformed image halts the gateway"),
                DiffLine::new(DiffKind::Added, HOSTILE),
            ],
        },
        action: "/records/RISK-12/edit".to_owned(),
        expected: DIGEST.to_owned(),
        values: vec![("title".to_owned(), HOSTILE.to_owned()), ("then".to_owned(), "save".to_owned())],
        theirs: "/records/RISK-12/edit".to_owned(),
    }
}
