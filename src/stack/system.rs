//! Several stacks as one system: read one by one, with what they export to each other, and linked together.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use super::cross_stack::{Around, Carries};
use super::read::{self, Read};
use super::{DeployedStack, ReadContext, UnknownNames, deployed, tagged, terraform};
use crate::diagnostic::{Source, WithDiagnostics};
use crate::inventory::{Identity, Inventory, Types};

/// One stack of a system, fetched.
#[derive(Debug, Clone)]
pub struct Input {
    /// The stack's name; in the inventory its resources bear it.
    pub name: String,
    pub from: InputFrom,
}

#[derive(Debug, Clone)]
pub enum InputFrom {
    Template {
        source: Arc<Source>,
        /// Where nested templates are looked for.
        folder: PathBuf,
        parameters: BTreeMap<String, String>,
        /// The deployed stack, for names that the template leaves open.
        deployed: Option<DeployedStack>,
    },
    Deployed(DeployedStack),
    /// What `terraform show -json` writes of a state or a plan.
    Terraform(Arc<Source>),
    /// ARNs of what bears the system's tags.
    Tagged(BTreeSet<String>),
}

/// The resources of all stacks and the links between them. Names that the stacks do not give are left unknown or made up.
pub fn read_system(
    inputs: &[Input],
    types: &dyn Types,
    identity: Option<&Identity>,
    unknown_names: UnknownNames,
) -> WithDiagnostics<Inventory> {
    let mut exports = Carries::new();
    let mut reads: Vec<Read> = Vec::new();
    // A stack's exports may come from what it imports: at most one more round for each stack.
    for _ in inputs {
        let around = Around {
            exports: (inputs.len() > 1).then_some(&exports),
            ..Around::default()
        };
        reads = inputs
            .iter()
            .map(|input| one(input, types, identity, unknown_names, around))
            .collect();
        let now: Carries = reads
            .iter()
            .flat_map(|read| read.outputs.exports.clone())
            .collect();
        if now == exports || !inputs.iter().any(imports) {
            break;
        }
        exports = now;
    }
    let mut all = Read::default();
    for read in reads {
        all.join(read);
    }
    all.linked(types)
}

fn one(
    input: &Input,
    types: &dyn Types,
    identity: Option<&Identity>,
    unknown_names: UnknownNames,
    around: Around<'_>,
) -> Read {
    let none = BTreeMap::new();
    let ctx = ReadContext {
        stack: &input.name,
        types,
        parameters: &none,
        identity,
        deployed: None,
        unknown_names,
        around,
    };
    match &input.from {
        InputFrom::Template {
            source,
            folder,
            parameters,
            deployed,
        } => {
            let around = Around {
                folder: Some(folder),
                ..around
            };
            read::read(
                source,
                &ReadContext {
                    parameters,
                    deployed: deployed.as_ref(),
                    around,
                    ..ctx
                },
            )
        }
        InputFrom::Deployed(stack) => deployed::read(stack, &ctx),
        InputFrom::Terraform(source) => {
            let WithDiagnostics {
                value: inventory,
                diagnostics,
            } = terraform::read_terraform(source, &ctx);
            Read {
                inventory,
                diagnostics,
                ..Read::default()
            }
        }
        InputFrom::Tagged(arns) => tagged::read(arns, &input.name, types, identity),
    }
}

/// Whether a stack takes something from another, in itself or in what it nests.
fn imports(input: &Input) -> bool {
    let mentions =
        |text: &str| text.contains("ImportValue") || text.contains("AWS::CloudFormation::Stack");
    match &input.from {
        InputFrom::Template { source, .. } => mentions(&source.text),
        InputFrom::Deployed(stack) => mentions(&stack.template),
        InputFrom::Terraform(_) | InputFrom::Tagged(_) => false,
    }
}
