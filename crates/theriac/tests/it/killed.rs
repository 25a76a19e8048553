//! A server that is killed under uploads, records and feeds: nothing that was acknowledged is lost, nothing is half-done,
//! and the jobs go on.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

use serde_json::{Value, json};

use crate::engines::{Place, on_postgres, on_sqlite};
use crate::server::Server;
use crate::support::{HIGH, advisory, bom, library, stdout, stdout_json};

/// How often the server is killed.
const ROUNDS: usize = 4;
/// How many acts are acknowledged before it is; others are under way then.
const ACTS: usize = 9;

#[test]
fn nothing_acknowledged_is_lost_on_sqlite() {
    on_sqlite(kill);
}

#[test]
fn nothing_acknowledged_is_lost_on_postgresql() {
    on_postgres(kill);
}

/// What a server said is done.
enum Done {
    Evidence { number: String, bytes: String },
    Record { reference: String, title: String },
    Feed { id: String },
}

fn kill(place: &Place) {
    place.set_up();
    let permissions = ["read", "upload-evidence", "import-records", "write-risk", "import-feed"];
    let mut issue = vec!["token", "issue", "CI", "--owner", "maya"];
    issue.extend(permissions.iter().flat_map(|permission| ["--permission", permission]));
    let token = stdout(&place.run(&issue)).trim().to_owned();
    let count = AtomicUsize::new(0);
    let mut done = Vec::new();
    for _ in 0..ROUNDS {
        let server = Server::at(place.folder(), &place.reach());
        let address = server.address.trim_start_matches("http://").to_owned();
        let (tell, told) = mpsc::channel();
        std::thread::scope(|scope| {
            for act in [upload, import, feed] {
                let (tell, address, token, count) = (tell.clone(), &address, &token, &count);
                // Until nobody answers any more.
                scope.spawn(move || {
                    while let Some(one) = act(address, token, count.fetch_add(1, Ordering::SeqCst)) {
                        let _ = tell.send(one);
                    }
                });
            }
            drop(tell);
            done.extend(told.iter().take(ACTS));
            drop(server);
            done.extend(told.iter());
        });
    }
    assert!(done.len() >= ROUNDS * ACTS);
    let server = Server::at(place.folder(), &place.reach());
    all_is_there(server.address.trim_start_matches("http://"), &token, &done);
    assert!(server.stop().success());
    let verified = stdout_json(&place.run(&["audit", "verify", "--format", "json"]));
    assert_eq!((&verified["holds"], &verified["changed"]), (&json!(true), &json!([])));
    place.run(&["rebuild"]);
}

fn all_is_there(address: &str, token: &str, done: &[Done]) {
    let get = |path: &str| request(address, token, "GET", path, "", &[]).unwrap();
    let records: Value = serde_json::from_slice(&get("/records/export").1).unwrap();
    let mut feeds = 0;
    for one in done {
        match one {
            Done::Evidence { number, bytes } => {
                let (status, kept) = get(&format!("/evidence/{number}/bytes"));
                assert_eq!((status, String::from_utf8(kept).unwrap()), (200, bytes.clone()), "{number}");
            }
            Done::Record { reference, title } => {
                let all = records["records"].as_array().unwrap();
                let same = |row: &&Value| row["ref"] == **reference && row["content"]["title"] == **title;
                assert_eq!(all.iter().filter(same).count(), 1, "{reference} {title}");
            }
            Done::Feed { id } => {
                feeds += 1;
                assert!(id.starts_with("CVE-"), "{id}");
            }
        }
    }
    assert!(feeds > 0, "feeds were imported too");
    // Jobs that the dead left behind are taken up at once.
    let unfinished = |_: &usize| {
        let (_, jobs) = get("/jobs?limit=200");
        let jobs: Value = serde_json::from_slice(&jobs).unwrap();
        let jobs = jobs["items"].as_array().unwrap();
        assert!(!jobs.is_empty() && jobs.iter().all(|job| job["state"] != "failed"), "{jobs:?}");
        jobs.iter().any(|job| job["state"] != "done")
    };
    assert!((0..5_000).take_while(unfinished).count() < 5_000, "every job comes to its end");
}

fn upload(address: &str, token: &str, number: usize) -> Option<Done> {
    let components = json!([library(&format!("pkg:npm/pulse@1.0.{number}"))]);
    let bytes = bom(&components);
    let body = format!(
        "--cut\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{number}.json\"\r\n\
         Content-Type: application/octet-stream\r\n\r\n{bytes}\r\n--cut--\r\n"
    );
    let path = "/products/pump/releases/1.0/evidence?build=b1&tool=maker%401.0&performed_at=2026-01-31T12%3A00%3A00Z";
    let answer = post(address, token, path, "multipart/form-data; boundary=cut", body.as_bytes())?;
    let number = answer["evidence"][0]["number"].as_str().unwrap().to_owned();
    Some(Done::Evidence { number, bytes })
}

fn import(address: &str, token: &str, number: usize) -> Option<Done> {
    let title = format!("Thought {number}");
    // A number of its own makes a record of its own.
    let body = json!({ "format": "theriac-records", "version": 1, "records": [
        { "ref": format!("RISK-{}", 100_000 + number), "kind": "risk", "product": "pump", "content": { "title": title } },
    ]});
    let answer = post(address, token, "/records/import", "application/json", body.to_string().as_bytes())?;
    Some(Done::Record { reference: answer[0]["record"].as_str().unwrap().to_owned(), title })
}

fn feed(address: &str, token: &str, number: usize) -> Option<Done> {
    let id = format!("CVE-2026-{:04}", number + 1);
    let body = advisory(&id, "pulse", "2.0.0", Some(HIGH)).to_string();
    post(address, token, "/feed?name=feed.json", "application/octet-stream", body.as_bytes())?;
    Some(Done::Feed { id })
}

/// What was answered, once it was answered whole; `None` when the server has gone.
fn post(address: &str, token: &str, path: &str, kind: &str, body: &[u8]) -> Option<Value> {
    let (status, answer) = request(address, token, "POST", path, kind, body)?;
    let answer = String::from_utf8(answer).unwrap();
    assert!((200..300).contains(&status), "{path}: {status} {answer}");
    Some(serde_json::from_str(&answer).unwrap())
}

fn request(
    address: &str,
    token: &str,
    method: &str,
    path: &str,
    kind: &str,
    body: &[u8],
) -> Option<(u16, Vec<u8>)> {
    let mut stream = TcpStream::connect(address).ok()?;
    let head = format!(
        "{method} /api/v1{path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\
         Content-Type: {kind}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(&[head.as_bytes(), body].concat()).ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).ok()?;
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&answer[..end]).unwrap();
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("content-length").then(|| value.parse::<usize>().unwrap())
    });
    let body = answer.split_off(end + 4);
    // What breaks off is no acknowledgement; a body without its length is whole when it ends with its last piece.
    match length {
        Some(length) => (body.len() == length).then_some((status, body)),
        None => dechunked(&body).map(|body| (status, body)),
    }
}

/// The body of an answer in pieces (RFC 9112), if its last piece is there.
fn dechunked(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = rest.windows(2).position(|two| two == b"\r\n")?;
        let size = usize::from_str_radix(std::str::from_utf8(&rest[..end]).ok()?, 16).ok()?;
        rest = rest.get(end + 2..)?;
        if size == 0 {
            return Some(body);
        }
        body.extend_from_slice(rest.get(..size)?);
        rest = rest.get(size + 2..)?;
    }
}
