//! Bad input at every form: a page that says what is wrong, what was typed kept where the form can be read, nothing stored.

use axum::body::{Body, Bytes};
use axum::http::StatusCode;

use crate::site::{Page, Site};

const URLENCODED: &str = "application/x-www-form-urlencoded";
const MULTIPART: &str = "multipart/form-data; boundary=part";
const EVIDENCE: &str = "/products/gateway/releases/2.4.0/evidence";
/// Words that would tell what the program is made of.
const INTERNAL: &[&str] = &[
    "sqlx",
    "SQL",
    "sqlite",
    "ostgres",
    "serde",
    "::",
    "panic",
    "u32",
    "i64",
    "Option<",
    "constraint",
    "multer",
];

/// Every address that takes a form, with what is there (or not) in place of its parameters.
fn doors() -> Vec<String> {
    let there = [
        ("{product}", "gateway"),
        ("{release}", "2.4.0"),
        ("{record}", "DOC-1"),
        ("{evidence}", "EVID-1"),
        ("{person}", "mei"),
        ("{pack}", "iec-81001-5-1-2021"),
    ];
    let filled =
        |path: &str| there.iter().fold(path.to_owned(), |path, (name, value)| path.replace(name, value));
    let routes = theriac_web::http::routes();
    routes.iter().filter(|route| route.method == "POST").map(|route| filled(route.path)).collect()
}

/// A refusal as a page of its own, in plain words.
#[track_caller]
fn refused(what: &str, page: &Page) {
    assert!(page.status.is_client_error(), "{what}: {} {} {:.500}", page.status, page.location, page.text);
    assert!(page.text.contains("<html"), "{what}: a page is expected: {:.300}", page.text);
    assert_eq!(page.texts("h1").len(), 1, "{what}");
    let said = page.texts("main").join(" ");
    assert!(said.len() > 20 && page.text.len() < 100_000, "{what}: {said:.300}");
    for word in INTERNAL {
        assert!(!said.contains(word), "{what}: says {word}: {said:.500}");
    }
}

