//! Organisation, people, roles, sign-in and tokens.

use jiff::SignedDuration;
use jiff::civil::{Date, date};
use theriac_auth::{Pace, Permission, Role, Scope, Throttle};
use theriac_model::Clock as _;
use theriac_service::people::{self, AccountState, Door, NewToken, Place, address_digest};
use theriac_service::products::{self, NewProduct};
use theriac_service::{Paging, ServiceError, Who};
use theriac_store::{on_both_engines, tables};

use crate::installed::{ADDRESS, Installed, PASSWORD, cli, init_input, newcomer};

type Change<'a> = &'a dyn Fn(&mut Vec<people::NewPerson>);

fn fields(error: ServiceError) -> Vec<(String, String)> {
    match error {
        ServiceError::Invalid(errors) => {
            errors.into_iter().map(|error| (error.field, error.message)).collect()
        }
        other => panic!("fields were expected, it is: {other}"),
    }
}

fn place(department: &str, manager: Option<&str>) -> Place {
    Place { department: Some(department.to_owned()), manager: manager.map(str::to_owned), external: false }
}

on_both_engines!(init_sets_up_once_and_says_who_writes_and_who_approves, |store| {
    let here = Installed::empty(&store);
    let before = people::organisation(&here.app).await.unwrap_err();
    assert!(before.to_string().contains("theriac init"), "{before}");
    let started = here.init(init_input()).await.unwrap();
    assert_eq!((started.authors, started.approvers), (vec!["ana".to_owned()], vec!["cleo".to_owned()]));
    let organisation = people::organisation(&here.app).await.unwrap();
    assert_eq!((&*organisation.name, organisation.zone_name()), ("Lumen Medical", "Europe/Berlin"));
    assert!(!organisation.accept_defects && !organisation.demonstration);
    let again = here.init(init_input()).await.unwrap_err();
    assert!(matches!(again, ServiceError::Rule(_)), "{again}");
    let log = here.log().await;
    assert!(!log.contains("lumen.example") && !log.contains("Example"), "names must stay erasable: {log}");
});

on_both_engines!(init_refuses_what_could_not_work, |store| {
    let here = Installed::empty(&store);
    let mut input = init_input();
    input.zone = "Europe/Nowhere".to_owned();
    input.people[1].key = "Ana Maria".to_owned();
    input.people[2].email = "cleo".to_owned();
    input.people[3].password = Some("short".to_owned());
    input.people[4].place.manager = Some("nobody".to_owned());
    let errors = fields(here.init(input).await.unwrap_err());
    let named: Vec<_> = errors.iter().map(|(field, _)| &**field).collect();
    assert_eq!(
        named,
        ["zone", "people.1.key", "people.2.email", "people.3.password", "people.4.manager"],
        "{errors:?}"
    );
    assert!(errors[0].1.contains("Europe/Vienna"), "{errors:?}");

    let mut twice = init_input();
    twice.people.push(newcomer("ana", &[]));
    let errors = fields(here.init(twice).await.unwrap_err());
    assert_eq!((&*errors[0].0, &*errors[1].0), ("people.5.key", "people.5.email"));

    let mut circle = init_input();
    circle.people[1].place.manager = Some("cleo".to_owned());
    circle.people[2].place.manager = Some("ana".to_owned());
    assert_eq!(fields(here.init(circle).await.unwrap_err())[0].0, "people.2.manager");

    let mut crowd = init_input();
    crowd.people = (0..101).map(|n| newcomer(&format!("p{n}"), &[])).collect();
    assert_eq!(fields(here.init(crowd).await.unwrap_err())[0].0, "people");
    assert!(people::organisation(&here.app).await.is_err(), "nothing was stored");
});

on_both_engines!(init_refuses_people_who_could_not_approve, |store| {
    let here = Installed::empty(&store);
    let one_of = |change: Change<'_>| {
        let mut input = init_input();
        change(&mut input.people);
        input
    };
    let cases: [(&str, Change<'_>); 5] = [
        ("administrator", &|people| people[0].password = None),
        ("two people", &|people| people[1].roles.clear()),
        ("two people", &|people| people[2].password = None),
        ("two people", &|people| people[2].roles.push(Role::Administrator)),
        ("two people", &|people| {
            people[1].roles.push(Role::Approver);
            people.remove(2);
        }),
    ];
    for (words, change) in cases {
        let errors = fields(here.init(one_of(change)).await.unwrap_err());
        assert_eq!(errors[0].0, "people");
        assert!(errors[0].1.contains(words), "{words}: {errors:?}");
    }
    here.init(one_of(&|people| people[1].roles.push(Role::Approver))).await.unwrap();
});

on_both_engines!(only_an_administrator_takes_documents_with_defects, |store| {
    let here = Installed::new(&store).await;
    let (adam, ana) = (here.who("adam").await, here.who("ana").await);
    assert!(matches!(
        people::set_accept_defects(&here.app, &ana, true).await.unwrap_err(),
        ServiceError::Denied(_)
    ));
    people::set_accept_defects(&here.app, &adam, true).await.unwrap();
    assert!(people::organisation(&here.app).await.unwrap().accept_defects);
});

