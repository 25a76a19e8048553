//! Products, releases and builds.

use jiff::civil::date;
use theriac_auth::{Permission, Role};
use theriac_conformity::facts::words::Route;
use theriac_model::Digest;
use theriac_service::products::{self, NewBuild, NewProduct, NewRelease, ProductChange, ReleaseChange};
use theriac_service::{Paging, ServiceError, Who, people};
use theriac_store::{on_both_engines, tables};

use crate::installed::{Installed, newcomer};
use crate::world::decide;

fn new_product(key: &str) -> NewProduct {
    NewProduct {
        key: key.to_owned(),
        name: format!("Lumen {key}"),
        route: Route::Full,
        support_end: Some(date(2031, 12, 31)),
    }
}

fn new_release(product: &str, name: &str) -> NewRelease {
    NewRelease { product: product.to_owned(), name: name.to_owned(), ..NewRelease::default() }
}

fn new_build(name: &str) -> NewBuild {
    NewBuild {
        product: "pump".to_owned(),
        release: "1.0".to_owned(),
        name: name.to_owned(),
        commit: "0123456789abcdef0123456789abcdef01234567".to_owned(),
    }
}

fn field(error: ServiceError) -> String {
    match error {
        ServiceError::Invalid(errors) => errors[0].field.clone(),
        other => panic!("a field was expected, it is: {other}"),
    }
}

async fn with_product(here: &Installed) -> Who {
    let ana = here.who("ana").await;
    products::add_product(&here.app, &ana, new_product("pump")).await.unwrap();
    products::add_release(&here.app, &ana, new_release("pump", "1.0")).await.unwrap();
    ana
}

on_both_engines!(a_product_is_added_once_and_changed, |store| {
    let here = Installed::new(&store).await;
    let (ana, ben) = (here.who("ana").await, here.who("ben").await);
    let denied = products::add_product(&here.app, &ben, new_product("pump")).await.unwrap_err();
    assert!(matches!(denied, ServiceError::Denied(_)), "{denied}");
    let added = products::add_product(&here.app, &ana, new_product("pump")).await.unwrap();
    assert_eq!((&*added.key, &*added.route), ("pump", "full"));
    let twice = products::add_product(&here.app, &ana, new_product("pump")).await.unwrap_err();
    assert!(matches!(twice, ServiceError::Exists { what: "product", .. }));
    for key in ["", "Pump", "pump station", "-pump", "pump--2", "1pump", &"x".repeat(41), "pümp", "a/b"] {
        let wrong = products::add_product(&here.app, &ana, new_product(key)).await.unwrap_err();
        assert_eq!(field(wrong), "key", "{key}");
    }
    let mut nameless = new_product("other");
    nameless.name = " ".to_owned();
    assert_eq!(field(products::add_product(&here.app, &ana, nameless).await.unwrap_err()), "name");

    let before = here.app.store().read().await.unwrap().seq();
    let change = ProductChange {
        expected: None,
        name: "Lumen Pump 2".to_owned(),
        route: Route::Transitional,
        support_end: None,
    };
    let changed = products::change_product(&here.app, &ana, "pump", change.clone()).await.unwrap();
    assert_eq!((&*changed.route, changed.support_end), ("transitional", None));
    assert_eq!(products::product(&here.app, &ben, "pump").await.unwrap(), changed);
    let denied = products::change_product(&here.app, &ben, "pump", change.clone()).await.unwrap_err();
    assert!(matches!(denied, ServiceError::Denied(_)), "{denied}");
    let missing = products::change_product(&here.app, &ana, "nothing", change.clone()).await.unwrap_err();
    assert!(matches!(missing, ServiceError::NotFound { what: "product", .. }));
    let seq = here.app.store().read().await.unwrap().seq();
    products::change_product(&here.app, &ana, "pump", change).await.unwrap();
    assert_eq!(here.app.store().read().await.unwrap().seq(), seq, "nothing changed, nothing is written");
    let mut read = here.app.store().read().await.unwrap();
    let then = tables::products::at(&mut read, added.id, before).await.unwrap().unwrap();
    assert_eq!(then, added, "what was known then stays known");
});