/// The clock of waiting stands still once the server waits for the rest of the form, and then runs on by itself.
#[tokio::test]
async fn a_form_that_stops_arriving_is_given_up() {
    let site = Site::signed_in("ana").await;
    let before = done(&site).await;
    let part = "--part\r\nContent-Disposition: form-data; name=\"file\"; filename=\"bom.json\"\r\n\r\n{";
    for (path, kind, beginning) in [
        ("/records/new?kind=document&scope=-", URLENCODED, "title=Pla"),
        ("/sign-in", URLENCODED, "email=ana"),
        (EVIDENCE, MULTIPART, part),
        (EVIDENCE, MULTIPART, "--par"),
    ] {
        let (mut sender, body) = http_body_util::channel::Channel::<Bytes, std::io::Error>::new(1);
        let asked = site.raw(path, kind, Body::new(body));
        let begun = async {
            for piece in [beginning, "t", "t"] {
                sender.send_data(Bytes::from_static(piece.as_bytes())).await.unwrap();
            }
            tokio::time::pause();
            // Dropping the sender would end the body.
            sender
        };
        let (page, _sender) = tokio::join!(asked, begun);
        tokio::time::resume();
        assert_eq!(page.status, StatusCode::REQUEST_TIMEOUT, "{path}: {:.300}", page.text);
        refused(path, &page);
    }
    assert_eq!(done(&site).await, before);
    // What was given up holds no place any more.
    for _ in 0..5 {
        let page = site.send_files(EVIDENCE, &[], &[("bom.json", b"{")]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{:.300}", page.text);
    }
}

/// How many entries the audit log has that are no refusals.
async fn done(site: &Site) -> usize {
    let all = theriac_service::audit::Entries::default();
    let mut paging = theriac_service::Paging { limit: 200, after: None };
    let mut done = 0;
    loop {
        let who = theriac_service::Who::system("test");
        let page = theriac_service::audit::entries(&site.app, &who, &all, &paging).await.unwrap();
        done += page.items.iter().filter(|view| view.entry.refused.is_none()).count();
        match page.next {
            None => return done,
            next => paging.after = next,
        }
    }
}

#[tokio::test]
async fn every_form_refuses_what_is_no_form() {
    let site = Site::signed_in("ana").await;
    let before = done(&site).await;
    let csrf = format!("csrf={}", site.csrf());
    let long = format!("{csrf}&title={}", "x".repeat(5 << 20));
    let many = format!("{csrf}{}", "&a=b".repeat(20_001));
    let part = |name: &str, value: &str| {
        format!("--part\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let token = part("csrf", &site.csrf());
    let cases: Vec<(&str, &str, Vec<u8>)> = vec![
        ("empty", URLENCODED, Vec::new()),
        ("no token", URLENCODED, b"title=x&reason=x".to_vec()),
        ("another token", URLENCODED, b"csrf=00000000".to_vec()),
        ("an empty token at last", URLENCODED, format!("{csrf}&csrf=").into_bytes()),
        ("JSON", "application/json", b"{\"csrf\": \"x\"}".to_vec()),
        ("bytes", "application/octet-stream", vec![0xff; 1000]),
        ("5 MB", URLENCODED, long.into_bytes()),
        ("20,001 fields", URLENCODED, many.into_bytes()),
        ("NUL", URLENCODED, format!("{csrf}&title=a%00b&reason=a%00b").into_bytes()),
        ("no UTF-8", URLENCODED, format!("{csrf}&title=caf%e9&reason=%ff%fe").into_bytes()),
        ("Latin-1 bytes", URLENCODED, [csrf.as_bytes(), b"&title=caf\xe9"].concat()),
        ("parts without a boundary", "multipart/form-data", token.clone().into_bytes()),
        ("parts with another boundary", "multipart/form-data; boundary=other", token.clone().into_bytes()),
        ("parts cut off", MULTIPART, token.clone().into_bytes()),
        ("no parts", MULTIPART, b"--part--\r\n".to_vec()),
        ("parts without the token", MULTIPART, (part("title", "x") + "--part--\r\n").into_bytes()),
        ("NUL in a part", MULTIPART, (token + &part("title", "a\0b") + "--part--\r\n").into_bytes()),
    ];
    for door in doors() {
        for (what, kind, body) in &cases {
            let page = site.raw(&door, kind, Body::from(body.clone())).await;
            refused(&format!("{door}: {what}"), &page);
        }
    }
    assert_eq!(done(&site).await, before, "nothing was changed");
}

#[tokio::test]
async fn who_is_not_signed_in_sends_small_forms_only() {
    let site = Site::new().await;
    for door in doors() {
        let page = site.raw(&door, MULTIPART, stream(5)).await;
        assert!(
            page.status.is_client_error() || page.location.starts_with("/sign-in"),
            "{door}: {}",
            page.status
        );
    }
}

/// A body of so many megabytes that says nothing of its length.
fn stream(megabytes: usize) -> Body {
    let (mut sender, body) = http_body_util::channel::Channel::<Bytes, std::io::Error>::new(2);
    tokio::spawn(async move {
        let head = "--part\r\nContent-Disposition: form-data; name=\"file\"; filename=\"huge.json\"\r\n\r\n";
        let mut piece = Bytes::from_static(head.as_bytes());
        for _ in 0..=megabytes {
            // Who refuses a body does not read it to its end.
            if sender.send_data(piece).await.is_err() {
                return;
            }
            piece = Bytes::from(vec![b'x'; 1 << 20]);
        }
    });
    Body::new(body)
}

#[tokio::test]
async fn the_upload_refuses_bad_files_by_name() {
    let site = Site::signed_in("ana").await;
    let before = done(&site).await;
    let laughs =
        r#"<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><bom>&b;</bom>"#;
    let twice = r#"{"bomFormat":"CycloneDX","bomFormat":"CycloneDX","specVersion":"1.5","version":1}"#;
    let deep = format!("{{\"bomFormat\":\"CycloneDX\",\"a\":{}", "[".repeat(100_000));
    let files: Vec<(&str, Vec<u8>)> = vec![
        ("empty.json", Vec::new()),
        ("truncated.json", twice.as_bytes()[..40].to_vec()),
        ("twice.json", twice.into()),
        ("deep.json", deep.into_bytes()),
        (
            "absurd.json",
            twice.replacen("\"bomFormat\":\"CycloneDX\",", "", 1).replace(":1}", ":1e400}").into_bytes(),
        ),
        ("entities.xml", laughs.into()),
        ("latin1.json", b"{\"bomFormat\":\"CycloneDX\",\"a\":\"\xe9\"}".to_vec()),
        ("program", b"\x7fELF\x02\x01".to_vec()),
        ("packed.zip", b"PK\x03\x04\x14\0".to_vec()),
        ("packed.json.gz", b"\x1f\x8b\x08\0\0\0\0\0".to_vec()),
        ("utf16.json", "{\"bomFormat\":".encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ("halves.json", [b"\xff\xfe".as_slice(), b"{\0\"\0\0"].concat()),
    ];
    for (name, bytes) in &files {
        let page = site.send_files(EVIDENCE, &[("tool", "syft@1.0")], &[(name, bytes)]).await;
        refused(name, &page);
        assert!(page.texts("main").join(" ").contains(name), "{name}: {:?}", page.texts("main"));
        assert_eq!(page.value("tool"), "syft@1.0", "what was typed stays");
    }
    let latin = "--part\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n".to_owned() + &site.csrf();
    let latin = latin + "\r\n--part\r\nContent-Disposition: form-data; name=\"tool\"\r\n\r\ncaf";
    let latin = [latin.as_bytes(), b"\xe9@1\r\n--part--\r\n"].concat();
    let latin = site.raw(EVIDENCE, MULTIPART, Body::from(latin)).await;
    assert!(latin.text.contains("not UTF-8"), "{:?}", latin.texts("main"));
    let many: Vec<(&str, &[u8])> = vec![("a.json", b"{}"); 101];
    let many = site.send_files(EVIDENCE, &[], &many).await;
    refused("101 files", &many);
    assert!(many.text.contains("At most 100 files"), "{:?}", many.texts("main"));
    let huge = site.raw(EVIDENCE, MULTIPART, stream(129)).await;
    refused("129 MB", &huge);
    assert_eq!(huge.status, StatusCode::PAYLOAD_TOO_LARGE, "{:?}", huge.texts("main"));
    assert_eq!(done(&site).await, before, "nothing was stored");
}

#[tokio::test]
async fn an_upload_waits_while_four_others_hold_their_files() {
    let site = Site::signed_in("ana").await;
    let mut rooms = Vec::new();
    for _ in 0..4 {
        rooms.push(site.app.room().await.unwrap());
    }
    let files: [(&str, &[u8]); 1] = [("a.json", b"{}")];
    let mut upload = Box::pin(site.send_files(EVIDENCE, &[], &files));
    for _ in 0..10 {
        tokio::select! {
            biased;
            page = &mut upload => panic!("it did not wait: {}", page.status),
            page = site.get("/products") => drop(page.ok()),
        }
    }
    rooms.pop();
    refused("with room", &upload.await);
}

#[tokio::test]
async fn fields_with_absurd_values_come_back_with_the_error_beside_them() {
    let site = Site::signed_in("ana").await;
    let before = done(&site).await;
    let invalid = scraper::Selector::parse(".field.bad .err").unwrap();
    let long = "x".repeat(1 << 20);
    for (field, value) in [
        ("key", "../../etc"),
        ("key", "a/b"),
        ("name", &*long),
        ("name", "two\nlines"),
        ("support_end", "99999-01-01"),
        ("support_end", "-000001-01-01"),
        ("support_end", "9999-12-31"),
        ("support_end", "2026-02-30"),
        ("route", "scenic"),
    ] {
        let mut sent =
            vec![("key", "pump"), ("name", "Pump"), ("route", "full"), ("support_end", "2031-12-31")];
        sent.iter_mut().filter(|pair| pair.0 == field).for_each(|pair| pair.1 = value);
        let page = site.send("/products", &sent).await;
        let what = format!("{field}={value:.40}");
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{what}: {:.300}", page.text);
        assert!(page.html().select(&invalid).next().is_some(), "{what}: the field says so: {}", page.text);
        let other = if field == "name" { "key" } else { "name" };
        assert!(["pump", "Pump"].contains(&page.value(other).as_str()), "{what}: what was typed stays");
    }
    let begun = site.send("/records/new?kind=limits&scope=-", &[("title", "Limits")]).await;
    let edit = begun.location;
    assert!(edit.ends_with("/edit"), "{} {}", begun.status, begun.text);
    let begun = done(&site).await;
    for value in ["1e400", "-0.5", "99999999999999999999", "-1", "0x10", "1,5"] {
        let expected = site.get(&edit).await.ok().value("expected");
        let sent = [
            ("title", "Limits"),
            ("assess_days_critical", value),
            ("then", "submit"),
            ("expected", &*expected),
        ];
        let page = site.send(&edit, &sent).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{value}: {:.300}", page.text);
        assert!(page.html().select(&invalid).next().is_some(), "{value}: the field says so");
        assert_eq!(page.value("assess_days_critical"), value, "what was typed stays");
    }
    assert_eq!(done(&site).await, begun, "no revision was made");
    assert!(begun > before);
}

#[tokio::test]
async fn odd_addresses_get_a_page() {
    let site = Site::signed_in("ana").await;
    let before = done(&site).await;
    let long = "x".repeat(5000);
    for route in
        theriac_web::http::routes().iter().filter(|route| route.method == "GET" && route.path.contains('{'))
    {
        for odd in
            ["%00", "%ff", "%2e%2e%2fetc", "a%2Fb", "'%20OR%20'1'='1", "-1", "99999999999999999999", &long]
        {
            let path: String = route
                .path
                .split('/')
                .map(|part| {
                    let part = if part.starts_with('{') { odd } else { part };
                    format!("/{part}")
                })
                .collect();
            let page = site.get(&path[1..]).await;
            // A signature on nothing chosen leads back to where one chooses, and from there nowhere.
            let back = page.status == StatusCode::SEE_OTHER;
            assert!(back || page.status.is_client_error(), "{path:.200}: {} {:.300}", page.status, page.text);
            assert!(
                back || page.text.contains("<html"),
                "{path:.200}: a page is expected: {:.300}",
                page.text
            );
        }
    }
    for list in ["/products", "/records", "/people", "/findings", "/components", "/jobs", "/search"] {
        for query in [
            "after=%00",
            "after=x",
            "after=99999999999999999999",
            "q=%00",
            "sort=%00",
            "limit=4294967295",
            "page=-1",
        ] {
            let page = site.get(&format!("{list}?{query}")).await;
            assert!(!page.status.is_server_error(), "{list}?{query}: {:.300}", page.text);
        }
    }
    assert_eq!(done(&site).await, before);
}