on_both_engines!(people_are_added_with_place_and_roles_and_read_by_page, |store| {
    let here = Installed::new(&store).await;
    let (adam, ana) = (here.who("adam").await, here.who("ana").await);
    let mut mei = newcomer("mei-lin", &[Role::Tester, Role::Tester]);
    mei.place = place("quality", Some("otto"));
    people::add_person(&here.app, &adam, mei.clone()).await.unwrap();
    assert!(matches!(
        people::add_person(&here.app, &adam, mei.clone()).await.unwrap_err(),
        ServiceError::Exists { what: "person", .. }
    ));
    let mut other = newcomer("mei-two", &[]);
    other.email = " Mei-Lin@LUMEN.example ".to_owned();
    assert_eq!(fields(people::add_person(&here.app, &adam, other).await.unwrap_err())[0].0, "email");
    let mut lost = newcomer("lost", &[]);
    lost.place = place("quality", Some("ghost"));
    assert_eq!(fields(people::add_person(&here.app, &adam, lost).await.unwrap_err())[0].0, "manager");
    let denied = people::add_person(&here.app, &ana, newcomer("x", &[])).await.unwrap_err();
    assert!(matches!(denied, ServiceError::Denied(_)), "{denied}");

    let view = people::person(&here.app, &ana, "mei-lin").await.unwrap();
    let present = view.present.unwrap();
    assert_eq!((present.department.as_deref(), present.manager.as_deref()), (Some("quality"), Some("otto")));
    assert_eq!(present.from, date(2026, 1, 5));
    assert_eq!((view.account, view.email), (AccountState::Open, None), "addresses are not for everybody");
    let grants: Vec<_> = view.grants.iter().map(|grant| (grant.role, &grant.product, &*grant.by)).collect();
    assert_eq!(grants, [(Role::Tester, &None, "adam")], "a role given twice is one grant");
    let seen = people::person(&here.app, &adam, "mei-lin").await.unwrap();
    assert_eq!(seen.email.as_deref(), Some("mei-lin@lumen.example"));
    let own = people::person(&here.app, &ana, "ana").await.unwrap();
    assert_eq!(own.email.as_deref(), Some("ana@lumen.example"));

    let (mut paging, mut keys) = (Paging { after: None, limit: 4 }, Vec::new());
    loop {
        let page = people::people(&here.app, &ana, &paging).await.unwrap();
        assert!(page.items.len() <= 4);
        keys.extend(page.items.into_iter().map(|person| person.key));
        match page.next {
            None => break,
            after => paging.after = after,
        }
    }
    assert_eq!(keys, ["adam", "ana", "ben", "cleo", "mei-lin", "otto"]);
    let missing = people::person(&here.app, &ana, "nobody").await.unwrap_err();
    assert!(matches!(missing, ServiceError::NotFound { what: "person", .. }));
    let mut none = newcomer("guest", &[]);
    none.password = Some(PASSWORD.to_owned());
    people::add_person(&here.app, &adam, none).await.unwrap();
    let guest = here.who("guest").await;
    let denied = people::people(&here.app, &guest, &Paging::default()).await.unwrap_err();
    assert!(matches!(denied, ServiceError::Denied(_)), "without a role there is nothing to read: {denied}");
});

on_both_engines!(a_place_changes_from_a_day_and_the_days_before_stay, |store| {
    let here = Installed::new(&store).await;
    let adam = here.who("adam").await;
    let change = |department: &'static str, manager: Option<&'static str>, from: Date| {
        let (app, adam) = (here.app.clone(), adam.clone());
        async move { people::change_place(&app, &adam, "ben", place(department, manager), from).await }
    };
    change("firmware", Some("ana"), date(2026, 3, 1)).await.unwrap();
    change("research", Some("otto"), date(2026, 2, 1)).await.unwrap();
    change("before", None, date(2025, 6, 1)).await.unwrap();
    change("firmware 2", Some("ana"), date(2026, 3, 1)).await.unwrap();
    let ben = people::person(&here.app, &adam, "ben").await.unwrap();
    let spans: Vec<_> = ben
        .tenures
        .iter()
        .map(|t| (t.department.as_deref().unwrap_or("-"), t.from.to_string(), t.to.map(|to| to.to_string())))
        .collect();
    let day = |text: &str| Some(text.to_owned());
    assert_eq!(
        spans,
        [
            ("before", "2025-06-01".to_owned(), day("2026-01-05")),
            ("-", "2026-01-05".to_owned(), day("2026-02-01")),
            ("research", "2026-02-01".to_owned(), day("2026-03-01")),
            ("firmware 2", "2026-03-01".to_owned(), None),
        ]
    );
    assert_eq!(ben.present.as_ref().map(|t| t.from), Some(date(2026, 1, 5)), "today is 5 January");
    store.clock.advance_days(60);
    let adam = here.who("adam").await;
    let ben = people::person(&here.app, &adam, "ben").await.unwrap();
    assert_eq!(ben.present.unwrap().department.as_deref(), Some("firmware 2"));

    let circle =
        people::change_place(&here.app, &adam, "ana", place("x", Some("ben")), date(2026, 4, 1)).await;
    let errors = fields(circle.unwrap_err());
    assert!(errors[0].1.contains("circle"), "{errors:?}");
    let own = people::change_place(&here.app, &adam, "ana", place("x", Some("ana")), date(2026, 4, 1)).await;
    assert!(fields(own.unwrap_err())[0].1.contains("circle"));
    people::change_place(&here.app, &adam, "ana", place("x", Some("ben")), date(2025, 1, 1)).await.unwrap();
    let missing = people::change_place(&here.app, &adam, "zed", Place::default(), date(2026, 4, 1)).await;
    assert!(matches!(missing.unwrap_err(), ServiceError::NotFound { .. }));
});