on_both_engines!(products_out_of_reach_look_like_none, |store| {
    let here = Installed::new(&store).await;
    let (adam, ana) = (here.who("adam").await, with_product(&here).await);
    products::add_product(&here.app, &ana, new_product("gateway")).await.unwrap();
    products::add_release(&here.app, &ana, new_release("gateway", "1.0")).await.unwrap();
    people::add_person(&here.app, &adam, newcomer("dev", &[])).await.unwrap();
    people::grant(&here.app, &adam, "dev", Role::Developer, Some("pump")).await.unwrap();
    let dev = here.who("dev").await;
    let seen = products::products(&here.app, &dev, &Paging::default()).await.unwrap().items;
    assert_eq!(seen.iter().map(|product| &*product.key).collect::<Vec<_>>(), ["pump"]);
    let seen = products::releases(&here.app, &dev, None, &Paging::default()).await.unwrap().items;
    assert_eq!(seen.iter().map(|release| &*release.product).collect::<Vec<_>>(), ["pump"]);

    let texts: Vec<String> = [
        products::product(&here.app, &dev, "gateway").await.unwrap_err(),
        products::releases(&here.app, &dev, Some("gateway"), &Paging::default()).await.unwrap_err(),
        products::release(&here.app, &dev, "gateway", "1.0").await.unwrap_err(),
        products::builds(&here.app, &dev, "gateway", "1.0", &Paging::default()).await.unwrap_err(),
        products::add_release(&here.app, &dev, new_release("gateway", "2.0")).await.unwrap_err(),
        products::set_fielded(&here.app, &dev, "gateway", "1.0", true).await.unwrap_err(),
    ]
    .iter()
    .map(ToString::to_string)
    .collect();
    assert!(texts.iter().all(|text| text == "there is no product 'gateway'"), "{texts:?}");
    let nothing = products::product(&here.app, &dev, "no-such").await.unwrap_err();
    assert_eq!(nothing.to_string(), "there is no product 'no-such'");
    let refused = here.refused().await;
    assert!(
        refused.iter().any(|(_, action, _)| action == "release add"),
        "a try is written down: {refused:?}"
    );

    let otto = here.who("otto").await;
    let denied = products::add_release(&here.app, &otto, new_release("pump", "2.0")).await.unwrap_err();
    assert!(matches!(denied, ServiceError::Denied(_)), "what may be read is denied openly: {denied}");
    let found = products::find(&here.app, &dev, Permission::AddBuild, "test", "pump", "1.0").await.unwrap();
    assert_eq!((&*found.0.key, &*found.1.name), ("pump", "1.0"));
});

on_both_engines!(a_release_is_added_once_with_its_manager_and_changed, |store| {
    let here = Installed::new(&store).await;
    let ana = with_product(&here).await;
    let mut new = new_release("pump", "2.4.0 rc");
    new.manager = Some("ben".to_owned());
    new.planned_ship_date = Some(date(2026, 9, 1));
    let added = products::add_release(&here.app, &ana, new.clone()).await.unwrap();
    assert_eq!((&*added.name, added.manager.as_deref()), ("2.4.0 rc", Some("ben")));
    assert_eq!((added.decided_at, added.fielded, added.candidate.as_deref()), (None, false, None));
    let twice = products::add_release(&here.app, &ana, new.clone()).await.unwrap_err();
    assert!(matches!(twice, ServiceError::Exists { what: "release", .. }));
    for name in ["", "a/b", "..", "a\nb", &"x".repeat(101)] {
        let wrong = products::add_release(&here.app, &ana, new_release("pump", name)).await.unwrap_err();
        assert_eq!(field(wrong), "release", "{name}");
    }
    let ghost = NewRelease { name: "3.0".to_owned(), manager: Some("ghost".to_owned()), ..new };
    assert_eq!(field(products::add_release(&here.app, &ana, ghost).await.unwrap_err()), "manager");

    let late = ReleaseChange { expected: Some(Digest::of(b"another plan")), ..ReleaseChange::default() };
    let late = products::change_release(&here.app, &ana, "pump", "2.4.0 rc", late).await.unwrap_err();
    assert!(matches!(late, ServiceError::Changed { .. }), "{late}");
    let change = ReleaseChange {
        expected: None,
        planned_ship_date: None,
        manager: Some("Ana@Lumen.example".to_owned()),
    };
    let changed = products::change_release(&here.app, &ana, "pump", "2.4.0 rc", change).await.unwrap();
    assert_eq!((changed.planned_ship_date, changed.manager.as_deref()), (None, Some("ana")));
    let fielded = products::set_fielded(&here.app, &ana, "pump", "2.4.0 rc", true).await.unwrap();
    assert!(fielded.fielded && fielded.manager.as_deref() == Some("ana"));
    assert_eq!(products::release(&here.app, &ana, "pump", "2.4.0 rc").await.unwrap(), fielded);
    let missing = products::release(&here.app, &ana, "pump", "9").await.unwrap_err();
    assert!(matches!(missing, ServiceError::NotFound { what: "release", .. }));
});

