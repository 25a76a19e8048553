//! How much memory a server takes, whatever is sent to it: at every door of the interface and at forms.

use std::path::Path;

use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, StatusCode, header};
use scraper::{Html, Selector};

use crate::bad_input::hostile_files_in;
use crate::server::{Server, token};
use crate::support::{release, run, stdout_json, theriac};

const PASSWORD: &str = "a pump that keeps its time";
/// Most memory that the server may ever have held, in MB: what was sent, twice; the 400 MB that a reader may take of it; and
/// what the allocator keeps of both for other threads.
const MOST: u64 = 1024;

/// So many MB of zeros.
fn zeros(megabytes: usize) -> Vec<u8> {
    vec![0; megabytes << 20]
}

/// The most memory that a process has held so far, in MB.
fn peak(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() >> 10
}

async fn refused(what: &str, request: RequestBuilder) {
    // A server that has refused may close before everything was sent.
    let Ok(answer) = request.send().await else { return };
    let status = answer.status();
    let text = answer.text().await.unwrap_or_default();
    assert!(status.is_client_error(), "{what}: {status} {text}");
    assert!(text.len() < 40_000, "{what}: an error is short, this one has {} bytes", text.len());
}

/// A browser that has signed in: its cookies, and the token that its forms send.
async fn signed_in(http: &Client, address: &str) -> (String, String) {
    let page = http.get(format!("{address}/sign-in")).send().await.unwrap();
    let before = cookies(&page);
    let csrf = hidden(&page.text().await.unwrap(), "csrf");
    let body = form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("csrf", csrf.as_str()), ("email", "maya@example.org"), ("password", PASSWORD)])
        .finish();
    let answer = http
        .post(format!("{address}/sign-in"))
        .header(header::COOKIE, before)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(body);
    let answer = answer.send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    let cookie = cookies(&answer);
    let page = http.get(format!("{address}/products/pump/releases/1.0/evidence/new"));
    let page = page.header(header::COOKIE, &cookie).send().await.unwrap();
    (cookie, hidden(&page.text().await.unwrap(), "csrf"))
}

fn cookies(answer: &reqwest::Response) -> String {
    let all = answer.headers().get_all(header::SET_COOKIE).iter();
    let pairs = all.filter_map(|line| line.to_str().ok()?.split(';').next());
    pairs.collect::<Vec<_>>().join("; ")
}

fn hidden(page: &str, name: &str) -> String {
    let selector = Selector::parse(&format!("input[name={name}]")).unwrap();
    Html::parse_document(page).select(&selector).next().unwrap().attr("value").unwrap().to_owned()
}

/// The evidence of a form, as a browser sends it.
fn multipart(csrf: &str, bytes: &[u8]) -> Vec<u8> {
    let field = format!("--x\r\ncontent-disposition: form-data; name=\"csrf\"\r\n\r\n{csrf}\r\n");
    let file = "--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\n";
    [field.as_bytes(), file.as_bytes(), bytes, b"\r\n--x--\r\n"].concat()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_takes_no_more_than_its_memory_at_interface_and_forms() {
    let folder = release();
    let path = folder.path();
    let names = hostile_files_in(path);
    let set = ["user", "password", "maya", "--password-stdin"];
    theriac(path).args(set).write_stdin(format!("{PASSWORD}\n")).assert().success();
    let token = token(path, &["read", "upload-evidence", "import-feed", "import-records", "manage-products"]);
    let server = Server::at(path, &["--data", "theriac-data"]);
    // As the program does; another test may have been first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    #[expect(clippy::disallowed_methods, reason = "a browser is no part of the program")]
    let http = Client::builder().redirect(Policy::none()).build().unwrap();
    let (cookie, csrf) = signed_in(&http, &server.address).await;

    let evidence = "/products/pump/releases/1.0/evidence";
    let api = |door: &str| {
        http.post(format!("{}/api/v1{door}", server.address))
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
    };
    let form = |door: &str, kind: &str| {
        http.post(format!("{}{door}", server.address))
            .header(header::COOKIE, &cookie)
            .header(header::CONTENT_TYPE, kind)
    };
    let (urlencoded, parts) = ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x");
    for name in names {
        let bytes = std::fs::read(path.join(name)).unwrap();
        let json = "application/json";
        refused(&format!("evidence {name}"), api(evidence).body(bytes.clone())).await;
        refused(&format!("feed {name}"), api("/feed?name=f").body(bytes.clone())).await;
        let records = api("/records/import").header(header::CONTENT_TYPE, json).body(bytes.clone());
        refused(&format!("records {name}"), records).await;
        let product = api("/products").header(header::CONTENT_TYPE, json).body(bytes.clone());
        refused(&format!("product {name}"), product).await;
        refused(&format!("upload {name}"), form(evidence, parts).body(multipart(&csrf, &bytes))).await;
        refused(&format!("sign-in {name}"), form("/sign-in", urlencoded).body(bytes)).await;
    }
    // As much as is taken, and more than that.
    for megabytes in [120, 210] {
        for door in [evidence, "/feed?name=f", "/records/import", "/products"] {
            refused(door, api(door).body(zeros(megabytes))).await;
        }
        refused("form", form(evidence, parts).body(multipart(&csrf, &zeros(megabytes)))).await;
        refused("sign-in", form("/sign-in", urlencoded).body(zeros(megabytes))).await;
    }

    let held = peak(server.process());
    assert!(held < MOST, "the server held {held} MB, and may hold {MOST}");
    assert!(server.stop().success());
    nothing_was_stored(path);
}

fn nothing_was_stored(path: &Path) {
    assert_eq!(stdout_json(&run(path, &["rebuild", "--format", "json"]))["evidence"], 0);
    assert_eq!(stdout_json(&run(path, &["records", "export"]))["records"], serde_json::json!([]));
    assert_eq!(
        stdout_json(&run(path, &["product", "list", "--format", "json"])).as_array().unwrap().len(),
        1
    );
}
