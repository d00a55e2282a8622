//! The values that a Handlebars template reads, by their paths from the root (`parent.name`, `resource.Timeout`), and the helpers that it
//! calls.

use handlebars::Template;
use handlebars::template::{BlockParam, HelperTemplate, Parameter, TemplateElement};

/// The helpers of the template engine.
pub(super) const ENGINE_HELPERS: [&str; 17] = [
    "if", "unless", "each", "with", "lookup", "raw", "log", "eq", "ne", "gt", "gte", "lt", "lte",
    "and", "or", "not", "len",
];

/// What a template reads and calls, in its order.
#[derive(Debug, Default)]
pub(super) struct Usage {
    pub(super) values: Vec<ReadValue>,
    pub(super) calls: Vec<Call>,
}

/// A value that a template reads.
#[derive(Debug)]
pub(super) struct ReadValue {
    /// The text in the template, relative to the blocks around it.
    pub(super) written: String,
    pub(super) path: Vec<Step>,
    pub(super) position: Position,
}

/// A step of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    Name(String),
    /// An item of a list.
    Item,
}

/// A call of a helper.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) helper: String,
    /// The path of the first argument, if that is a value.
    pub(super) of: Option<Vec<Step>>,
    /// The literal strings among the arguments.
    pub(super) texts: Vec<String>,
    pub(super) position: Position,
}

/// The line and the column, from 1, of the element or of the block around it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Position {
    pub(super) line: usize,
    pub(super) column: usize,
}

/// The values and helpers of a template. Values of unknown paths (of `(lookup …)`, `@index`) are left out.
pub(super) fn usage(template: &Template) -> Usage {
    let root = Scope {
        path: Some(Vec::new()),
        names: Vec::new(),
    };
    let mut walk = Walk {
        usage: Usage::default(),
        scopes: vec![root],
        position: Position { line: 1, column: 1 },
    };
    walk.template(template);
    walk.usage
}

/// The path as it is written from the root; `None` for a part of an item of a list.
pub(super) fn dotted(path: &[Step]) -> Option<String> {
    let names: Option<Vec<&str>> = path
        .iter()
        .map(|step| match step {
            Step::Name(name) => Some(name.as_str()),
            Step::Item => None,
        })
        .collect();
    Some(names?.join("."))
}

/// The template, or an `each` or `with` block.
struct Scope {
    /// The path of `this`, if it is known.
    path: Option<Vec<Step>>,
    /// The names after `as |…|`, with their paths.
    names: Vec<(String, Option<Vec<Step>>)>,
}

struct Walk {
    usage: Usage,
    /// The outermost first.
    scopes: Vec<Scope>,
    position: Position,
}

impl Walk {
    fn template(&mut self, template: &Template) {
        for (index, element) in template.elements.iter().enumerate() {
            // The blocks of `{{else if …}}` have no position of their own.
            if let Some(mapping) = template.mapping.get(index) {
                self.position = Position {
                    line: mapping.0,
                    column: mapping.1,
                };
            }
            self.element(element);
        }
    }

    fn element(&mut self, element: &TemplateElement) {
        match element {
            TemplateElement::Expression(expression)
            | TemplateElement::HtmlExpression(expression) => self.expression(expression),
            TemplateElement::HelperBlock(block) => self.block(block),
            // Texts and comments read nothing; `template_limits` refuses partials and decorators.
            _ => {}
        }
    }

    fn expression(&mut self, expression: &HelperTemplate) {
        if expression.params.is_empty() && expression.hash.is_empty() {
            self.argument(&expression.name);
        } else {
            self.call(expression);
        }
    }

    fn block(&mut self, block: &HelperTemplate) {
        self.call(block);
        let is_scope = matches!(block.name.as_name(), Some("each" | "with"));
        if is_scope {
            let scope = self.scope(block);
            self.scopes.push(scope);
        }
        if let Some(inside) = &block.template {
            self.template(inside);
        }
        if is_scope {
            self.scopes.pop();
        }
        if let Some(inverse) = &block.inverse {
            self.template(inverse);
        }
    }

    fn scope(&self, block: &HelperTemplate) -> Scope {
        let mut path = block.params.first().and_then(|first| self.path_of(first));
        if block.name.as_name() == Some("each")
            && let Some(path) = &mut path
        {
            path.push(Step::Item);
        }
        let named = match &block.block_param {
            Some(BlockParam::Single(value)) => vec![(value, path.clone())],
            Some(BlockParam::Pair((value, key))) => vec![(value, path.clone()), (key, None)],
            _ => Vec::new(),
        };
        let names = named
            .into_iter()
            .filter_map(|(name, path)| Some((name.as_name()?.to_owned(), path)))
            .collect();
        Scope { path, names }
    }

    fn call(&mut self, expression: &HelperTemplate) {
        if let Some(helper) = expression.name.as_name() {
            let texts = expression.params.iter().filter_map(literal_text);
            self.usage.calls.push(Call {
                helper: helper.to_owned(),
                of: expression.params.first().and_then(|of| self.path_of(of)),
                texts: texts.map(str::to_owned).collect(),
                position: self.position,
            });
        }
        for argument in expression.params.iter().chain(expression.hash.values()) {
            self.argument(argument);
        }
    }

