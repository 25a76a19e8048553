use std::collections::BTreeSet;

use serde_json::{Value, json};
use theriac_model::kinds;
use theriac_model::record::{Completeness, Content, Field, FieldType, Kind, form_values};

#[test]
fn keys_and_prefixes_are_unique_and_links_point_to_kinds() {
    let ids: BTreeSet<_> = kinds::ALL.iter().map(|kind| kind.id).collect();
    let prefixes: BTreeSet<_> = kinds::ALL.iter().map(|kind| kind.prefix).collect();
    assert_eq!((ids.len(), prefixes.len()), (kinds::ALL.len(), kinds::ALL.len()));
    for kind in kinds::ALL {
        for target in kind.links.iter().flat_map(|link| link.targets) {
            assert!(ids.contains(target), "{} links to the unknown kind {target}", kind.id);
        }
    }
}

#[test]
fn every_kind_begins_with_a_title_and_describes_known_fields_only() {
    for kind in kinds::ALL {
        assert_eq!(kind.fields[0].id, "title", "{}", kind.id);
        assert!(kind.fields[0].required && kind.fields[0].listed, "{}", kind.id);
        let named = kind.duties.iter().flat_map(|duty| [Some(duty.date), Some(duty.owner), duty.unless]);
        let conditions =
            kind.fields.iter().filter_map(|field| field.required_if).map(|(field, _)| Some(field));
        for field in named.chain(conditions).flatten() {
            assert!(kind.field(field).is_some(), "{} names the unknown field {field}", kind.id);
        }
    }
}

#[test]
fn samples_are_complete_canonical_and_fill_every_field() {
    for kind in kinds::ALL {
        let samples = (kind.samples)();
        for sample in &samples {
            let content = Content::check(kind, sample, Completeness::Submitted)
                .unwrap_or_else(|errors| panic!("{}: {errors:?}", kind.id));
            assert_eq!(&Value::Object(content.as_map().clone()), sample, "{}", kind.id);
            content.canonical().unwrap();
        }
        for field in kind.fields {
            let given = samples.iter().any(|sample| sample.get(field.id).is_some());
            assert!(given, "no sample of {} fills {}", kind.id, field.id);
        }
    }
}

#[test]
fn a_form_filled_with_a_sample_gives_the_sample_again() {
    for kind in kinds::ALL {
        for sample in (kind.samples)() {
            let mut pairs = Vec::new();
            fill(kind.fields, "", &sample, &mut pairs);
            let read = form_values(kind, &pairs);
            let content = Content::check(kind, &read, Completeness::Submitted)
                .unwrap_or_else(|errors| panic!("{}: {errors:?}", kind.id));
            assert_eq!(Value::Object(content.into_map()), sample, "{}", kind.id);
        }
    }
}

/// What a browser would send for this content.
fn fill(fields: &[Field], prefix: &str, value: &Value, pairs: &mut Vec<(String, String)>) {
    for field in fields {
        let name = format!("{prefix}{}", field.id);
        let value = &value[field.id];
        match field.field_type {
            FieldType::Rows(fields) => {
                for (index, row) in value.as_array().into_iter().flatten().enumerate() {
                    fill(fields, &format!("{name}.{}.", index * 2), row, pairs);
                }
            }
            FieldType::Boolean => {
                if !value.is_null() {
                    pairs.push((name.clone(), "false".into()));
                }
                if value == true {
                    pairs.push((name, "true".into()));
                }
            }
            FieldType::Integer { .. } => pairs.push((name, value.to_string())),
            _ => match value {
                Value::Array(items) => {
                    let lines: Vec<_> = items.iter().filter_map(Value::as_str).collect();
                    pairs.push((name, lines.join("\r\n")));
                }
                Value::String(text) => pairs.push((name, text.replace('\n', "\r\n"))),
                _ => pairs.push((name, String::new())),
            },
        }
    }
}

#[test]
fn a_difference_names_the_changed_fields_only() {
    let kind: &Kind = &kinds::RISK;
    let sample = (kind.samples)().remove(0);
    let mut changed = sample.clone();
    changed["likelihood"] = json!("rare");
    let check = |value: &Value| Content::check(kind, value, Completeness::Submitted).unwrap();
    let changes = kind.changes(&check(&sample), &check(&changed));
    assert_eq!(changes.len(), 1);
    assert_eq!(
        (changes[0].field, changes[0].before.as_str(), changes[0].after.as_str()),
        ("likelihood", "likely", "rare")
    );
}

#[test]
fn the_schema_lists_every_field() {
    for kind in kinds::ALL {
        let schema = kind.json_schema();
        let properties = schema["properties"].as_object().unwrap();
        assert_eq!(properties.len(), kind.fields.len(), "{}", kind.id);
    }
}
