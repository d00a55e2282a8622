//! Values for the parameters of an assembly's stacks: `Name` for every stack that declares it, `Stack:Name` for one stack, as `cdk deploy`
//! takes them.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::stack::{self, AssemblyStack};

/// The given values, and the parameters that each stack declares.
pub(super) struct AssemblyParameters<'a> {
    given: &'a BTreeMap<String, String>,
    declared: BTreeMap<String, BTreeSet<String>>,
}

impl<'a> AssemblyParameters<'a> {
    pub(super) fn new(given: &'a BTreeMap<String, String>, stacks: &[AssemblyStack]) -> Self {
        let declared = stacks.iter().map(|stack| {
            let names = stack::parameters(&stack.source).into_keys().collect();
            (stack.name.clone(), names)
        });
        Self {
            given,
            declared: declared.collect(),
        }
    }

    /// The values for one stack.
    pub(super) fn of(&self, stack: &AssemblyStack) -> BTreeMap<String, String> {
        let declared = self.declared.get(&stack.name).into_iter().flatten();
        declared
            .filter_map(|name| {
                let own = self.given.get(&format!("{}:{name}", stack.name));
                let value = own.or_else(|| self.given.get(name))?;
                Some((name.clone(), value.clone()))
            })
            .collect()
    }

    /// The diagnostics for values that no stack takes.
    pub(super) fn unknown(&self) -> Vec<Diagnostic> {
        let taken: BTreeSet<String> = self
            .declared
            .iter()
            .flat_map(|(stack, names)| {
                let both = move |name: &String| [name.clone(), format!("{stack}:{name}")];
                names.iter().flat_map(both)
            })
            .collect();
        let unknown = self.given.keys().filter(|name| !taken.contains(*name));
        unknown
            .map(|name| {
                let message = format!("no stack of the assembly has a parameter `{name}`");
                let mut diagnostic = Diagnostic::new(Code::ParameterUnknown, message);
                let near = nearest(name, taken.iter().map(String::as_str));
                diagnostic.help = near.map(|near| format!("did you mean `{near}`?"));
                diagnostic
            })
            .collect()
    }
}