    fn argument(&mut self, argument: &Parameter) {
        if let Parameter::Subexpression(inner) = argument {
            self.element(inner.as_element());
        }
        let path = self.path_of(argument).filter(|path| !path.is_empty());
        if let (Some(path), Some(written)) = (path, argument.as_name()) {
            self.usage.values.push(ReadValue {
                written: written.to_owned(),
                path,
                position: self.position,
            });
        }
    }

    fn path_of(&self, argument: &Parameter) -> Option<Vec<Step>> {
        self.path(argument.as_name()?)
    }

    /// The path from the root. `@first` and the like are the engine's.
    fn path(&self, written: &str) -> Option<Vec<Step>> {
        let mut rest = written;
        let mut levels = 0;
        while let Some(above) = rest.strip_prefix("../") {
            rest = above;
            levels += 1;
        }
        let from_root = rest.strip_prefix("@root");
        if from_root.is_none() && rest.starts_with('@') {
            return None;
        }
        let dotted = from_root.unwrap_or(rest).replace('/', ".");
        let mut names: Vec<&str> = dotted.split('.').filter(|name| !name.is_empty()).collect();
        let first = names.first().filter(|_| levels == 0);
        let mut path = if from_root.is_some() {
            Vec::new()
        } else if let Some(named) = first.and_then(|first| self.named(first)) {
            names.remove(0);
            named.clone()?
        } else {
            let scope = self.scopes.len().checked_sub(levels + 1)?;
            self.scopes[scope].path.clone()?
        };
        if names.first() == Some(&"this") {
            names.remove(0);
        }
        if !names.iter().all(|name| is_word(name)) {
            return None;
        }
        path.extend(names.into_iter().map(step));
        Some(path)
    }

    /// The path of a name after `as |…|`.
    fn named(&self, name: &str) -> Option<&Option<Vec<Step>>> {
        let mut names = self.scopes.iter().rev().flat_map(|scope| &scope.names);
        names.find(|(known, _)| known == name).map(|(_, path)| path)
    }
}

fn step(name: &str) -> Step {
    if name.bytes().all(|byte| byte.is_ascii_digit()) {
        Step::Item
    } else {
        Step::Name(name.to_owned())
    }
}

fn is_word(name: &str) -> bool {
    name.chars()
        .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}

fn literal_text(argument: &Parameter) -> Option<&str> {
    match argument {
        Parameter::Literal(literal) => literal.as_str(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use handlebars::{Handlebars, RenderErrorReason};

    use super::*;

    fn shown(path: &[Step]) -> String {
        let steps = path.iter().map(|step| match step {
            Step::Name(name) => name.as_str(),
            Step::Item => "*",
        });
        steps.collect::<Vec<_>>().join(".")
    }

    #[test]
    fn paths_begin_at_the_root() {
        for (text, expected) in [
            (
                "{{name}} {{{parent.id}}} {{this.stack}} {{@root.region}} {{thisthing}}",
                "name parent.id stack region thisthing",
            ),
            (
                "{{basename resource.Name}} {{ascii (lookup parent 'id') item}}",
                "resource.Name parent item",
            ),
            (
                "{{#if (eq a 1)}}{{b}}{{else if c}}{{d}}{{else}}{{e}}{{/if}}",
                "a b c d e",
            ),
            (
                "{{#each list}}{{id}} {{../name}} {{@index}}{{else}}{{none}}{{/each}}",
                "list list.*.id name none",
            ),
            (
                "{{#each list as |x i|}}{{x.id}} {{../x}} {{i}}{{/each}}{{#with parent}}{{id}}{{/with}}",
                "list list.*.id x parent parent.id",
            ),
            (
                "{{#each a}}{{#if b}}{{../c}}{{/if}}{{#each d}}{{../e}} {{../../f}}{{/each}}{{/each}}",
                "a a.*.b c a.*.d a.*.e f",
            ),
            (
                "{{#each (lookup a 'b')}}{{c}}{{/each}}{{#each d.0.e-f}}{{this}}{{/each}}",
                "a d.*.e-f d.*.e-f.*",
            ),
            ("{{!-- {{comment}} --}} \\{{escaped}} {{eq 1 true}}", ""),
        ] {
            let template = Template::compile(text).unwrap();
            let paths: Vec<String> = usage(&template)
                .values
                .iter()
                .map(|value| shown(&value.path))
                .collect();
            assert_eq!(paths.join(" "), expected, "{text}");
        }
    }

    #[test]
    fn calls_have_their_first_argument_and_their_texts() {
        let text = "{{#each lambda}}\n {{rows this 'errors' (json a)}}{{/each}}";
        let usage = usage(&Template::compile(text).unwrap());
        let calls = usage.calls.iter().map(|call| {
            let Position { line, .. } = call.position;
            let of = call.of.as_deref().map(shown).unwrap_or_default();
            format!("{line} {}({of}; {})", call.helper, call.texts.join(", "))
        });
        assert_eq!(
            calls.collect::<Vec<_>>(),
            [
                "1 each(lambda; )",
                "2 rows(lambda.*; errors)",
                "2 json(lambda.*.a; )"
            ]
        );
    }

    #[test]
    fn the_engine_has_each_of_its_helpers() {
        let engine = Handlebars::new();
        for helper in ENGINE_HELPERS {
            let text = format!("{{{{#{helper} 1 1}}}}{{{{/{helper}}}}}");
            let rendered = engine.render_template(&text, &());
            let is_unknown = rendered
                .is_err_and(|error| matches!(error.reason(), RenderErrorReason::HelperNotFound(_)));
            assert!(!is_unknown, "{helper}");
        }
    }
}