on_both_engines!(who_has_left_stands_nowhere_and_may_do_nothing, |store| {
    let here = Installed::new(&store).await;
    let (adam, ana) = (here.who("adam").await, here.who("ana").await);
    store.clock.advance_days(30);
    let leave = async |key: &str, day: Date| people::leave(&here.app, &adam, key, day).await;
    let ben = here.session("ben").await;
    people::change_place(&here.app, &adam, "ben", place("late", None), date(2026, 5, 1)).await.unwrap();
    for (day, words) in [(date(2026, 2, 5), "still to come"), (date(2026, 1, 5), "later than")] {
        let errors = fields(leave("ben", day).await.unwrap_err());
        assert!(errors[0].0 == "from" && errors[0].1.contains(words), "{day}: {errors:?}");
    }
    let denied = people::leave(&here.app, &ana, "ben", date(2026, 2, 1)).await.unwrap_err();
    assert!(matches!(denied, ServiceError::Denied(_)), "{denied}");
    let last = leave("adam", date(2026, 2, 1)).await.unwrap_err();
    assert!(last.to_string().contains("last administrator"), "{last}");
    let view = people::person(&here.app, &adam, "ben").await.unwrap();
    assert_eq!((view.tenures.len(), view.account), (2, AccountState::Open), "nothing was stored");

    leave("ben", date(2026, 2, 1)).await.unwrap();
    let view = people::person(&here.app, &adam, "ben").await.unwrap();
    let spans: Vec<_> = view.tenures.iter().map(|tenure| (tenure.from, tenure.to)).collect();
    assert_eq!(spans, [(date(2026, 1, 5), Some(date(2026, 2, 1)))], "nor does the later place come");
    assert_eq!((view.present, view.account, view.grants.len()), (None, AccountState::Closed, 0));
    assert!(people::session(&here.app, &ben.id().cookie(), "web").await.unwrap().is_none());
    let again = leave("ben", date(2026, 2, 2)).await.unwrap_err();
    assert!(matches!(again, ServiceError::Rule(_)), "{again}");
    leave("ben", date(2026, 1, 20)).await.unwrap();
    assert!(here.log().await.contains("\"left\":\"2026-01-20\""));

    people::change_place(&here.app, &adam, "ben", place("back", None), date(2026, 2, 4)).await.unwrap();
    let view = people::person(&here.app, &adam, "ben").await.unwrap();
    assert_eq!(view.present.unwrap().department.as_deref(), Some("back"));
});

on_both_engines!(what_was_known_of_a_place_stays_known, |store| {
    let here = Installed::new(&store).await;
    let adam = here.who("adam").await;
    let before = here.app.store().read().await.unwrap().seq();
    people::change_place(&here.app, &adam, "ben", place("late", None), date(2026, 1, 5)).await.unwrap();
    let mut read = here.app.store().read().await.unwrap();
    let id = tables::people::by_key(&mut read, "ben").await.unwrap().unwrap().id;
    let now = read.seq();
    let department = |rows: Vec<tables::people::Person>| {
        let rows: Vec<_> = rows.into_iter().filter(|row| row.id == id).map(|row| row.department).collect();
        rows
    };
    let then = tables::people::versions_at(&mut read, before).await.unwrap();
    assert_eq!(department(then), [None]);
    let later = tables::people::versions_at(&mut read, now).await.unwrap();
    assert_eq!(department(later), [Some("late".to_owned())]);
});

