//! Events behind `Fn::If`. When the language extensions run before SAM, CloudFormation chooses the branch before SAM reads the events.

use super::intrinsic::is_no_value;
use super::translator::PREFIX;
use crate::stack::evaluate::{Decision, Evaluator, TemplateScope};
use crate::stack::node::{Entry, Node};
use crate::stack::template::Declared;

const LANGUAGE_EXTENSIONS: &str = "AWS::LanguageExtensions";

/// The resources with the chosen branches of their events; `None` when the template does not name the language extensions.
pub(crate) fn with_chosen_events(scope: &TemplateScope<'_>) -> Option<Vec<Declared>> {
    let transforms = &scope.template.transforms;
    if !transforms.iter().any(|name| &**name == LANGUAGE_EXTENSIONS) {
        return None;
    }
    let mut evaluator = Evaluator::new(scope);
    let resources = scope.template.resources.iter();
    Some(
        resources
            .map(|resource| chosen_events(&mut evaluator, resource))
            .collect(),
    )
}

fn chosen_events(evaluator: &mut Evaluator<'_>, resource: &Declared) -> Declared {
    let properties = resource.properties();
    let events = properties.and_then(|properties| properties.get("Events"));
    let (true, Some(properties), Some(events)) =
        (resource.kind.starts_with(PREFIX), properties, events)
    else {
        return resource.clone();
    };
    let properties = match chosen_branch(evaluator, events) {
        Some(events) => properties.with("Events", existing_events(evaluator, events)),
        None => properties.without("Events"),
    };
    Declared {
        body: resource.body.with("Properties", properties),
        ..resource.clone()
    }
}

fn existing_events(evaluator: &mut Evaluator<'_>, events: &Node) -> Node {
    if events.as_map().is_none() {
        return events.clone();
    }
    let mut existing = Vec::new();
    for event in events.entries() {
        existing.extend(chosen_branch(evaluator, &event.value).map(|value| Entry {
            value: value.clone(),
            ..event.clone()
        }));
    }
    Node::of_entries(events.span, existing)
}

/// The branch of an `Fn::If`, or the node itself; `None` for `AWS::NoValue`. An undecided condition has the branch with a value.
fn chosen_branch<'n>(evaluator: &mut Evaluator<'_>, node: &'n Node) -> Option<&'n Node> {
    let call = node.single().filter(|entry| &*entry.key == "Fn::If");
    let Some([condition, yes, no]) = call.and_then(|entry| entry.value.as_list()) else {
        return (!is_no_value(node)).then_some(node);
    };
    let decision = condition
        .as_text()
        .map_or(Decision::Undecided, |name| evaluator.condition(name));
    match decision {
        Decision::True => chosen_branch(evaluator, yes),
        Decision::False => chosen_branch(evaluator, no),
        Decision::Undecided => {
            chosen_branch(evaluator, yes).or_else(|| chosen_branch(evaluator, no))
        }
    }
}
