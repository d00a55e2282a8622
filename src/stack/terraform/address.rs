//! Addresses as Terraform spells them: `module.consumer["payment"].aws_lambda_function.this[0]`, and the references that begin like one.

/// Where one instance of a resource stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address {
    pub text: String,
    /// The address of its module's instance; empty in the root module.
    pub module: String,
    /// The names of the module calls that lead to it, without keys: where its configuration stands.
    pub calls: Vec<String>,
    /// `type.name`.
    pub resource: String,
    /// What tells it from other instances, as it is written between the brackets.
    pub key: Option<String>,
}

/// One part of an address, between dots that stand outside of brackets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Step<'t> {
    pub word: &'t str,
    pub key: Option<&'t str>,
    /// Where the part ends in the text.
    end: usize,
}

impl Address {
    /// Reads an address. A text of another form is a resource of the root module that nothing refers to.
    pub(super) fn parse(text: &str) -> Self {
        let steps = steps(text);
        let (module, calls, rest) = module_of(text, &steps);
        let resource = match rest {
            [kind, name, ..] => format!("{}.{}", kind.word, name.word),
            _ => text.to_owned(),
        };
        let key = rest.get(1).and_then(|name| name.key).map(str::to_owned);
        Self {
            text: text.to_owned(),
            module: module.to_owned(),
            calls,
            resource,
            key,
        }
    }

    /// The address without the word `module` and without the type: `consumer["payment"].this[0]`.
    pub(super) fn title(&self) -> String {
        let steps = steps(&self.text);
        let (_, _, rest) = module_of(&self.text, &steps);
        let modules = (steps.len() - rest.len()) / 2;
        let named: Vec<String> = steps
            .iter()
            .skip(1)
            .step_by(2)
            .take(modules + 1)
            .map(spelled)
            .collect();
        if rest.len() == 2 {
            named.join(".")
        } else {
            self.text.clone()
        }
    }
}

/// The instances of modules that an address leads through: of each the module it is called in, the call's name, its key and its own address.
pub(super) fn modules(text: &str) -> Vec<(&str, &str, Option<&str>, &str)> {
    let steps = steps(text);
    let mut found = Vec::new();
    let mut outer = "";
    for pair in steps
        .chunks_exact(2)
        .take_while(|pair| pair.first().is_some_and(|step| step.word == "module"))
    {
        let [_, call] = pair else { break };
        let own = text.get(..call.end).unwrap_or(text);
        found.push((outer, call.word, call.key, own));
        outer = own;
    }
    found
}

fn module_of<'t, 's>(
    text: &'t str,
    steps: &'s [Step<'t>],
) -> (&'t str, Vec<String>, &'s [Step<'t>]) {
    let modules = modules(text);
    let module = modules.last().map_or("", |(_, _, _, own)| own);
    let calls = modules
        .iter()
        .map(|(_, call, _, _)| (*call).to_owned())
        .collect();
    (
        module,
        calls,
        steps.get(modules.len() * 2..).unwrap_or_default(),
    )
}

fn spelled(step: &Step<'_>) -> String {
    step.key.map_or_else(
        || step.word.to_owned(),
        |key| format!("{}[{key}]", step.word),
    )
}

/// The parts of an address or of a reference.
pub(super) fn steps(text: &str) -> Vec<Step<'_>> {
    let mut found = Vec::new();
    let mut start = 0;
    while start < text.len() {
        let step = step(text, start);
        start = step.end + 1;
        found.push(step);
    }
    found
}

fn step(text: &str, start: usize) -> Step<'_> {
    let rest = text.get(start..).unwrap_or_default();
    let word_end = rest.find(['.', '[']).unwrap_or(rest.len());
    let word = rest.get(..word_end).unwrap_or_default();
    let keyed = rest.get(word_end..).filter(|after| after.starts_with('['));
    let Some(closing) = keyed.and_then(bracket) else {
        return Step {
            word,
            key: None,
            end: start + word_end,
        };
    };
    let key = keyed.and_then(|text| text.get(1..closing));
    Step {
        word,
        key,
        end: start + word_end + closing + 1,
    }
}

/// Where the bracket that a text begins with is closed; what stands in quotation marks does not close it.
fn bracket(text: &str) -> Option<usize> {
    let (mut quoted, mut escaped) = (false, false);
    for (at, character) in text.char_indices() {
        match character {
            ']' if !quoted => return Some(at),
            '"' if !escaped => quoted = !quoted,
            _ => {}
        }
        escaped = character == '\\' && !escaped;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_taken_apart() {
        let address = Address::parse(r#"module.a["x.y]"].module.b.aws_sqs_queue.dlq[3]"#);
        assert_eq!(address.module, r#"module.a["x.y]"].module.b"#);
        assert_eq!(address.calls, ["a", "b"]);
        assert_eq!(address.resource, "aws_sqs_queue.dlq");
        assert_eq!(address.key.as_deref(), Some("3"));
        assert_eq!(address.title(), r#"a["x.y]"].b.dlq[3]"#);
    }

    #[test]
    fn a_resource_of_the_root_module_has_no_module() {
        let address = Address::parse(r#"aws_lambda_function.handler["a\"]"]"#);
        assert_eq!((address.module.as_str(), address.calls.len()), ("", 0));
        assert_eq!(address.key.as_deref(), Some(r#""a\"]""#));
        assert_eq!(address.title(), r#"handler["a\"]"]"#);
    }

    #[test]
    fn any_text_can_be_read() {
        for text in [
            "",
            ".",
            "module",
            "module.",
            "module.a",
            "a[",
            "a[\"",
            "module.a[.b",
            "[]",
            "é.ü[ö]",
            "a.b.c.d",
            "a[0]b",
        ] {
            let address = Address::parse(text);
            assert_eq!(address.text, text);
            address.title();
        }
    }
}