on_both_engines!(roles_are_granted_on_the_organisation_or_one_product_and_taken_back, |store| {
    let here = Installed::new(&store).await;
    let (adam, ana) = (here.who("adam").await, here.who("ana").await);
    for key in ["pump", "gateway"] {
        let new = NewProduct {
            key: key.to_owned(),
            name: key.to_owned(),
            route: "full".parse().unwrap(),
            support_end: None,
        };
        products::add_product(&here.app, &ana, new).await.unwrap();
    }
    people::grant(&here.app, &adam, "ben", Role::Tester, Some("pump")).await.unwrap();
    let twice = people::grant(&here.app, &adam, "ben", Role::Tester, Some("pump")).await.unwrap_err();
    assert!(matches!(twice, ServiceError::Rule(_)), "{twice}");
    people::withdraw(&here.app, &adam, "ben", Role::Developer, None).await.unwrap();
    let ben = here.who("ben").await;
    let on = async |key: &str| {
        let mut read = here.app.store().read().await.unwrap();
        let product = tables::products::by_key(&mut read, key).await.unwrap().unwrap();
        products::scope_of(&product)
    };
    assert!(ben.access().allows(Permission::WriteTesting, &on("pump").await));
    assert!(!ben.access().allows(Permission::WriteTesting, &on("gateway").await));
    assert!(!ben.access().allows(Permission::WriteTesting, &Scope::Organisation));

    let not_held = people::withdraw(&here.app, &adam, "ben", Role::Developer, None).await.unwrap_err();
    assert!(matches!(not_held, ServiceError::Rule(_)), "{not_held}");
    let unknown = people::grant(&here.app, &adam, "ben", Role::Tester, Some("nothing")).await.unwrap_err();
    assert!(matches!(unknown, ServiceError::NotFound { what: "product", .. }));
    let denied = people::grant(&here.app, &ana, "ana", Role::Approver, None).await.unwrap_err();
    assert!(matches!(denied, ServiceError::Denied(_)));
    let refused = here.refused().await;
    assert!(refused.iter().any(|(_, action, _)| action == "role grant"), "{refused:?}");
});

on_both_engines!(an_administrator_takes_no_role_that_signs, |store| {
    let here = Installed::new(&store).await;
    let adam = here.who("adam").await;
    people::grant(&here.app, &adam, "ana", Role::Administrator, None).await.unwrap();
    for role in [Role::SecurityOfficer, Role::Approver, Role::ClinicalAssessor, Role::RiskAcceptor] {
        let refused = people::grant(&here.app, &adam, "adam", role, None).await.unwrap_err();
        assert!(matches!(refused, ServiceError::Rule(_)), "{role}: {refused}");
    }
    let refused = here.refused().await;
    assert_eq!(refused.iter().filter(|(_, action, _)| action == "role grant").count(), 4, "{refused:?}");
    people::grant(&here.app, &adam, "adam", Role::Auditor, None).await.unwrap();
    let other = here.who("ana").await;
    people::grant(&here.app, &other, "adam", Role::Approver, None).await.unwrap();
});

on_both_engines!(the_last_administrator_stays, |store| {
    let here = Installed::new(&store).await;
    let adam = here.who("adam").await;
    let last = people::withdraw(&here.app, &adam, "adam", Role::Administrator, None).await.unwrap_err();
    assert!(last.to_string().contains("last administrator"), "{last}");
    let last = people::close_account(&here.app, &adam, "adam").await.unwrap_err();
    assert!(last.to_string().contains("last administrator"), "{last}");
    people::grant(&here.app, &adam, "otto", Role::Administrator, None).await.unwrap();
    people::close_account(&here.app, &adam, "adam").await.unwrap();
    let otto = here.who("otto").await;
    let last = people::close_account(&here.app, &otto, "otto").await.unwrap_err();
    assert!(last.to_string().contains("last administrator"), "a closed account administers nothing: {last}");
});

on_both_engines!(signing_in_gives_a_session_that_ends, |store| {
    let here = Installed::new(&store).await;
    let id = people::sign_in(&here.app, &here.door(), " ANA@lumen.example", PASSWORD).await.unwrap();
    let session = people::session(&here.app, &id.cookie(), "web 192.0.2.7").await.unwrap().unwrap();
    assert_eq!((&*session.person, &*session.name), ("ana", "ana Example"));
    assert!(session.csrf_matches(&session.csrf()) && !session.csrf_matches("x"));
    assert!(session.who.access().allows(Permission::AssessFinding, &Scope::Organisation));
    let other = here.session("ana").await;
    assert!(!session.csrf_matches(&other.csrf()), "a form is good for its own session only");
    assert!(people::session(&here.app, "nonsense", "web").await.unwrap().is_none());
    assert!(people::session(&here.app, &"0".repeat(64), "web").await.unwrap().is_none());

    store.clock.advance(59 * 60);
    assert!(people::session(&here.app, &id.cookie(), "web").await.unwrap().is_some());
    store.clock.advance(59 * 60);
    assert!(people::session(&here.app, &id.cookie(), "web").await.unwrap().is_some(), "using it keeps it");
    let unused = people::session(&here.app, &other.id().cookie(), "web").await.unwrap();
    assert!(unused.is_none(), "an hour unused");
    people::sign_out(&here.app, &session).await.unwrap();
    assert!(people::session(&here.app, &id.cookie(), "web").await.unwrap().is_none());
});

on_both_engines!(a_person_sees_and_ends_their_own_sessions, |store| {
    let here = Installed::new(&store).await;
    let (one, two) = (here.session("ana").await, here.session("ana").await);
    let ben = here.session("ben").await;
    let seen = people::sessions(&here.app, &one.who).await.unwrap();
    assert_eq!(seen.len(), 2);
    assert_eq!(seen[0].via, "web 192.0.2.7");
    let foreign = people::end_session(&here.app, &ben.who, two.id().digest()).await.unwrap_err();
    assert!(matches!(foreign, ServiceError::NotFound { what: "session", .. }));
    people::end_session(&here.app, &one.who, two.id().digest()).await.unwrap();
    assert!(people::session(&here.app, &two.id().cookie(), "web").await.unwrap().is_none());
    assert!(people::session(&here.app, &one.id().cookie(), "web").await.unwrap().is_some());
});

