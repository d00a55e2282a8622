//! Functions that pick one value out of several: `Fn::Select` and `Fn::FindInMap`.

use serde_json::Value as Json;

use super::evaluate::{Evaluator, Outcome, Reason};
use super::functions;
use super::node::Node;
use super::recorder::ReferenceRecorder;
use crate::diagnostic::{Code, Diagnostic, nearest};

impl<'a> Evaluator<'a> {
    pub(super) fn select(&mut self, argument: &'a Node, trail: &mut ReferenceRecorder) -> Outcome {
        let Some([index, list]) = argument.as_list() else {
            return Outcome::Unknown("`Fn::Select` needs an index and a list".into());
        };
        let index = match self.evaluate(index, trail) {
            Outcome::Known(value) => functions::index(&value),
            other => return other,
        };
        let chosen = match (index, list.as_list()) {
            (None, _) => return Outcome::Unknown("the index of `Fn::Select` is no number".into()),
            (Some(index), Some(items)) => {
                return items.get(index).map_or_else(
                    || Outcome::Unknown(out_of_range(index)),
                    |item| self.evaluate(item, trail),
                );
            }
            (Some(index), None) => index,
        };
        match self.evaluate(list, trail) {
            Outcome::Known(Json::Array(mut items)) if chosen < items.len() => {
                Outcome::Known(items.swap_remove(chosen))
            }
            Outcome::Known(_) => Outcome::Unknown(out_of_range(chosen)),
            other => other,
        }
    }

    pub(super) fn find_in_map(
        &mut self,
        argument: &'a Node,
        trail: &mut ReferenceRecorder,
    ) -> Outcome {
        let parts = argument.items();
        let mut keys = Vec::with_capacity(3);
        for part in parts.iter().take(3) {
            match self.evaluate(part, trail) {
                Outcome::Known(value) => {
                    keys.push((functions::text(&value).unwrap_or_default(), part))
                }
                Outcome::Nothing => {
                    return Outcome::Unknown("a key of `Fn::FindInMap` has no value".into());
                }
                Outcome::Unknown(reason) => return Outcome::Unknown(reason),
            }
        }
        let default = parts.get(3).and_then(|options| options.get("DefaultValue"));
        let mut at: &'a Node = &self.scope.template.mappings;
        for (key, part) in &keys {
            match (at.get(key), default) {
                (Some(found), _) => at = found,
                (None, Some(default)) => return self.evaluate(default, trail),
                (None, None) => return self.no_such_key(key, part, at),
            }
        }
        if keys.len() == 3 {
            self.evaluate(at, trail)
        } else {
            Outcome::Unknown("`Fn::FindInMap` needs a mapping and two keys".into())
        }
    }

    fn no_such_key(&mut self, key: &str, part: &Node, at: &Node) -> Outcome {
        let known = at.entries().iter().map(|entry| &*entry.key);
        let mut fault = Diagnostic::new(
            Code::TemplateUnknownMappingKey,
            format!("the mapping has no `{key}`"),
        )
        .at(self.scope.place(part));
        fault.help = nearest(key, known).map(|near| format!("did you mean `{near}`?"));
        if !self.diagnostics.contains(&fault) {
            self.diagnostics.push(fault);
        }
        Outcome::Unknown(format!("the mapping has no `{key}`").into())
    }
}

fn out_of_range(index: usize) -> Reason {
    format!("the list of `Fn::Select` has no item {index}").into()
}
