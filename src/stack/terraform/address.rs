//! Addresses as Terraform spells them: `module.consumer["payment"].aws_lambda_function.this[0]`, and the references that begin like one.

/// The address of a resource instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address {
    pub text: String,
    /// The address of its module's instance; empty in the root module.
    pub module: String,
    /// The names of the module calls on the way to it, without keys: the path of its configuration.
    pub calls: Vec<String>,
    /// `type.name`.
    pub resource: String,
    /// The instance key, as the address has it between brackets.
    pub key: Option<String>,
}

/// One part of an address, between dots outside brackets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct AddressPart<'t> {
    pub word: &'t str,
    pub key: Option<&'t str>,
    /// The end offset of the part within the address text.
    end: usize,
}

impl Address {
    /// Reads an address. A text of another form is a resource of the root module that nothing refers to.
    pub(super) fn parse(text: &str) -> Self {
        let parts = parts(text);
        let (module, calls, rest) = module_of(text, &parts);
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
        let parts = parts(&self.text);
        let (_, _, rest) = module_of(&self.text, &parts);
        let modules = (parts.len() - rest.len()) / 2;
        let named: Vec<String> = parts
            .iter()
            .skip(1)
            .step_by(2)
            .take(modules + 1)
            .map(part_text)
            .collect();
        if rest.len() == 2 {
            named.join(".")
        } else {
            self.text.clone()
        }
    }
}

/// The module instances of an address: for each, the calling module instance, the call's name, the instance key, and its address.
pub(super) fn modules(text: &str) -> Vec<(&str, &str, Option<&str>, &str)> {
    let parts = parts(text);
    let mut found = Vec::new();
    let mut outer = "";
    for pair in parts
        .chunks_exact(2)
        .take_while(|pair| pair.first().is_some_and(|part| part.word == "module"))
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
    parts: &'s [AddressPart<'t>],
) -> (&'t str, Vec<String>, &'s [AddressPart<'t>]) {
    let modules = modules(text);
    let module = modules.last().map_or("", |(_, _, _, own)| own);
    let calls = modules
        .iter()
        .map(|(_, call, _, _)| (*call).to_owned())
        .collect();
    (
        module,
        calls,
        parts.get(modules.len() * 2..).unwrap_or_default(),
    )
}

fn part_text(part: &AddressPart<'_>) -> String {
    part.key.map_or_else(
        || part.word.to_owned(),
        |key| format!("{}[{key}]", part.word),
    )
}

/// Splits an address or a reference into parts.
pub(super) fn parts(text: &str) -> Vec<AddressPart<'_>> {
    let mut found = Vec::new();
    let mut start = 0;
    while start < text.len() {
        let part = part(text, start);
        start = part.end + 1;
        found.push(part);
    }
    found
}

fn part(text: &str, start: usize) -> AddressPart<'_> {
    let rest = text.get(start..).unwrap_or_default();
    let word_end = rest.find(['.', '[']).unwrap_or(rest.len());
    let word = rest.get(..word_end).unwrap_or_default();
    let keyed = rest.get(word_end..).filter(|after| after.starts_with('['));
    let Some(closing) = keyed.and_then(bracket) else {
        return AddressPart {
            word,
            key: None,
            end: start + word_end,
        };
    };
    let key = keyed.and_then(|text| text.get(1..closing));
    AddressPart {
        word,
        key,
        end: start + word_end + closing + 1,
    }
}

/// The position of the bracket that closes the first character of a text. Brackets in quotation marks do not count.
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