on_both_engines!(a_refused_sign_in_does_not_say_whether_the_account_exists, |store| {
    let here = Installed::new(&store).await;
    let adam = here.who("adam").await;
    people::close_account(&here.app, &adam, "otto").await.unwrap();
    let mut words = Vec::new();
    for email in ["ana@lumen.example", "nobody@lumen.example", "otto@lumen.example", ""] {
        let given = if email.starts_with("otto") { PASSWORD } else { "not the password" };
        let error = people::sign_in(&here.app, &here.door(), email, given).await.unwrap_err();
        assert!(matches!(error, ServiceError::SignIn(_)));
        words.push(error.to_string());
    }
    words.dedup();
    assert_eq!(words.len(), 1, "{words:?}");
    let refused = here.refused().await;
    assert_eq!(refused.iter().filter(|(_, action, _)| action == "sign in").count(), 4);
    assert!(!here.log().await.contains("nobody@"), "what was typed is not written down");
});

on_both_engines!(guessing_is_slowed_down_and_a_right_password_is_not, |store| {
    let here = Installed::new(&store).await;
    for _ in 0..10 {
        let wrong = people::sign_in(&here.app, &here.door(), "ana@lumen.example", "guess").await.unwrap_err();
        assert!(matches!(wrong, ServiceError::SignIn(_)));
    }
    let slowed = people::sign_in(&here.app, &here.door(), "ana@lumen.example", PASSWORD).await.unwrap_err();
    let ServiceError::Throttled(slowed) = slowed else { panic!("{slowed}") };
    assert!(slowed.retry_after_seconds > 0 && slowed.retry_after_seconds <= 60);
    here.session("ben").await;
    store.clock.advance(60);
    here.session("ana").await;
});

on_both_engines!(right_passwords_slow_nobody_behind_the_same_address, |store| {
    let here = Installed::new(&store).await;
    let few = Pace { burst: 2, every: SignedDuration::from_secs(60) };
    *here.throttle.lock().unwrap() = Throttle::new(few, few);
    for key in ["ana", "ben", "cleo", "ana"] {
        let who = here.who(key).await;
        here.proof(&who).await;
    }
    for guess in 0..2 {
        let email = format!("nobody{guess}@lumen.example");
        people::sign_in(&here.app, &here.door(), &email, "guess").await.unwrap_err();
    }
    let slowed = people::sign_in(&here.app, &here.door(), "ben@lumen.example", PASSWORD).await.unwrap_err();
    assert!(matches!(slowed, ServiceError::Throttled(_)), "wrong ones still count: {slowed}");
});

on_both_engines!(the_password_is_proved_once_more_to_sign, |store| {
    let here = Installed::new(&store).await;
    let ana = here.who("ana").await;
    let proof = people::prove(&here.app, &here.door(), &ana, PASSWORD).await.unwrap();
    assert_eq!(Some(proof.person()), ana.access().person());
    let wrong = people::prove(&here.app, &here.door(), &ana, "wrong").await.unwrap_err();
    assert!(matches!(wrong, ServiceError::NotSigned(_)), "{wrong}");
    let refused = here.refused().await;
    assert!(refused.iter().any(|(_, action, _)| action == "prove identity"), "{refused:?}");
    for _ in 0..9 {
        people::prove(&here.app, &here.door(), &ana, "wrong").await.unwrap_err();
    }
    let slowed = people::prove(&here.app, &here.door(), &ana, PASSWORD).await.unwrap_err();
    assert!(matches!(slowed, ServiceError::Throttled(_)), "{slowed}");
    let machine = people::prove(&here.app, &here.door(), &cli(), PASSWORD).await.unwrap_err();
    assert!(matches!(machine, ServiceError::NotSigned(_)), "{machine}");
});

on_both_engines!(a_password_given_by_another_signs_nothing_until_it_is_changed, |store| {
    let here = Installed::new(&store).await;
    let adam = here.who("adam").await;
    people::add_person(&here.app, &adam, newcomer("mia", &[Role::Approver])).await.unwrap();
    let session = here.session("mia").await;
    assert!(!session.own_password);
    let refused = people::prove(&here.app, &here.door(), &session.who, PASSWORD).await.unwrap_err();
    assert!(refused.to_string().contains("Choose one of your own"), "{refused}");

    let (door, mia) = (here.door(), &session.who);
    let change = async |old, new| people::change_password(&here.app, &door, mia, old, new).await;
    assert!(matches!(change("wrong", "a new and long one").await.unwrap_err(), ServiceError::NotSigned(_)));
    assert_eq!(fields(change(PASSWORD, "short").await.unwrap_err())[0].0, "new");
    assert_eq!(fields(change(PASSWORD, PASSWORD).await.unwrap_err())[0].0, "new");
    let fresh = change(PASSWORD, "a new and long one").await.unwrap();
    assert!(people::session(&here.app, &session.id().cookie(), "web").await.unwrap().is_none());
    let session = people::session(&here.app, &fresh.cookie(), "web").await.unwrap().unwrap();
    assert!(session.own_password);
    people::prove(&here.app, &door, &session.who, "a new and long one").await.unwrap();

    people::reset_password(&here.app, &adam, "mia", PASSWORD).await.unwrap();
    assert!(people::session(&here.app, &fresh.cookie(), "web").await.unwrap().is_none());
    let again = here.who("mia").await;
    assert!(people::prove(&here.app, &door, &again, PASSWORD).await.is_err());
    let weak = people::reset_password(&here.app, &adam, "mia", "password1234").await.unwrap_err();
    assert_eq!(fields(weak)[0].0, "password");
    assert!(people::reset_password(&here.app, &again, "mia", PASSWORD).await.is_err());
});

