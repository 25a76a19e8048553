//! How something was made: workflows, tasks, steps, inputs and outputs.

use super::component::COMPONENT;
use super::core::{ATTACHMENT, DEPENDENCY, EXTERNAL_REFERENCE, PROPERTY};
use super::service::SERVICE;
use crate::rules::Check::{Any, BomRef, DateTime, Ref};
use crate::rules::Kind::{Either, Flag, List, Object, Set, Text, Word};
use crate::rules::Rule::ExactlyOne;
use crate::rules::Shape::Own;
use crate::rules::Version::V1_5;
use crate::rules::{Type, Words, has, must};

pub(super) static FORMULA: Type = Type {
    name: "formula",
    members: &[
        has("bom-ref", Text(BomRef)).attribute(),
        has("components", Set(&Object(&COMPONENT))).items("components", "component"),
        has("services", Set(&Object(&SERVICE))).items("services", "service"),
        has("workflows", Set(&Object(&WORKFLOW))).items("workflows", "workflow"),
        has("properties", List(&Object(&PROPERTY))).items("properties", "property"),
    ],
    rules: &[],
    open: false,
};

pub(super) static WORKFLOW: Type = Type {
    name: "workflow",
    members: &[
        must("bom-ref", Text(BomRef)).attribute(),
        must("uid", Text(Any)),
        has("name", Text(Any)),
        has("description", Text(Any)),
        has("resourceReferences", Set(&Object(&RESOURCE_REFERENCE_CHOICE)))
            .items("resourceReferences", "resourceReference"),
        has("tasks", Set(&Object(&TASK))).items("tasks", "task"),
        has("taskDependencies", Set(&Object(&DEPENDENCY))).items("taskDependencies", "dependency"),
        must("taskTypes", List(&Word(TASK_TYPE))).items("taskTypes", "taskType"),
        has("trigger", Object(&TRIGGER)),
        has("steps", Set(&Object(&STEP))).items("steps", "step"),
        has("inputs", Set(&Object(&INPUT_TYPE))).items("inputs", "input"),
        has("outputs", Set(&Object(&OUTPUT_TYPE))).items("outputs", "output"),
        has("timeStart", Text(DateTime)),
        has("timeEnd", Text(DateTime)),
        has("workspaces", Set(&Object(&WORKSPACE))).items("workspaces", "workspace"),
        has("runtimeTopology", Set(&Object(&DEPENDENCY))).items("runtimeTopology", "dependency"),
        has("properties", List(&Object(&PROPERTY))).items("properties", "property"),
    ],
    rules: &[],
    open: false,
};

pub(super) static TASK: Type = Type {
    name: "task",
    members: &[
        must("bom-ref", Text(BomRef)).attribute(),
        must("uid", Text(Any)),
        has("name", Text(Any)),
        has("description", Text(Any)),
        has("resourceReferences", Set(&Object(&RESOURCE_REFERENCE_CHOICE)))
            .items("resourceReferences", "resourceReference"),
        must("taskTypes", List(&Word(TASK_TYPE))).items("taskTypes", "taskType"),
        has("trigger", Object(&TRIGGER)),
        has("steps", Set(&Object(&STEP))).items("steps", "step"),
        has("inputs", Set(&Object(&INPUT_TYPE))).items("inputs", "input"),
        has("outputs", Set(&Object(&OUTPUT_TYPE))).items("outputs", "output"),
        has("timeStart", Text(DateTime)),
        has("timeEnd", Text(DateTime)),
        has("workspaces", Set(&Object(&WORKSPACE))).items("workspaces", "workspace"),
        has("runtimeTopology", Set(&Object(&DEPENDENCY))).items("runtimeTopology", "dependency"),
        has("properties", List(&Object(&PROPERTY))).items("properties", "property"),
    ],
    rules: &[],
    open: false,
};

pub(super) static STEP: Type = Type {
    name: "step",
    members: &[
        has("name", Text(Any)),
        has("description", Text(Any)),
        has("commands", List(&Object(&COMMAND))).items("commands", "command"),
        has("properties", List(&Object(&PROPERTY))).items("properties", "property"),
    ],
    rules: &[],
    open: false,
};

pub(super) static COMMAND: Type = Type {
    name: "command",
    members: &[
        has("executed", Text(Any)),
        has("properties", List(&Object(&PROPERTY))).items("properties", "property"),
    ],
    rules: &[],
    open: false,
};

pub(super) static WORKSPACE: Type = Type {
    name: "workspace",
    members: &[
        must("bom-ref", Text(BomRef)).attribute(),
        has("uid", Text(Any)).needed_in_json(),
        has("name", Text(Any)),
        has("aliases", List(&Text(Any))).items("aliases", "alias"),
        has("description", Text(Any)),
        has("resourceReferences", Set(&Object(&RESOURCE_REFERENCE_CHOICE)))
            .items("resourceReferences", "resourceReference"),
        has("accessMode", Word(WORKSPACE_ACCESS_MODE)),
        has("mountPath", Text(Any)),
        has("managedDataType", Text(Any)),
        has("volumeRequest", Text(Any)),
        has("volume", Object(&VOLUME)),
        has("properties", List(&Object(&PROPERTY))).items("properties", "property"),
    ],
    rules: &[],
    open: false,
};

