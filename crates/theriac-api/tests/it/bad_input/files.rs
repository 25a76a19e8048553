//! The doors that take files: evidence, feeds, and what is attached to records.

use std::io::Write;

use axum::body::{Body, Bytes};
use axum::http::Method;
use http_body_util::channel::Channel;
use serde_json::json;
use theriac_store::on_both_engines;

use super::{Knocker, LAUGHS, refused};
use crate::client::Server;
use crate::evidence::{RELEASE, bom, with_build};

/// The doors that are tried here.
pub const DOORS: &[&str] = &[
    "POST /feed",
    "POST /products/{product}/releases/{release}/evidence",
    "POST /records/{record}/draft/files",
];

const BYTES: &str = "application/octet-stream";
const CDX_XML: &str = include_str!("../../../../theriac-formats/testdata/small.cdx.xml");
const SPDX_JSON: &str = include_str!("../../../../theriac-formats/testdata/small.spdx.json");

/// A Zstandard file of a few kilobytes that unpacks to so many times 128 KiB of blanks.
fn zst_bomb(blocks: usize) -> Vec<u8> {
    let mut bytes = vec![0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38];
    (0..blocks).for_each(|_| bytes.extend([0x02, 0x00, 0x10, b' ']));
    bytes.extend([0x01, 0x00, 0x00]);
    bytes
}

/// What a writer makes of 128 MiB of blanks.
fn blanks<W: Write>(mut out: W) -> W {
    (0..128).for_each(|_| out.write_all(&[b' '; 1 << 20]).unwrap());
    out
}

fn gzip_bomb() -> Vec<u8> {
    blanks(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast())).finish().unwrap()
}

fn xz_bomb() -> Vec<u8> {
    blanks(liblzma::write::XzEncoder::new(Vec::new(), 0)).finish().unwrap()
}

/// Files that are no evidence and no advisory: what, and bytes.
fn bad_files() -> Vec<(&'static str, Vec<u8>)> {
    let good = bom("1.2.0").to_string();
    let with = |from: &str, to: &str| {
        assert!(good.contains(from), "{from}");
        good.replacen(from, to, 1).into_bytes()
    };
    let inside = |bad: &str| with("\"own-part\"", bad);
    let long = format!("\"{}\"", "x".repeat(2 << 20));
    let xml = |inner: &str| {
        format!("<?xml version=\"1.0\"?><bom xmlns=\"http://cyclonedx.org/schema/bom/1.5\">{inner}</bom>")
    };
    let utf16: Vec<u8> = good.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let external = "<?xml version=\"1.0\"?><!DOCTYPE bom SYSTEM \"file:///etc/passwd\"><bom/>";
    vec![
        ("one byte", b"x".to_vec()),
        ("blanks", vec![b' '; 1 << 20]),
        ("NUL bytes", vec![0; 1 << 20]),
        ("a program", b"\x7fELF\x02\x01\x01\0".to_vec()),
        ("a zip archive", b"PK\x03\x04\x14\0\0\0\x08\0\0\0".to_vec()),
        ("a broken gzip file", vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3]),
        ("a Zstandard bomb", zst_bomb(4096)),
        ("a gzip bomb", gzip_bomb()),
        ("an xz bomb", xz_bomb()),
        ("truncated JSON", good.as_bytes()[..good.len() / 2].to_vec()),
        ("truncated XML", CDX_XML.as_bytes()[..CDX_XML.len() / 2].to_vec()),
        ("truncated SPDX", SPDX_JSON.as_bytes()[..SPDX_JSON.len() / 2].to_vec()),
        ("two documents", [good.as_bytes(), good.as_bytes()].concat()),
        ("half of UTF-16", [&[0xff, 0xfe], &utf16[..utf16.len() - 1]].concat()),
        ("Latin-1", inside("\"caf\u{e9}\"").into_iter().filter(|byte| *byte != 0xc3).collect()),
        ("a key twice", with("{", "{\"bomFormat\": \"CycloneDX\",")),
        ("a number out of range", with("\"version\":1", "\"version\":1e400")),
        ("a version of 2^64", with("\"version\":1", "\"version\":18446744073709551616")),
        ("half a character", inside("\"\\ud800\"")),
        ("a name of 2 MB", inside(&long)),
        ("deep JSON", with("[", &"[".repeat(100_000))),
        ("deep objects", "{\"a\":".repeat(100_000).into_bytes()),
        ("deep XML", xml(&"<a>".repeat(100_000)).into_bytes()),
        ("entities that multiply", LAUGHS.as_bytes().to_vec()),
        ("an outer entity", external.as_bytes().to_vec()),
        (
            "NUL in XML",
            xml("<components><component type=\"library\"><name>&#0;</name></component></components>")
                .into_bytes(),
        ),
        ("a page", b"<!DOCTYPE html><html><body>Sign in</body></html>".to_vec()),
    ]
}