on_both_engines!(a_closed_account_ends_at_once_and_can_be_opened_again_without_its_roles, |store| {
    let here = Installed::new(&store).await;
    let adam = here.who("adam").await;
    let ben = here.session("ben").await;
    people::close_account(&here.app, &adam, "ben").await.unwrap();
    assert!(people::session(&here.app, &ben.id().cookie(), "web").await.unwrap().is_none());
    let view = people::person(&here.app, &adam, "ben").await.unwrap();
    assert_eq!((view.account, view.grants.len()), (AccountState::Closed, 0));
    assert!(people::prove(&here.app, &here.door(), &ben.who, PASSWORD).await.is_err());
    people::reset_password(&here.app, &cli(), "ben", PASSWORD).await.unwrap();
    let back = here.session("ben").await;
    assert!(back.who.access().roles().is_empty());
    people::prove(&here.app, &here.door(), &back.who, PASSWORD).await.unwrap();
});

on_both_engines!(a_name_is_erased_for_good_under_a_signature, |store| {
    let here = Installed::new(&store).await;
    let adam = here.who("adam").await;
    let proof = here.proof(&adam).await;
    let own = people::erase_person(&here.app, &adam, &proof, "adam").await.unwrap_err();
    assert!(matches!(own, ServiceError::Rule(_)), "{own}");
    let ana = here.who("ana").await;
    let foreign = here.proof(&ana).await;
    let refused = people::erase_person(&here.app, &adam, &foreign, "ben").await.unwrap_err();
    assert!(matches!(refused, ServiceError::NotSigned(_)), "{refused}");
    let refused = people::erase_person(&here.app, &ana, &foreign, "ben").await.unwrap_err();
    assert!(matches!(refused, ServiceError::Denied(_)), "{refused}");
    people::erase_person(&here.app, &adam, &proof, "ben").await.unwrap();
    let ben = people::person(&here.app, &adam, "ben").await.unwrap();
    assert_eq!((&*ben.name, ben.email, ben.account), ("", None, AccountState::Closed));
    assert!(people::sign_in(&here.app, &here.door(), "ben@lumen.example", PASSWORD).await.is_err());
    assert!(people::sign_in(&here.app, &here.door(), "", PASSWORD).await.is_err());
    people::erase_person(&here.app, &adam, &proof, "otto").await.unwrap();
    let denied = people::reset_password(&here.app, &adam, "ben", PASSWORD).await.unwrap_err();
    assert!(matches!(denied, ServiceError::Rule(_)));
    let again = newcomer("ben-two", &[]);
    people::add_person(
        &here.app,
        &adam,
        people::NewPerson { email: "ben@lumen.example".to_owned(), ..again },
    )
    .await
    .unwrap();
});

on_both_engines!(an_address_in_commits_is_one_persons, |store| {
    let here = Installed::new(&store).await;
    let adam = here.who("adam").await;
    let add = async |key, address| people::add_address(&here.app, &adam, key, address).await;
    add("ben", "Ben@Home.example").await.unwrap();
    add("ben", "ben@home.example ").await.unwrap();
    assert_eq!(fields(add("ana", "ben@home.example").await.unwrap_err())[0].0, "address");
    assert_eq!(fields(add("ben", "no address").await.unwrap_err())[0].0, "address");
    let mut read = here.app.store().read().await.unwrap();
    let seq = read.seq();
    let known = tables::people::addresses_at(&mut read, seq).await.unwrap();
    let ben = tables::people::by_key(&mut read, "ben").await.unwrap().unwrap().id;
    assert!(known.contains(&(address_digest("BEN@home.example"), ben)));
    assert!(known.contains(&(address_digest("ben@lumen.example"), ben)), "the e-mail address counts too");
    assert_eq!(known.len(), 6);
    drop(read);

    // One that was given by mistake is taken back, and is then free for another.
    let withdraw = async |key, address| people::withdraw_address(&here.app, &adam, key, address).await;
    assert_eq!(fields(withdraw("ana", "ben@home.example").await.unwrap_err())[0].0, "address");
    withdraw("ben", "BEN@home.example").await.unwrap();
    assert_eq!(fields(withdraw("ben", "ben@home.example").await.unwrap_err())[0].0, "address");
    add("ana", "ben@home.example").await.unwrap();
    let mut read = here.app.store().read().await.unwrap();
    let now = read.seq();
    let ana = tables::people::by_key(&mut read, "ana").await.unwrap().unwrap().id;
    let owner = |known: Vec<(theriac_model::Digest, i64)>| {
        known
            .into_iter()
            .find(|(address, _)| *address == address_digest("ben@home.example"))
            .map(|(_, id)| id)
    };
    assert_eq!(owner(tables::people::addresses_at(&mut read, now).await.unwrap()), Some(ana));
    assert_eq!(
        owner(tables::people::addresses_at(&mut read, seq).await.unwrap()),
        Some(ben),
        "as it was known"
    );
});

