//! Descriptions of what other crates describe themselves: verdicts, the gate and the facts, under their own names.

use schemars::JsonSchema;
use schemars::generate::{SchemaGenerator, SchemaSettings};
use serde_json::{Map, Value};
use theriac_conformity::{Conformity, Facts, Gate};
use utoipa::openapi::{Ref, RefOr, Schema};

/// The gate, for a member of a described answer.
pub(crate) fn gate() -> RefOr<Schema> {
    RefOr::Ref(Ref::from_schema_name(name::<Gate>()))
}

fn name<T: JsonSchema>() -> String {
    T::schema_name().into_owned()
}

/// The schemas, by name, as `components.schemas` holds them.
pub(crate) fn borrowed() -> Map<String, Value> {
    let settings = SchemaSettings::draft2020_12()
        .with(|settings| settings.definitions_path = "/components/schemas".into());
    let mut generator = SchemaGenerator::new(settings);
    generator.subschema_for::<Conformity>();
    generator.subschema_for::<Gate>();
    generator.subschema_for::<Facts>();
    generator.take_definitions(true)
}