/// A body of so many pieces of a megabyte, that says nothing of its length; broken off at its end where told.
fn stream(pieces: usize, broken: bool) -> Body {
    let (mut sender, body) = Channel::<Bytes, std::io::Error>::new(2);
    tokio::spawn(async move {
        let piece = Bytes::from(vec![b'x'; 1 << 20]);
        for _ in 0..pieces {
            // Who refuses a body does not read it to its end.
            if sender.send_data(piece.clone()).await.is_err() {
                return;
            }
        }
        if broken {
            sender.abort(std::io::Error::other("the line is dead"));
        }
    });
    Body::new(body)
}

/// The clock of waiting is turned on once the server waits for the rest of the body.
#[tokio::test]
async fn what_stops_arriving_is_given_up() {
    let store = theriac_store::testing::TestStore::sqlite().await;
    let server = Server::new(&store).await;
    let ana = with_build(&server).await;
    let document = json!({ "kind": "document", "content": {} });
    let record = ana.post(&server, "/records", &document).await.ok();
    let evidence = format!("{RELEASE}/evidence?name=a");
    let file =
        format!("/records/{}/draft/files?name=a&expected={}", "DOC-1", record["expected"].as_str().unwrap());
    let before = server.seq().await;
    let part = "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n{";
    for (method, path, kind, beginning) in [
        (Method::POST, "/records", "application/json", "{\"kind\": \"docu"),
        (Method::POST, &evidence, BYTES, "{"),
        (Method::POST, &evidence, MULTIPART, part),
        (Method::POST, "/feed", BYTES, "PK"),
        (Method::POST, &file, BYTES, "a plan"),
    ] {
        let (mut sender, body) = Channel::<Bytes, std::io::Error>::new(1);
        let asked = ana.raw(&server, method, path, kind, Body::new(body));
        // The sender stays: dropping it would end the body.
        let time_goes_by = async {
            for piece in [beginning, " ", " "] {
                sender.send_data(Bytes::from_static(piece.as_bytes())).await.unwrap();
            }
            tokio::time::pause();
            loop {
                tokio::time::advance(std::time::Duration::from_secs(10)).await;
            }
        };
        let answer = tokio::select! {
            answer = asked => answer,
            () = time_goes_by => panic!("time has no end"),
        };
        tokio::time::resume();
        assert_eq!(answer.status, 408, "{path}: {}", answer.text);
        assert_eq!(answer.problem(408, "timeout")["title"], "The request is too slow");
    }
    assert_eq!(server.seq().await, before, "nothing is stored");
    // What was given up holds no place any more.
    for _ in 0..5 {
        let answer = ana.raw(&server, Method::POST, &evidence, MULTIPART, multipart("a.json", b"{")).await;
        answer.problem(422, "file");
    }
}

fn multipart(name: &str, bytes: &[u8]) -> Vec<u8> {
    let head =
        format!("--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n");
    [head.as_bytes(), bytes, b"\r\n--edge--\r\n"].concat()
}

const MULTIPART: &str = "multipart/form-data; boundary=edge";

