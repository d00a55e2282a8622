//! The values that a Handlebars template reads, by their paths: `parent.name`, `resource.Timeout`.

use handlebars::Template;
use handlebars::template::{HelperTemplate, Parameter, TemplateElement};

/// The paths that a template reads from the values of its rendering, in their order. Paths below an item of `each` or `with` are left out.
pub(super) fn paths(template: &Template) -> Vec<String> {
    let mut paths = Paths::default();
    paths.template(template);
    paths.found
}

#[derive(Default)]
struct Paths {
    found: Vec<String>,
    /// The number of `each` and `with` blocks around the current element.
    depth: usize,
    /// The names after `as |…|` of the blocks around it.
    block_names: Vec<String>,
}

impl Paths {
    fn template(&mut self, template: &Template) {
        for element in &template.elements {
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
            self.parameter(&expression.name);
        }
        self.arguments(expression);
    }

    fn arguments(&mut self, expression: &HelperTemplate) {
        for parameter in expression.params.iter().chain(expression.hash.values()) {
            self.parameter(parameter);
        }
    }

    fn parameter(&mut self, parameter: &Parameter) {
        match parameter {
            Parameter::Name(path) => self.path(path),
            Parameter::Path(_) => {
                if let Some(path) = parameter.as_name() {
                    self.path(path);
                }
            }
            Parameter::Subexpression(inner) => self.element(inner.as_element()),
            // Literals.
            _ => {}
        }
    }

    fn block(&mut self, block: &HelperTemplate) {
        self.arguments(block);
        let is_scope = matches!(block.name.as_name(), Some("each" | "with"));
        let outer_names = self.block_names.len();
        if is_scope {
            self.depth += 1;
            self.add_block_names(block);
        }
        if let Some(inside) = &block.template {
            self.template(inside);
        }
        if is_scope {
            self.depth -= 1;
            self.block_names.truncate(outer_names);
        }
        if let Some(inverse) = &block.inverse {
            self.template(inverse);
        }
    }

    fn add_block_names(&mut self, block: &HelperTemplate) {
        use handlebars::template::BlockParam;
        let parameters = match &block.block_param {
            Some(BlockParam::Single(one)) => vec![one],
            Some(BlockParam::Pair((value, key))) => vec![value, key],
            _ => Vec::new(),
        };
        let names = parameters.into_iter().filter_map(Parameter::as_name);
        self.block_names.extend(names.map(str::to_owned));
    }

    /// Adds a path that begins at the root. `@first` and the like are the engine's.
    fn path(&mut self, written: &str) {
        let mut rest = written;
        let mut levels = 0;
        while let Some(above) = rest.strip_prefix("../") {
            rest = above;
            levels += 1;
        }
        let from_root = rest
            .strip_prefix("@root")
            .map(|path| &path[1.min(path.len())..]);
        if from_root.is_none() && (levels < self.depth || rest.starts_with('@')) {
            return;
        }
        let path = from_root.unwrap_or(rest).replace('/', ".");
        let path = path.trim_start_matches("this").trim_start_matches('.');
        let first = path.split('.').next().unwrap_or_default();
        let is_word = |part: &str| part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        let is_block_name = self.block_names.iter().any(|name| name == first);
        if !path.is_empty() && !is_block_name && path.split('.').all(is_word) {
            self.found.push(path.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_begin_at_the_root() {
        for (text, expected) in [
            (
                "{{name}} {{{parent.id}}} {{this.stack}} {{@root.region}}",
                "name parent.id stack region",
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
                "list name none",
            ),
            (
                "{{#each list as |x i|}}{{x.id}} {{../x}}{{/each}}{{#with parent}}{{id}}{{/with}}",
                "list parent",
            ),
            (
                "{{#each a}}{{#if b}}{{../c}}{{/if}}{{#each d}}{{../e}} {{../../f}}{{/each}}{{/each}}",
                "a c f",
            ),
            ("{{!-- {{comment}} --}} \\{{escaped}} {{eq 1 true}}", ""),
        ] {
            let template = Template::compile(text).unwrap();
            assert_eq!(paths(&template).join(" "), expected, "{text}");
        }
    }
}
