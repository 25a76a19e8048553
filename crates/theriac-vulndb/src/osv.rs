//! OSV records (OSV schema 1.x, <https://ossf.github.io/osv-schema/>): from JSON or YAML to what matching
//! needs, and to the canonical text that is kept.

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::{Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use theriac_model::{Digest, canonical_json};

/// The parts of an OSV record that matching reads.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Record {
    pub id: String,
    pub modified: Timestamp,
    #[serde(default)]
    pub published: Option<Timestamp>,
    #[serde(default)]
    pub withdrawn: Option<Timestamp>,
    #[serde(default, deserialize_with = "null_is_empty")]
    pub aliases: Vec<String>,
    #[serde(default, deserialize_with = "null_is_empty")]
    pub severity: Vec<SeverityEntry>,
    #[serde(default, deserialize_with = "null_is_empty")]
    pub affected: Vec<Affected>,
    #[serde(default, rename = "database_specific", deserialize_with = "word")]
    pub word: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct SeverityEntry {
    pub score: String,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Affected {
    #[serde(default)]
    pub package: Option<AffectedPackage>,
    #[serde(default, deserialize_with = "null_is_empty")]
    pub severity: Vec<SeverityEntry>,
    #[serde(default, deserialize_with = "null_is_empty")]
    pub ranges: Vec<Range>,
    #[serde(default, deserialize_with = "null_is_empty")]
    pub versions: Vec<String>,
    #[serde(default, rename = "database_specific", deserialize_with = "word")]
    pub word: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct AffectedPackage {
    pub ecosystem: String,
    pub name: String,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Range {
    #[serde(rename = "type")]
    pub kind: RangeKind,
    pub events: Vec<Event>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum RangeKind {
    Semver,
    Ecosystem,
    /// Commits, not versions: never evaluated.
    Git,
}

/// One event of a range; the record writes it as an object with exactly one member.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Event {
    Introduced(String),
    Fixed(String),
    LastAffected(String),
    Limit(String),
}

fn null_is_empty<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// The word for the severity in `database_specific`; whatever else stands there is the database's own business.
fn word<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    Ok(value.get("severity").and_then(Value::as_str).map(str::to_owned))
}

/// The largest canonical text, in bytes; what is larger is no advisory.
pub(crate) const MAX_CANONICAL: usize = 16 << 20;

/// The most events of the ranges of one record; real ones have a few hundred.
pub(crate) const MAX_EVENTS: usize = 100_000;

/// The most versions, events, packages and aliases of one record; those of the Linux kernel have some thousands.
const MAX_VALUES: u64 = 500_000;

impl Record {
    /// How many texts its lists hold, each of which takes memory beyond its bytes.
    pub(crate) fn values(&self) -> u64 {
        let of = |affected: &Affected| {
            let events: usize = affected.ranges.iter().map(|range| range.events.len()).sum();
            1 + affected.versions.len() + affected.ranges.len() + events
        };
        let affected: usize = self.affected.iter().map(of).sum();
        (self.aliases.len() + affected) as u64
    }
}

/// A record with the canonical text that stands for it.
#[derive(Debug, Clone)]
pub(crate) struct Advisory {
    pub record: Record,
    pub canonical: String,
    pub digest: Digest,
}

/// What a text turned out to be.
pub(crate) enum Reading {
    Advisory(Box<Advisory>),
    /// No OSV record at all, and why.
    Other(&'static str),
}

/// Why a text that claims to be an OSV record is none, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Flaw {
    pub place: String,
    pub reason: String,
}

impl Flaw {
    pub(crate) fn at(place: impl AsRef<str>, reason: impl AsRef<str>) -> Self {
        Self { place: shortened(place.as_ref(), 300), reason: shortened(reason.as_ref(), 300) }
    }
}

/// What a record says may be of any length; a message is for people.
pub(crate) fn shortened(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        Some((end, _)) => format!("{} …", &text[..end]),
        None => text.to_owned(),
    }
}

/// Reads one text. The name only decides whether something unreadable claims to be a record.
pub(crate) fn read(name: &str, bytes: &[u8]) -> Result<Reading, Flaw> {
    let name = name.to_ascii_lowercase();
    // `GO-1.json.xz` holds `GO-1.json`.
    let name = [".gz", ".xz", ".zst"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(&name);
    let is_json = name.ends_with(".json");
    let is_yaml = name.ends_with(".yaml") || name.ends_with(".yml");
    let claims = is_json || is_yaml;
    let Ok(text) = std::str::from_utf8(bytes) else {
        return if claims {
            Err(Flaw::at("start", "not UTF-8 text"))
        } else {
            Ok(Reading::Other("not text"))
        };
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let value = if text.trim_start().starts_with('{') {
        from_json(text)?
    } else if is_yaml || looks_like_yaml_record(text) {
        from_yaml(text)?
    } else if text.trim_start().starts_with('[') {
        return Ok(Reading::Other("a JSON list, not one record"));
    } else if claims {
        return Err(Flaw::at("start", "a JSON object was expected"));
    } else {
        return Ok(Reading::Other("neither JSON nor YAML"));
    };
    // Folders hold other JSON and YAML, too; a record that lost one of its members is wrong all the same.
    let members = ["id", "modified", "affected"].iter().filter(|name| value.get(name).is_some());
    if members.count() < 2 {
        return Ok(Reading::Other("no OSV record: at most one of id, modified and affected is there"));
    }
    Ok(Reading::Advisory(Box::new(from_value(value)?)))
}

/// An advisory from its canonical text, as an index keeps it.
pub(crate) fn from_canonical(canonical: String, digest: Digest) -> Result<Advisory, serde_json::Error> {
    let record = serde_json::from_str(&canonical)?;
    Ok(Advisory { record, canonical, digest })
}

/// Whether a text that cannot be read was meant to be a record: it names a member that records have.
pub(crate) fn seems_record(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let json = ["\"id\"", "\"modified\"", "\"affected\"", "\"schema_version\""];
    let yaml = ["id:", "modified:", "affected:", "schema_version:"];
    json.iter().any(|member| text.contains(member))
        || text.lines().any(|line| yaml.iter().any(|member| line.starts_with(member)))
}

fn looks_like_yaml_record(text: &str) -> bool {
    let has = |key: &str| text.lines().any(|line| line.starts_with(key));
    has("id:") && has("modified:")
}

fn from_json(text: &str) -> Result<Value, Flaw> {
    serde_json::from_str::<Strict>(text).map(|strict| strict.0).map_err(|error| {
        let place = format!("line {} column {}", error.line(), error.column());
        let reason = error.to_string();
        let reason = reason.rsplit_once(" at line ").map_or(reason.as_str(), |(reason, _)| reason);
        Flaw::at(place, reason)
    })
}

fn from_yaml(text: &str) -> Result<Value, Flaw> {
    serde_saphyr::from_str::<Strict>(text).map(|strict| strict.0).map_err(|error| {
        let place = error.location().map_or_else(
            || "start".to_owned(),
            |location| format!("line {} column {}", location.line(), location.column()),
        );
        let reason = error.to_string();
        Flaw::at(place, reason.lines().next().unwrap_or_default())
    })
}

fn from_value(mut value: Value) -> Result<Advisory, Flaw> {
    check_schema(&value)?;
    let record: Record = serde_path_to_error::deserialize(&value)
        .map_err(|error| Flaw::at(error.path().to_string(), error.inner().to_string()))?;
    check(&record)?;
    // Only now: an unquoted version, 1.10 for example, has lost its zero and must not pass as text.
    floats_to_text(&mut value);
    let canonical = canonical_json(&value).map_err(|error| Flaw::at("record", error.to_string()))?;
    if canonical.len() > MAX_CANONICAL {
        return Err(Flaw::at("record", format!("it is larger than {MAX_CANONICAL} bytes")));
    }
    let digest = Digest::of(canonical.as_bytes());
    Ok(Advisory { record, canonical, digest })
}

/// Canonical content has no floats.
fn floats_to_text(value: &mut Value) {
    match value {
        Value::Number(number) if number.is_f64() => *value = Value::String(number.to_string()),
        Value::Array(items) => items.iter_mut().for_each(floats_to_text),
        Value::Object(members) => members.values_mut().for_each(floats_to_text),
        _ => {}
    }
}

fn check_schema(value: &Value) -> Result<(), Flaw> {
    match value.get("schema_version") {
        None | Some(Value::Null) => Ok(()),
        Some(Value::String(version)) if version.starts_with("1.") => Ok(()),
        Some(other) => Err(Flaw::at("schema_version", format!("{other} is not read, only \"1.x\" is"))),
    }
}

fn check(record: &Record) -> Result<(), Flaw> {
    check_id(&record.id).map_err(|reason| Flaw::at("id", reason))?;
    for (index, alias) in record.aliases.iter().enumerate() {
        check_id(alias).map_err(|reason| Flaw::at(format!("aliases[{index}]"), reason))?;
    }
    if record.values() > MAX_VALUES {
        let reason = format!("more than {MAX_VALUES} versions, packages and aliases");
        return Err(Flaw::at("record", reason));
    }
    let mut events = 0;
    for (a, affected) in record.affected.iter().enumerate() {
        if affected.package.as_ref().is_some_and(|package| package.name.trim().is_empty()) {
            return Err(Flaw::at(format!("affected[{a}].package.name"), "the name is empty"));
        }
        for (r, range) in affected.ranges.iter().enumerate() {
            events += range.events.len();
            if events > MAX_EVENTS {
                let reason = format!("with this range the record has more than {MAX_EVENTS} events");
                return Err(Flaw::at(format!("affected[{a}].ranges[{r}].events"), reason));
            }
            if !range.events.iter().any(|event| matches!(event, Event::Introduced(_))) {
                let place = format!("affected[{a}].ranges[{r}].events");
                return Err(Flaw::at(place, "no event says when it was introduced"));
            }
        }
    }
    Ok(())
}

fn check_id(id: &str) -> Result<(), &'static str> {
    match id {
        "" => Err("the id is empty"),
        id if id.len() > 256 => Err("the id is longer than 256 bytes"),
        id if id.chars().any(|c| c.is_whitespace() || c.is_control()) => Err("the id has a space in it"),
        _ => Ok(()),
    }
}

/// A JSON value without duplicate members.
struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Self)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        let number = serde_json::Number::from_f64(value);
        number.map(Value::Number).ok_or_else(|| E::custom("a number that is not finite"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut out = Vec::new();
        while let Some(Strict(item)) = items.next_element()? {
            out.push(item);
        }
        Ok(Value::Array(out))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut out = Map::new();
        while let Some((key, Strict(value))) = members.next_entry::<String, Strict>()? {
            if out.contains_key(&key) {
                return Err(A::Error::custom(format_args!("the member '{key}' stands there twice")));
            }
            out.insert(key, value);
        }
        Ok(Value::Object(out))
    }
}