on_both_engines!(the_door_of_evidence_refuses_bad_files, |store| {
    let server = Server::new(&store).await;
    let ana = with_build(&server).await;
    let knocker = Knocker::new(&server).await;
    let before = knocker.stored().await;
    let path = format!("{RELEASE}/evidence?name=bad.file&build=rc.1");
    let send = async |kind: &str, body: Body| ana.raw(&server, Method::POST, &path, kind, body).await;
    for (what, bytes) in bad_files() {
        let answer = send(BYTES, bytes.clone().into()).await;
        refused(what, &answer, &server);
        assert!(answer.text.contains("bad.file"), "{what}: {}", answer.text);
        let good = multipart("good.json", bom("1.0.0").to_string().as_bytes());
        let two = [&good[..good.len() - "--edge--\r\n".len()], &multipart("bad.file", &bytes)].concat();
        refused(what, &send(MULTIPART, two.into()).await, &server);
    }
    let good = bom("1.0.0").to_string();
    for (what, kind, bytes) in [
        ("no edge", "multipart/form-data", multipart("a.json", good.as_bytes())),
        ("another edge", "multipart/form-data; boundary=other", multipart("a.json", good.as_bytes())),
        ("no parts", MULTIPART, b"--edge--\r\n".to_vec()),
        ("cut off", MULTIPART, multipart("a.json", good.as_bytes())[..200].to_vec()),
        ("an empty file", MULTIPART, multipart("a.json", b"")),
        ("a name of 1 MB", MULTIPART, multipart(&"n".repeat(1 << 20), good.as_bytes())),
        ("NUL in a name", MULTIPART, multipart("a\0b", good.as_bytes())),
        (
            "not UTF-8 in a name",
            MULTIPART,
            [
                b"--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"",
                &b"\xff\xfe"[..],
                b"\"\r\n\r\n{}\r\n--edge--\r\n",
            ]
            .concat(),
        ),
        (
            "101 files",
            MULTIPART,
            String::from_utf8(multipart("a.json", b"{}"))
                .unwrap()
                .replace("--edge--\r\n", "")
                .repeat(101)
                .into_bytes(),
        ),
    ] {
        refused(what, &send(kind, bytes.into()).await, &server);
    }
    send(BYTES, stream(129, false)).await.problem(413, "too-large");
    refused("broken off", &send(BYTES, stream(2, true)).await, &server);
    let gzip =
        ana.with("content-encoding", "gzip").raw(&server, Method::POST, &path, BYTES, good.clone()).await;
    gzip.problem(415, "media-type");
    knocker.unchanged(&before, "evidence").await;
    send(BYTES, good.into()).await.ok();
});

on_both_engines!(the_door_of_feeds_refuses_bad_files, |store| {
    let server = Server::new(&store).await;
    let ana = server.client("ana").await;
    let knocker = Knocker::new(&server).await;
    let before = knocker.stored().await;
    let send = async |body: Body| ana.raw(&server, Method::POST, "/feed", BYTES, body).await;
    for (what, bytes) in bad_files() {
        refused(what, &send(bytes.into()).await, &server);
    }
    refused("200 MB", &send(stream(200, false)).await, &server);
    refused("broken off", &send(stream(2, true)).await, &server);
    for coding in ["gzip", "zstd", "xz", "br", "deflate"] {
        let packed = ana.with("content-encoding", coding);
        packed.raw(&server, Method::POST, "/feed", BYTES, gzip_bomb()).await.problem(415, "media-type");
    }
    ana.get(&server, "/feed").await.problem(404, "not-found");
    knocker.unchanged(&before, "feed").await;
    crate::findings::import(&ana, &server).await.ok();
});

on_both_engines!(the_door_of_attached_files_refuses_bad_ones, |store| {
    let server = Server::new(&store).await;
    let ana = server.client("ana").await;
    let begun = ana.post(&server, "/records", &json!({ "kind": "document", "content": {} })).await.ok();
    let knocker = Knocker::new(&server).await;
    let before = knocker.stored().await;
    let (record, expected) = (begun["record"].as_str().unwrap(), begun["expected"].as_str().unwrap());
    let attach = async |query: &str, body: Body| {
        ana.raw(&server, Method::POST, &format!("/records/{record}/draft/files?{query}"), BYTES, body).await
    };
    let long = "x".repeat(5000);
    for name in ["", "%00", "a%00b", "..", "a%2Fb", "..%5C..", "%0a", "%ff", &long] {
        let query = format!("name={name}&expected={expected}");
        refused(name, &attach(&query, b"bytes".to_vec().into()).await, &server);
    }
    for wrong in ["", "x", "%00", &"0".repeat(63), &"G".repeat(64), &long] {
        let query = format!("name=a.txt&expected={wrong}");
        refused(wrong, &attach(&query, b"bytes".to_vec().into()).await, &server);
    }
    let query = format!("name=a.txt&expected={expected}");
    refused("empty", &attach(&query, Body::empty()).await, &server);
    refused("broken off", &attach(&query, stream(2, true)).await, &server);
    attach(&query, stream(201, false)).await.problem(413, "too-large");
    let packed = ana.with("content-encoding", "gzip");
    let path = format!("/records/{record}/draft/files?{query}");
    packed.raw(&server, Method::POST, &path, BYTES, gzip_bomb()).await.problem(415, "media-type");
    knocker.unchanged(&before, "files").await;
    attach(&query, b"bytes".to_vec().into()).await.ok();
});
