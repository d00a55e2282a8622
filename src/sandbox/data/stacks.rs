//! CloudFormation: deployed stacks.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::tags::Tags;

/// A deployed stack.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Stack {
    pub name: String,
    pub status: Status,
    pub created: String,
    /// The submitted template.
    pub template: String,
    /// The template after its transforms; absent for a template without transforms.
    pub processed_template: Option<String>,
    pub parameters: BTreeMap<String, String>,
    pub outputs: BTreeMap<String, String>,
    pub resources: Vec<StackResource>,
    pub tags: Tags,
}

/// A stack status or resource status.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Status(pub String);

impl Default for Status {
    fn default() -> Self {
        Self("CREATE_COMPLETE".to_owned())
    }
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StackResource {
    pub logical_id: String,
    pub physical_id: String,
    /// `AWS::Lambda::Function`…
    pub resource_type: String,
    pub status: Status,
}
