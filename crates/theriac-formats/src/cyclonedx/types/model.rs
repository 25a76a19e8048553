//! Machine-learning models: model card, data sets, environmental cost.

use super::core::{ATTACHMENT, EXTERNAL_REFERENCE, ORGANIZATIONAL_ENTITY, PROPERTY};
use super::service::DATA_GOVERNANCE;
use crate::rules::Check::{Any, BomRef, Ref, Uri};
use crate::rules::Kind::{Either, List, Number, Object, Text, Word};
use crate::rules::Shape::{Own, Within};
use crate::rules::Version::{V1_5, V1_6};
use crate::rules::{Type, Words, has, must};

pub(super) static MODEL_CARD: Type = Type {
    name: "model card",
    members: &[
        has("bom-ref", Text(BomRef)).attribute(),
        has("modelParameters", Object(&MODEL_PARAMETERS)),
        has("quantitativeAnalysis", Object(&QUANTITATIVE_ANALYSIS)),
        has("considerations", Object(&CONSIDERATIONS)),
        has("properties", List(&Object(&PROPERTY))).items("properties", "property"),
    ],
    rules: &[],
    open: false,
};

pub(super) static MODEL_PARAMETERS: Type = Type {
    name: "model parameters",
    members: &[
        has("approach", Object(&APPROACH)),
        has("task", Text(Any)),
        has("architectureFamily", Text(Any)),
        has("modelArchitecture", Text(Any)),
        has("datasets", List(&Either(&[Object(&COMPONENT_DATA), Object(&DATASET_REFERENCE)])))
            .variants("datasets", &[("dataset", Own), ("ref", Within)]),
        has("inputs", List(&Object(&MODEL_PARAMETER))).items("inputs", "input"),
        has("outputs", List(&Object(&MODEL_PARAMETER))).items("outputs", "output"),
    ],
    rules: &[],
    open: false,
};

pub(super) static APPROACH: Type =
    Type { name: "approach", members: &[has("type", Word(APPROACH_TYPE))], rules: &[], open: false };

pub(super) static COMPONENT_DATA: Type = Type {
    name: "component data",
    members: &[
        has("bom-ref", Text(BomRef)).attribute(),
        must("type", Word(COMPONENT_DATA_TYPE)),
        has("name", Text(Any)),
        has("contents", Object(&DATA_CONTENTS)),
        has("classification", Text(Any)),
        has("sensitiveData", List(&Text(Any))).repeated("sensitiveData"),
        has("graphics", Object(&GRAPHICS_COLLECTION)),
        has("description", Text(Any)),
        has("governance", Object(&DATA_GOVERNANCE)),
    ],
    rules: &[],
    open: false,
};

pub(super) static DATA_CONTENTS: Type = Type {
    name: "data contents",
    members: &[
        has("attachment", Object(&ATTACHMENT)),
        has("url", Text(Uri)),
        has("properties", List(&Object(&PROPERTY))).items("properties", "property"),
    ],
    rules: &[],
    open: false,
};

pub(super) static GRAPHICS_COLLECTION: Type = Type {
    name: "graphics collection",
    members: &[
        has("description", Text(Any)),
        has("collection", List(&Object(&GRAPHIC))).items("collection", "graphic"),
    ],
    rules: &[],
    open: false,
};

pub(super) static GRAPHIC: Type = Type {
    name: "graphic",
    members: &[has("name", Text(Any)), has("image", Object(&ATTACHMENT))],
    rules: &[],
    open: false,
};

pub(super) static DATASET_REFERENCE: Type =
    Type { name: "dataset reference", members: &[has("ref", Text(Ref))], rules: &[], open: false };

pub(super) static MODEL_PARAMETER: Type = Type {
    name: "model parameter",
    members: &[has("format", Text(Any)).needed_in_xml()],
    rules: &[],
    open: false,
};

pub(super) static QUANTITATIVE_ANALYSIS: Type = Type {
    name: "quantitative analysis",
    members: &[
        has("performanceMetrics", List(&Object(&PERFORMANCE_METRIC)))
            .items("performanceMetrics", "performanceMetric"),
        has("graphics", Object(&GRAPHICS_COLLECTION)),
    ],
    rules: &[],
    open: false,
};

pub(super) static PERFORMANCE_METRIC: Type = Type {
    name: "performance metric",
    members: &[
        has("type", Text(Any)),
        has("value", Text(Any)),
        has("slice", Text(Any)),
        has("confidenceInterval", Object(&CONFIDENCE_INTERVAL)),
    ],
    rules: &[],
    open: false,
};

pub(super) static CONFIDENCE_INTERVAL: Type = Type {
    name: "confidence interval",
    members: &[has("lowerBound", Text(Any)), has("upperBound", Text(Any))],
    rules: &[],
    open: false,
};