pub(super) static VOLUME: Type = Type {
    name: "volume",
    members: &[
        has("uid", Text(Any)),
        has("name", Text(Any)),
        has("mode", Word(VOLUME_MODE)),
        has("path", Text(Any)),
        has("sizeAllocated", Text(Any)),
        has("persistent", Flag),
        has("remote", Flag),
        has("properties", List(&Object(&PROPERTY))).items("properties", "property"),
    ],
    rules: &[],
    open: false,
};

pub(super) static TRIGGER: Type = Type {
    name: "trigger",
    members: &[
        must("bom-ref", Text(BomRef)).attribute(),
        must("uid", Text(Any)),
        has("name", Text(Any)),
        has("description", Text(Any)),
        has("resourceReferences", Set(&Object(&RESOURCE_REFERENCE_CHOICE)))
            .items("resourceReferences", "resourceReference"),
        must("type", Word(TRIGGER_TYPE)),
        has("event", Object(&EVENT)),
        has("conditions", Set(&Object(&CONDITION))).items("conditions", "condition"),
        has("timeActivated", Text(DateTime)),
        has("inputs", Set(&Object(&INPUT_TYPE))).items("inputs", "input"),
        has("outputs", Set(&Object(&OUTPUT_TYPE))).items("outputs", "output"),
        has("properties", List(&Object(&PROPERTY))).items("properties", "property"),
    ],
    rules: &[],
    open: false,
};

pub(super) static EVENT: Type = Type {
    name: "event",
    members: &[
        has("uid", Text(Any)),
        has("description", Text(Any)),
        has("timeReceived", Text(DateTime)),
        has("data", Object(&ATTACHMENT)),
        has("source", Object(&RESOURCE_REFERENCE_CHOICE)),
        has("target", Object(&RESOURCE_REFERENCE_CHOICE)),
        has("properties", List(&Object(&PROPERTY))).items("properties", "property"),
    ],
    rules: &[],
    open: false,
};

pub(super) static INPUT_TYPE: Type = Type {
    name: "input type",
    members: &[
        has("source", Object(&RESOURCE_REFERENCE_CHOICE)),
        has("target", Object(&RESOURCE_REFERENCE_CHOICE)),
        has("resource", Object(&RESOURCE_REFERENCE_CHOICE)),
        has("parameters", Set(&Object(&PARAMETER))).items("parameters", "parameter"),
        has("environmentVars", Set(&Either(&[Object(&PROPERTY), Text(Any)])))
            .variants("environmentVars", &[("environmentVar", Own), ("value", Own)]),
        has("data", Object(&ATTACHMENT)),
        has("properties", List(&Object(&PROPERTY))).items("properties", "property"),
    ],
    rules: &[ExactlyOne(&[&["resource"], &["parameters"], &["environmentVars"], &["data"]])],
    open: false,
};

pub(super) static OUTPUT_TYPE: Type = Type {
    name: "output type",
    members: &[
        has("type", Word(OUTPUT_TYPE_TYPE)),
        has("source", Object(&RESOURCE_REFERENCE_CHOICE)),
        has("target", Object(&RESOURCE_REFERENCE_CHOICE)),
        has("resource", Object(&RESOURCE_REFERENCE_CHOICE)),
        has("data", Object(&ATTACHMENT)),
        has("environmentVars", Set(&Either(&[Object(&PROPERTY), Text(Any)])))
            .variants("environmentVars", &[("environmentVar", Own), ("value", Own)]),
        has("properties", List(&Object(&PROPERTY))).items("properties", "property"),
    ],
    rules: &[ExactlyOne(&[&["resource"], &["environmentVars"], &["data"]])],
    open: false,
};

pub(super) static RESOURCE_REFERENCE_CHOICE: Type = Type {
    name: "resource reference choice",
    members: &[has("ref", Text(Ref)), has("externalReference", Object(&EXTERNAL_REFERENCE))],
    rules: &[ExactlyOne(&[&["ref"], &["externalReference"]])],
    open: false,
};

pub(super) static CONDITION: Type = Type {
    name: "condition",
    members: &[
        has("description", Text(Any)),
        has("expression", Text(Any)),
        has("properties", List(&Object(&PROPERTY))).items("properties", "property"),
    ],
    rules: &[],
    open: false,
};

pub(super) static PARAMETER: Type = Type {
    name: "parameter",
    members: &[has("name", Text(Any)), has("value", Text(Any)), has("dataType", Text(Any))],
    rules: &[],
    open: false,
};

const TASK_TYPE: Words = &[(
    V1_5,
    &[
        "copy", "clone", "lint", "scan", "merge", "build", "test", "deliver", "deploy", "release", "clean",
        "other",
    ],
)];

const WORKSPACE_ACCESS_MODE: Words =
    &[(V1_5, &["read-only", "read-write", "read-write-once", "write-once", "write-only"])];

const VOLUME_MODE: Words = &[(V1_5, &["filesystem", "block"])];

const TRIGGER_TYPE: Words = &[(V1_5, &["manual", "api", "webhook", "scheduled"])];

const OUTPUT_TYPE_TYPE: Words =
    &[(V1_5, &["artifact", "attestation", "log", "evidence", "metrics", "other"])];
