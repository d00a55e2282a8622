//! Nested stacks: the template of an `AWS::CloudFormation::Stack`, where it can be read, as part of the same system.

use std::collections::{BTreeMap, HashMap};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, LazyLock};

use super::cross_stack::{Around, Carries, Inside};
use super::evaluate::{Evaluator, Outcome};
use super::read::{self, Read};
use super::recorder::ReferenceRecorder;
use super::template::Declared;
use super::{DeployedStack, ReadContext, deployed, load};
use crate::diagnostic::{Code, Diagnostic, Source};

/// The type of a nested stack.
pub const KIND: &str = "AWS::CloudFormation::Stack";

/// Stacks within stacks. CloudFormation knows no limit; people stay below three.
const DEEPEST: usize = 8;

/// What nested stacks were read to; `None` while one is being read, and for one that cannot be.
pub(crate) type Children<'a> = HashMap<&'a str, Option<Read>>;

static NONE: LazyLock<BTreeMap<String, String>> = LazyLock::new(BTreeMap::new);

/// Where a nested stack's template comes from.
enum Text<'a> {
    Local { source: Arc<Source>, path: PathBuf },
    Deployed(&'a DeployedStack),
}

impl<'a> Evaluator<'a> {
    /// What a nested stack gives under the name of one of its outputs.
    pub(super) fn output_of(
        &mut self,
        declared: &'a Declared,
        output: &str,
        trail: &mut ReferenceRecorder,
    ) -> Outcome {
        self.read_child(declared);
        let id = &declared.id;
        let Some(Some(child)) = self.children.get(&**id) else {
            // Read in a ring, or not at all: the stack itself is all that can be said.
            trail.mention(None, id, &format!("Outputs.{output}"));
            return Outcome::Unknown(
                format!("`{output}` of the nested stack `{id}` is known only after deployment")
                    .into(),
            );
        };
        match child.outputs.outputs.get(output).cloned() {
            Some(value) => self.carried(&value, trail),
            None => {
                Outcome::Unknown(format!("the nested stack `{id}` has no output `{output}`").into())
            }
        }
    }

    /// Reads a nested stack, once.
    pub(super) fn read_child(&mut self, declared: &'a Declared) {
        if self.children.contains_key(&*declared.id) {
            return;
        }
        self.children.insert(&declared.id, None);
        match self.child_text(declared) {
            Ok(text) => {
                let read = self.child(declared, &text);
                self.children.insert(&declared.id, Some(read));
            }
            Err(fault) => self.diagnostics.push(fault),
        }
    }

    fn child(&mut self, declared: &'a Declared, text: &Text<'_>) -> Read {
        let ctx = self.scope.ctx;
        let given = self.given(declared);
        let name = format!("{}/{}", ctx.stack, declared.id);
        let listed = ctx
            .deployed
            .and_then(|stack| stack.nested.get(&*declared.id));
        let around = Around {
            given: Some(&given),
            ..ctx.around
        };
        let ctx = ReadContext {
            stack: &name,
            parameters: &NONE,
            deployed: listed,
            around,
            ..*ctx
        };
        match text {
            Text::Local { source, path } => {
                let inside = Inside {
                    path,
                    around: around.inside,
                };
                read::read(
                    source,
                    &ReadContext {
                        around: Around {
                            folder: path.parent(),
                            inside: Some(&inside),
                            ..around
                        },
                        ..ctx
                    },
                )
            }
            Text::Deployed(stack) => {
                let inside = Inside {
                    path: Path::new(&stack.name),
                    around: around.inside,
                };
                deployed::read(
                    stack,
                    &ReadContext {
                        around: Around {
                            folder: None,
                            inside: Some(&inside),
                            ..around
                        },
                        ..ctx
                    },
                )
            }
        }
    }

    fn given(&mut self, declared: &'a Declared) -> Carries {
        let parameters = declared
            .properties()
            .and_then(|properties| properties.get("Parameters"));
        let entries = parameters
            .map(super::node::Node::entries)
            .unwrap_or_default();
        entries
            .iter()
            .map(|entry| (entry.key.to_string(), self.carry(&entry.value)))
            .collect()
    }

    fn child_text(&mut self, declared: &'a Declared) -> Result<Text<'a>, Diagnostic> {
        let ctx = self.scope.ctx;
        let depth = ctx.around.inside.map_or(0, Inside::depth);
        let fault = |diagnostic: Diagnostic| {
            diagnostic.at(crate::diagnostic::Place::new(
                self.scope.source,
                declared.span.range(),
            ))
        };
        if depth >= DEEPEST {
            return Err(fault(Diagnostic::new(
                Code::NestedStackTooDeep,
                format!("stacks are nested more than {DEEPEST} levels deep"),
            )));
        }
        if let Some(path) = ctx.around.folder.and_then(|folder| local(declared, folder)) {
            if ctx
                .around
                .inside
                .is_some_and(|inside| inside.contains(&path))
            {
                return Err(fault(Diagnostic::new(
                    Code::NestedStackCycle,
                    format!("the nested stack `{}` is nested in itself", declared.id),
                )));
            }
            return match load(&path) {
                Ok(source) => Ok(Text::Local { source, path }),
                Err(unreadable) => Err(fault(Diagnostic::new(
                    Code::NestedStack,
                    unread(declared, &unreadable.message),
                ))),
            };
        }
        match ctx.deployed.and_then(|stack| stack.nested.get(&*declared.id)) {
            Some(stack) if !stack.template.is_empty() => Ok(Text::Deployed(stack)),
            Some(_) | None => Err(fault(Diagnostic::new(Code::NestedStack, unread(declared, "its template is not a file here")))
                .help("read the stack with `--deployed NAME`, or name the template by a path beside this one")),
        }
    }
}

fn unread(declared: &Declared, why: &str) -> String {
    format!(
        "what the nested stack `{}` holds is not known: {why}",
        declared.id
    )
}

/// The file of a nested template: the CDK says it in the metadata, people in `TemplateURL`. A URL is none.
fn local(declared: &Declared, folder: &Path) -> Option<PathBuf> {
    let asset = declared
        .body
        .get("Metadata")
        .and_then(|metadata| metadata.text_at("aws:asset:path"));
    let written = declared
        .properties()
        .and_then(|properties| properties.text_at("TemplateURL"));
    let path = asset.or_else(|| written.filter(|url| !url.contains("://")))?;
    Some(plain(&folder.join(path)))
}

/// The path without `.` and `..`, so that equal files have equal paths.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if plain.file_name().is_some() => drop(plain.pop()),
            Component::ParentDir
            | Component::Normal(_)
            | Component::RootDir
            | Component::Prefix(_) => plain.push(part),
        }
    }
    plain
}
