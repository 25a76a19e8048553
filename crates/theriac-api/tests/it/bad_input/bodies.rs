//! Bodies that are wrong as a whole or in one value.

use serde_json::{Value, json};

use super::{JSON, LAUGHS};

/// JSON that no text field takes.
const NO_TEXT: &[&str] = &[
    "1e400",
    "-0",
    "-0.0",
    "5",
    "18446744073709551616",
    "true",
    "[]",
    "[[\"a\"]]",
    "{\"a\": 1}",
    r#""\ud800""#,
    r#""a\u0000b""#,
];
/// JSON that no number and no flag of any operation takes.
const NO_NUMBER: &[&str] =
    &["1e400", "-0", "-0.0", "-1", "1.5", "18446744073709551616", "9223372036854775807", "\"1\"", "[]", "{}"];
/// Days that there are not.
const NO_DAY: &[&str] = &[
    "\"99999-01-01\"",
    "\"+099999-01-01\"",
    "\"2026-02-30\"",
    "\"2026-13-01\"",
    "\"0000-00-00\"",
    "\"0000-01-01\"",
    "\"-000001-01-01\"",
    "\"-009999-01-01\"",
    "\"1899-12-31\"",
    "\"3000-01-01\"",
    "\"9999-12-31\"",
    "\"soon\"",
];

/// Bodies that are wrong as a whole: what, content type, bytes.
pub fn whole(good: &Value) -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let text = good.to_string();
    let member = text.find(':').unwrap();
    let first = &text[1..member];
    let put_in = |more: &str| text.replacen('{', &format!("{{{more},"), 1).into_bytes();
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    vec![
        ("empty", JSON, Vec::new()),
        ("blank", JSON, b" \n ".to_vec()),
        ("truncated", JSON, text.as_bytes()[..text.len() / 2].to_vec()),
        ("all but the end", JSON, text.as_bytes()[..text.len() - 1].to_vec()),
        ("more after the end", JSON, [text.as_bytes(), b"{}"].concat()),
        ("a list", JSON, format!("[{text}]").into_bytes()),
        ("null", JSON, b"null".to_vec()),
        ("a text", JSON, b"\"text\"".to_vec()),
        ("a key twice", JSON, put_in(&format!("{first}: null"))),
        ("a key nobody knows", JSON, put_in("\"colour\": \"red\"")),
        ("a key of 1 MB", JSON, put_in(&format!("\"{}\": 1", "k".repeat(1 << 20)))),
        ("deep", JSON, put_in(&format!("\"a\": {}{}", "[".repeat(40), "]".repeat(40)))),
        ("deep without end", JSON, "{\"a\":".repeat(200_000).into_bytes()),
        ("a million values", JSON, format!("[{}0]", "0,".repeat(1 << 20)).into_bytes()),
        ("UTF-16", JSON, [&[0xff, 0xfe], &*utf16].concat()),
        ("Latin-1", JSON, put_in("\"caf\u{e9}\": 1").into_iter().filter(|byte| *byte != 0xc3).collect()),
        ("NUL bytes", JSON, vec![0; 1000]),
        ("a zip archive", JSON, b"PK\x03\x04\x14\0\0\0\x08\0".to_vec()),
        ("XML with entities", JSON, LAUGHS.as_bytes().to_vec()),
        ("a text as type", "text/plain", text.clone().into_bytes()),
        ("a form as type", "application/x-www-form-urlencoded", text.clone().into_bytes()),
        ("multipart as type", "multipart/form-data; boundary=x", text.clone().into_bytes()),
        ("no type", "", text.into_bytes()),
    ]
}

/// The good body with one value at a time replaced by one that its field cannot take.
pub fn leaves(good: &Value) -> Vec<(String, String)> {
    let mut found = Vec::new();
    places(good, String::new(), &mut found);
    let mut bodies = Vec::new();
    for (place, value) in found {
        let mut marked = good.clone();
        *marked.pointer_mut(&place).unwrap() = json!("@here@");
        let marked = marked.to_string();
        // A field of a record that holds an empty list or object is an empty field.
        let in_record = place.contains("/content/");
        for bad in wrong(&value).into_iter().filter(|bad| !(in_record && matches!(&**bad, "[]" | "{}"))) {
            let what = format!("{place} = {bad:.80}");
            bodies.push((what, marked.replacen("\"@here@\"", &bad, 1)));
        }
    }
    bodies
}

fn wrong(value: &Value) -> Vec<String> {
    let owned = |list: &[&str]| list.iter().map(|bad| (*bad).to_owned()).collect::<Vec<_>>();
    match value {
        Value::String(text) => {
            let mut bad = owned(NO_TEXT);
            bad.push(format!("\"{}\"", "x".repeat(1 << 20)));
            if text.parse::<jiff::civil::Date>().is_ok() || text.parse::<jiff::Timestamp>().is_ok() {
                bad.extend(owned(NO_DAY));
            }
            bad
        }
        _ => owned(NO_NUMBER),
    }
}

/// Texts, numbers and flags of a value with their JSON pointers.
fn places(value: &Value, place: String, found: &mut Vec<(String, Value)>) {
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, value)| places(value, format!("{place}/{name}"), found));
        }
        Value::Array(items) => {
            items
                .iter()
                .enumerate()
                .for_each(|(index, value)| places(value, format!("{place}/{index}"), found));
        }
        Value::Null => {}
        leaf => found.push((place, leaf.clone())),
    }
}