pub(super) static CONSIDERATIONS: Type = Type {
    name: "considerations",
    members: &[
        has("users", List(&Text(Any))).items("users", "user"),
        has("useCases", List(&Text(Any))).items("useCases", "useCase"),
        has("technicalLimitations", List(&Text(Any))).items("technicalLimitations", "technicalLimitation"),
        has("performanceTradeoffs", List(&Text(Any))).items("performanceTradeoffs", "performanceTradeoff"),
        has("ethicalConsiderations", List(&Object(&RISK)))
            .items("ethicalConsiderations", "ethicalConsideration"),
        has("fairnessAssessments", List(&Object(&FAIRNESS_ASSESSMENT)))
            .items("fairnessAssessments", "fairnessAssessment"),
        has("environmentalConsiderations", Object(&ENVIRONMENTAL_CONSIDERATIONS)).since(V1_6),
    ],
    rules: &[],
    open: false,
};

pub(super) static RISK: Type = Type {
    name: "risk",
    members: &[has("name", Text(Any)), has("mitigationStrategy", Text(Any))],
    rules: &[],
    open: false,
};

pub(super) static FAIRNESS_ASSESSMENT: Type = Type {
    name: "fairness assessment",
    members: &[
        has("groupAtRisk", Text(Any)),
        has("benefits", Text(Any)),
        has("harms", Text(Any)),
        has("mitigationStrategy", Text(Any)),
    ],
    rules: &[],
    open: false,
};

pub(super) static ENVIRONMENTAL_CONSIDERATIONS: Type = Type {
    name: "environmental considerations",
    members: &[
        has("energyConsumptions", List(&Object(&ENERGY_CONSUMPTION)))
            .items("energyConsumptions", "energyConsumption"),
        has("properties", List(&Object(&PROPERTY))).items("properties", "property"),
    ],
    rules: &[],
    open: false,
};

pub(super) static ENERGY_CONSUMPTION: Type = Type {
    name: "energy consumption",
    members: &[
        must("activity", Word(ENERGY_CONSUMPTION_ACTIVITY)),
        must("energyProviders", List(&Object(&ENERGY_PROVIDER))).repeated("energyProviders"),
        must("activityEnergyCost", Object(&ENERGY_MEASURE)),
        has("co2CostEquivalent", Object(&CO2_MEASURE)),
        has("co2CostOffset", Object(&CO2_MEASURE)),
        has("properties", List(&Object(&PROPERTY))).items("properties", "property"),
    ],
    rules: &[],
    open: false,
};

pub(super) static ENERGY_PROVIDER: Type = Type {
    name: "energy provider",
    members: &[
        has("bom-ref", Text(BomRef)).attribute(),
        has("description", Text(Any)),
        must("organization", Object(&ORGANIZATIONAL_ENTITY)),
        must("energySource", Word(ENERGY_PROVIDER_ENERGY_SOURCE)),
        must("energyProvided", Object(&ENERGY_MEASURE)),
        has("externalReferences", List(&Object(&EXTERNAL_REFERENCE)))
            .items("externalReferences", "reference"),
    ],
    rules: &[],
    open: false,
};

pub(super) static ENERGY_MEASURE: Type = Type {
    name: "energy measure",
    members: &[must("value", Number), must("unit", Word(ENERGY_MEASURE_UNIT))],
    rules: &[],
    open: false,
};

pub(super) static CO2_MEASURE: Type = Type {
    name: "co2 measure",
    members: &[must("value", Number), must("unit", Word(CO2_MEASURE_UNIT))],
    rules: &[],
    open: false,
};

const APPROACH_TYPE: Words = &[(
    V1_5,
    &["supervised", "unsupervised", "reinforcement-learning", "semi-supervised", "self-supervised"],
)];

const COMPONENT_DATA_TYPE: Words =
    &[(V1_5, &["source-code", "configuration", "dataset", "definition", "other"])];

const ENERGY_CONSUMPTION_ACTIVITY: Words = &[(
    V1_6,
    &[
        "design",
        "data-collection",
        "data-preparation",
        "training",
        "fine-tuning",
        "validation",
        "deployment",
        "inference",
        "other",
    ],
)];

const ENERGY_PROVIDER_ENERGY_SOURCE: Words = &[(
    V1_6,
    &[
        "coal",
        "oil",
        "natural-gas",
        "nuclear",
        "wind",
        "solar",
        "geothermal",
        "hydropower",
        "biofuel",
        "unknown",
        "other",
    ],
)];

const ENERGY_MEASURE_UNIT: Words = &[(V1_6, &["kWh"])];

const CO2_MEASURE_UNIT: Words = &[(V1_6, &["tCO2eq"])];