fn ci(store: &theriac_store::testing::TestStore, product: Option<&str>) -> NewToken {
    NewToken {
        owner: None,
        name: "build server".to_owned(),
        permissions: vec![Permission::UploadEvidence, Permission::ReadGate],
        product: product.map(str::to_owned),
        expires_at: store.clock.now() + jiff::SignedDuration::from_hours(24),
    }
}

on_both_engines!(a_token_is_shown_once_works_in_its_scope_and_ends, |store| {
    let here = Installed::new(&store).await;
    let (adam, ana) = (here.who("adam").await, here.who("ana").await);
    let denied = people::issue_token(&here.app, &ana, ci(&store, None)).await.unwrap_err();
    assert!(matches!(denied, ServiceError::Denied(_)), "{denied}");
    let token = people::issue_token(&here.app, &adam, ci(&store, None)).await.unwrap();
    assert!(!here.log().await.contains(&token.text));
    let door = Door { throttle: &here.throttle, address: ADDRESS, way: "api" };
    let who = people::who_of_token(&here.app, &door, &token.text).await.unwrap();
    assert!(who.access().allows(Permission::UploadEvidence, &Scope::Organisation));
    assert!(!who.access().allows(Permission::Read, &Scope::Organisation));
    assert_eq!(who.via(), "api 192.0.2.7");
    assert!(people::prove(&here.app, &door, &who, PASSWORD).await.is_err(), "tokens never sign");

    let listed = people::tokens(&here.app, &adam, &Paging::default()).await.unwrap().items;
    assert_eq!((&*listed[0].name, listed[0].expired), ("build server", false));
    assert_eq!(listed[0].permissions, ["read-gate", "upload-evidence"]);
    let taken = people::issue_token(&here.app, &adam, ci(&store, None)).await.unwrap_err();
    assert!(matches!(taken, ServiceError::Exists { what: "token", .. }));
    assert!(people::revoke_token(&here.app, &ana, "build server").await.is_err());
    people::revoke_token(&here.app, &adam, "build server").await.unwrap();
    let gone = people::who_of_token(&here.app, &door, &token.text).await.unwrap_err();
    assert!(matches!(gone, ServiceError::SignIn(_)), "{gone}");

    let token = people::issue_token(&here.app, &adam, ci(&store, None)).await.unwrap();
    store.clock.advance_days(1);
    let expired = people::who_of_token(&here.app, &door, &token.text).await.unwrap_err();
    assert!(expired.to_string().contains("expired"), "{expired}");
    let adam = here.who("adam").await;
    assert!(people::tokens(&here.app, &adam, &Paging::default()).await.unwrap().items[0].expired);
    let missing = people::revoke_token(&here.app, &adam, "other").await.unwrap_err();
    assert!(matches!(missing, ServiceError::NotFound { what: "token", .. }));
});

on_both_engines!(a_token_cannot_be_made_to_sign_or_to_live_for_ever, |store| {
    let here = Installed::new(&store).await;
    let adam = here.who("adam").await;
    let issue = async |new| fields(people::issue_token(&here.app, &adam, new).await.unwrap_err());
    let signs = NewToken { permissions: vec![Permission::DecideRelease], ..ci(&store, None) };
    let errors = issue(signs).await;
    assert!(errors[0].0 == "permissions" && errors[0].1.contains("machines never sign"), "{errors:?}");
    assert_eq!(issue(NewToken { permissions: vec![], ..ci(&store, None) }).await[0].0, "permissions");
    let past = NewToken { expires_at: store.clock.now(), name: String::new(), ..ci(&store, None) };
    let errors = issue(past).await;
    assert_eq!((&*errors[0].0, &*errors[1].0), ("name", "expires_at"));
    let late = NewToken { expires_at: jiff::Timestamp::MAX, ..ci(&store, None) };
    assert_eq!(issue(late).await[0].0, "expires_at");
});

on_both_engines!(somebody_answers_for_what_a_token_drafts, |store| {
    let here = Installed::new(&store).await;
    let adam = here.who("adam").await;
    let drafts = |owner: Option<&str>| NewToken {
        owner: owner.map(str::to_owned),
        permissions: vec![Permission::ImportRecords, Permission::WriteDevelopment],
        ..ci(&store, None)
    };
    let nobody = people::issue_token(&here.app, &Who::system("cli"), drafts(None)).await.unwrap_err();
    assert_eq!(fields(nobody)[0].0, "owner");
    let unknown = people::issue_token(&here.app, &adam, drafts(Some("zoe"))).await.unwrap_err();
    assert_eq!(fields(unknown)[0].0, "owner");
    let owners = async || {
        let page = people::tokens(&here.app, &adam, &Paging::default()).await.unwrap();
        page.items.into_iter().map(|token| token.owner).collect::<Vec<_>>()
    };
    people::issue_token(&here.app, &Who::system("cli"), drafts(Some("ana"))).await.unwrap();
    assert_eq!(owners().await, [Some("ana".to_owned())]);
    people::revoke_token(&here.app, &adam, "build server").await.unwrap();
    people::issue_token(&here.app, &adam, ci(&store, None)).await.unwrap();
    assert_eq!(owners().await, [Some("adam".to_owned())], "who issues it");
});

