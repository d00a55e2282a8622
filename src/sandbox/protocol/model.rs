//! AWS's service models as botocore publishes them, cut to what the sandbox serves (`models/*.json`).
//! They say what requests and answers look like; what an operation does is not their business.

use std::collections::BTreeMap;

use serde::Deserialize;

/// The model of one service.
#[derive(Debug, Deserialize)]
pub struct Model {
    pub metadata: Metadata,
    pub operations: BTreeMap<String, Operation>,
    shapes: BTreeMap<String, Shape>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Metadata {
    pub api_version: String,
    #[serde(default = "default_json_version")]
    pub json_version: String,
    pub target_prefix: Option<String>,
    #[serde(default)]
    pub xml_namespace: String,
    /// Present where clients of the query protocol expect the old error codes from the newer protocols, too.
    aws_query_compatible: Option<BTreeMap<String, String>>,
}

#[derive(Debug, Deserialize)]
pub struct Operation {
    pub http: Http,
    pub input: Option<Reference>,
    pub output: Option<Reference>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Http {
    pub request_uri: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Reference {
    pub shape: String,
    pub location_name: Option<String>,
    pub result_wrapper: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum Shape {
    Structure(Structure),
    List(List),
    Map(Map),
    String(Text),
    Integer(Bounds),
    Long(Bounds),
    Double(Bounds),
    Boolean,
    Timestamp,
    Blob,
}

#[derive(Debug, Deserialize)]
pub struct Structure {
    #[serde(default)]
    pub required: Vec<String>,
    pub members: BTreeMap<String, Reference>,
    pub error: Option<ErrorTrait>,
    #[serde(default)]
    exception: bool,
}

#[derive(Debug, Deserialize)]
pub struct List {
    pub member: Reference,
    #[serde(flatten)]
    pub bounds: Bounds,
}

#[derive(Debug, Deserialize)]
pub struct Map {
    pub key: Reference,
    pub value: Reference,
}

#[derive(Debug, Deserialize)]
pub struct Text {
    #[serde(default, rename = "enum")]
    pub values: Vec<String>,
    #[serde(flatten)]
    pub bounds: Bounds,
}

/// The least and the greatest value, length or number of items.
#[derive(Debug, Deserialize)]
pub struct Bounds {
    pub min: Option<f64>,
    pub max: Option<f64>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ErrorTrait {
    pub code: Option<String>,
    pub http_status_code: Option<u16>,
}

fn default_json_version() -> String {
    "1.1".to_owned()
}

impl Model {
    /// Reads a model that is part of the program.
    pub fn embedded(text: &str) -> Self {
        serde_json::from_str(text)
            .expect("the models are part of the program, and a test reads them all")
    }

    pub fn shape(&self, reference: &Reference) -> &Shape {
        self.shapes
            .get(&reference.shape)
            .expect("a trimmed model is closed over its references")
    }

    /// The shape of a modelled error, if there is one under this name.
    pub fn exception(&self, name: &str) -> Option<&Structure> {
        match self.shapes.get(name) {
            Some(Shape::Structure(structure)) if structure.exception => Some(structure),
            _ => None,
        }
    }

    pub fn is_query_compatible(&self) -> bool {
        self.metadata.aws_query_compatible.is_some()
    }
}

impl Reference {
    /// The name on the wire of a member that the model calls `name`.
    pub fn wire_name<'a>(&'a self, name: &'a str) -> &'a str {
        self.location_name.as_deref().unwrap_or(name)
    }
}