on_both_engines!(a_release_goes_on_only_from_one_that_is_decided, |store| {
    let here = Installed::new(&store).await;
    let ana = with_product(&here).await;
    let patch = NewRelease { based_on: Some("1.0".to_owned()), ..new_release("pump", "1.0.1") };
    let early = products::add_release(&here.app, &ana, patch.clone()).await.unwrap_err();
    assert_eq!(field(early), "based_on");
    let release = products::release(&here.app, &ana, "pump", "1.0").await.unwrap();
    decide(&here.app, release.id, "refused").await;
    assert!(products::add_release(&here.app, &ana, patch.clone()).await.is_err(), "a refusal is no basis");
    decide(&here.app, release.id, tables::releases::RELEASED).await;
    let added = products::add_release(&here.app, &ana, patch.clone()).await.unwrap();
    assert_eq!(added.based_on.as_deref(), Some("1.0"));
    let base = products::release(&here.app, &ana, "pump", "1.0").await.unwrap();
    assert!(base.decided_at.is_some());
    let unknown = NewRelease { based_on: Some("0.9".to_owned()), name: "1.0.2".to_owned(), ..patch };
    assert_eq!(field(products::add_release(&here.app, &ana, unknown).await.unwrap_err()), "based_on");
});

on_both_engines!(a_release_has_many_builds_and_one_candidate_until_it_is_decided, |store| {
    let here = Installed::new(&store).await;
    with_product(&here).await;
    let (ben, otto) = (here.who("ben").await, here.who("otto").await);
    for name in ["rc.1", "rc.2", "rc.3"] {
        products::add_build(&here.app, &ben, new_build(name)).await.unwrap();
    }
    let twice = products::add_build(&here.app, &ben, new_build("rc.1")).await.unwrap_err();
    assert!(matches!(twice, ServiceError::Exists { what: "build", .. }));
    for odd in ["not a commit", "HEAD", "abc1234", "C0FFEE0000000000000000000000000000000000", ""] {
        let odd = NewBuild { commit: odd.to_owned(), ..new_build("rc.4") };
        assert_eq!(field(products::add_build(&here.app, &ben, odd).await.unwrap_err()), "commit");
    }
    assert!(matches!(
        products::add_build(&here.app, &otto, new_build("rc.4")).await.unwrap_err(),
        ServiceError::Denied(_)
    ));
    let mut paging = Paging { after: None, limit: 2 };
    let page = products::builds(&here.app, &otto, "pump", "1.0", &paging).await.unwrap();
    assert_eq!(page.items.iter().map(|build| &*build.name).collect::<Vec<_>>(), ["rc.3", "rc.2"]);
    paging.after = page.next;
    let page = products::builds(&here.app, &otto, "pump", "1.0", &paging).await.unwrap();
    assert_eq!(page.items.iter().map(|build| &*build.name).collect::<Vec<_>>(), ["rc.1"]);
    assert_eq!(page.next, None);
    paging.after = Some("rc.2".to_owned());
    let wrong = products::builds(&here.app, &otto, "pump", "1.0", &paging).await.unwrap_err();
    assert_eq!(field(wrong), "after");

    let set = async |build| products::set_candidate(&here.app, &ben, "pump", "1.0", build).await;
    assert!(matches!(set("rc.9").await.unwrap_err(), ServiceError::NotFound { what: "build", .. }));
    assert_eq!(set("rc.2").await.unwrap().candidate.as_deref(), Some("rc.2"));
    let release = set("rc.3").await.unwrap();
    assert_eq!(release.candidate.as_deref(), Some("rc.3"));
    decide(&here.app, release.id, tables::releases::RELEASED).await;
    let decided = set("rc.2").await.unwrap_err();
    assert!(decided.to_string().contains("make a new release"), "{decided}");
    set("rc.3").await.unwrap();
});

on_both_engines!(releases_are_listed_newest_first_and_by_page, |store| {
    let here = Installed::new(&store).await;
    let ana = with_product(&here).await;
    products::add_product(&here.app, &ana, new_product("gateway")).await.unwrap();
    for n in 1..=5 {
        let product = if n % 2 == 0 { "pump" } else { "gateway" };
        products::add_release(&here.app, &ana, new_release(product, &format!("2.{n}"))).await.unwrap();
    }
    let mut names = Vec::new();
    let mut paging = Paging { after: None, limit: 4 };
    loop {
        let page = products::releases(&here.app, &ana, None, &paging).await.unwrap();
        names.extend(page.items.into_iter().map(|release| release.name));
        match page.next {
            None => break,
            after => paging.after = after,
        }
    }
    assert_eq!(names, ["2.5", "2.4", "2.3", "2.2", "2.1", "1.0"]);
    let of = products::releases(&here.app, &ana, Some("pump"), &Paging::default()).await.unwrap();
    assert_eq!(of.items.iter().map(|release| &*release.name).collect::<Vec<_>>(), ["2.4", "2.2", "1.0"]);
});