on_both_engines!(wrong_tokens_are_slowed_down_and_live_ones_are_not, |store| {
    let here = Installed::new(&store).await;
    let adam = here.who("adam").await;
    let token = people::issue_token(&here.app, &adam, ci(&store, None)).await.unwrap();
    let door = Door { throttle: &here.throttle, address: ADDRESS, way: "api" };
    let wrong = format!("{}0", token.text);
    let mut slowed = 0;
    for _ in 0..30 {
        let error = people::who_of_token(&here.app, &door, &wrong).await.unwrap_err();
        slowed += u32::from(matches!(error, ServiceError::Throttled(_)));
    }
    assert!(slowed >= 15, "{slowed}");
    let logged = here.refused().await.into_iter().filter(|(_, action, _)| action == "token").count();
    assert!(logged <= 15, "the log does not grow with every try: {logged}");
    people::who_of_token(&here.app, &door, &token.text).await.unwrap();
});

on_both_engines!(an_administrator_of_one_product_issues_tokens_for_it_alone, |store| {
    let here = Installed::new(&store).await;
    let (adam, ana) = (here.who("adam").await, here.who("ana").await);
    for key in ["pump", "gateway"] {
        let route = "full".parse().unwrap();
        let new = NewProduct { key: key.to_owned(), name: key.to_owned(), route, support_end: None };
        products::add_product(&here.app, &ana, new).await.unwrap();
    }
    people::add_person(&here.app, &adam, newcomer("pia", &[])).await.unwrap();
    people::grant(&here.app, &adam, "pia", Role::Administrator, Some("pump")).await.unwrap();
    let pia = here.who("pia").await;
    people::issue_token(&here.app, &adam, ci(&store, None)).await.unwrap();
    let own = NewToken { name: "pump builds".to_owned(), ..ci(&store, Some("pump")) };
    let token = people::issue_token(&here.app, &pia, own).await.unwrap();
    let other = NewToken { name: "gateway builds".to_owned(), ..ci(&store, Some("gateway")) };
    let hidden = people::issue_token(&here.app, &pia, other.clone()).await.unwrap_err();
    assert!(matches!(hidden, ServiceError::NotFound { what: "product", .. }), "{hidden}");
    let all = NewToken { name: "all".to_owned(), ..ci(&store, None) };
    assert!(matches!(people::issue_token(&here.app, &pia, all).await.unwrap_err(), ServiceError::Denied(_)));
    people::issue_token(&here.app, &adam, other).await.unwrap();
    let names = async |who: &Who| {
        let page = people::tokens(&here.app, who, &Paging::default()).await.unwrap();
        page.items.into_iter().map(|token| (token.name, token.product)).collect::<Vec<_>>()
    };
    assert_eq!(names(&pia).await, [("pump builds".to_owned(), Some("pump".to_owned()))]);
    assert_eq!(names(&adam).await.len(), 3);
    let foreign = people::revoke_token(&here.app, &pia, "gateway builds").await.unwrap_err();
    assert!(matches!(foreign, ServiceError::NotFound { .. }), "{foreign}");
    let door = Door { throttle: &here.throttle, address: ADDRESS, way: "api" };
    let who = people::who_of_token(&here.app, &door, &token.text).await.unwrap();
    let reachable = who.access().products(Permission::UploadEvidence);
    assert!(matches!(reachable, theriac_auth::Products::Only(products) if products.len() == 1));
});

on_both_engines!(a_request_under_a_key_is_carried_out_once_even_when_it_had_to_begin_anew, |store| {
    let here = Installed::new(&store).await;
    let ana = here.who("ana").await;
    let request = theriac_model::Digest::of(b"request");
    let keyed = ana.clone().once("key", request);
    drop(keyed.write(&here.app, "given up").await.unwrap());
    let mut write = keyed.write(&here.app, "carried out").await.unwrap();
    write.audit("test", None, None, serde_json::json!({}));
    write.commit().await.unwrap();
    keyed.write(&here.app, "its second transaction").await.unwrap().commit().await.unwrap();
    let again = ana.clone().once("key", request).write(&here.app, "sent again").await.unwrap_err();
    assert!(matches!(again, ServiceError::Repeated), "{again}");
    let other = ana.once("key", theriac_model::Digest::of(b"other")).write(&here.app, "other").await;
    assert!(matches!(other.unwrap_err(), ServiceError::Repeated));
    let ben = here.who("ben").await.once("key", request);
    ben.write(&here.app, "another's key").await.unwrap().commit().await.unwrap();
});
