//! Functions that pick one value out of several: `Fn::Select` and `Fn::FindInMap`.

use serde_json::Value as Json;

use super::evaluated::{Evaluated, UnknownReason};
use super::evaluator::Evaluator;
use super::recorder::ReferenceRecorder;
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::stack::functions;
use crate::stack::node::Node;

impl<'a> Evaluator<'a> {
    pub(super) fn select(
        &mut self,
        argument: &'a Node,
        recorder: &mut ReferenceRecorder,
    ) -> Evaluated {
        let Some([index, list]) = argument.as_list() else {
            return Evaluated::Unknown("`Fn::Select` needs an index and a list".into());
        };
        let index = match self.evaluate(index, recorder) {
            Evaluated::Known(value) => functions::index(&value),
            other => return other,
        };
        let chosen = match (index, list.as_list()) {
            (None, _) => {
                return Evaluated::Unknown("the index of `Fn::Select` is not a number".into());
            }
            (Some(index), Some(items)) => {
                return items.get(index).map_or_else(
                    || Evaluated::Unknown(out_of_range(index)),
                    |item| self.evaluate(item, recorder),
                );
            }
            (Some(index), None) => index,
        };
        match self.evaluate(list, recorder) {
            Evaluated::Known(Json::Array(mut items)) if chosen < items.len() => {
                Evaluated::Known(items.swap_remove(chosen))
            }
            Evaluated::Known(_) => Evaluated::Unknown(out_of_range(chosen)),
            other => other,
        }
    }

    pub(super) fn find_in_map(
        &mut self,
        argument: &'a Node,
        recorder: &mut ReferenceRecorder,
    ) -> Evaluated {
        let parts = argument.items();
        let mut keys = Vec::with_capacity(3);
        for part in parts.iter().take(3) {
            match self.evaluate(part, recorder) {
                Evaluated::Known(value) => {
                    keys.push((functions::text(&value).unwrap_or_default(), part));
                }
                Evaluated::NoValue => {
                    return Evaluated::Unknown("a key of `Fn::FindInMap` has no value".into());
                }
                Evaluated::Unknown(reason) => return Evaluated::Unknown(reason),
            }
        }
        let default = parts.get(3).and_then(|options| options.get("DefaultValue"));
        let mut at: &'a Node = &self.scope.template.mappings;
        for (index, (key, part)) in keys.iter().enumerate() {
            match (value_at(at, key), default) {
                (Some(inner), _) => at = inner,
                (None, Some(default)) => return self.evaluate(default, recorder),
                (None, None) => {
                    let missing = if index == 0 {
                        format!("the template has no mapping `{key}`")
                    } else {
                        format!("the mapping has no key `{key}`")
                    };
                    return self.report_missing(missing, key, part, at);
                }
            }
        }
        if keys.len() == 3 {
            self.evaluate(at, recorder)
        } else {
            Evaluated::Unknown("`Fn::FindInMap` needs a mapping and two keys".into())
        }
    }

    fn report_missing(&mut self, missing: String, key: &str, part: &Node, at: &Node) -> Evaluated {
        let known = at.entries().iter().map(|entry| &*entry.key);
        let mut diagnostic = Diagnostic::new(Code::TemplateUnknownMappingKey, missing.clone())
            .at(self.scope.place(part));
        diagnostic.help = nearest(key, known).map(|near| format!("did you mean `{near}`?"));
        if !self.diagnostics.contains(&diagnostic) {
            self.diagnostics.push(diagnostic);
        }
        Evaluated::Unknown(missing.into())
    }
}

/// The value under a key; keys are compared as texts.
fn value_at<'n>(map: &'n Node, key: &str) -> Option<&'n Node> {
    map.get(key).or_else(|| {
        let mut entries = map.entries().iter();
        let entry = entries.find(|entry| functions::is_same_text(&entry.key, key))?;
        Some(&entry.value)
    })
}

fn out_of_range(index: usize) -> UnknownReason {
    format!("the list of `Fn::Select` has no item {index}").into()
}
