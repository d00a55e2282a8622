//! `DeploymentPreference`: CodeDeploy resources for functions whose alias shifts traffic gradually.

use std::sync::Arc;

use super::Sam;
use super::build::{Attributes, Properties, attribute, reference, sub_with};
use super::function::role;
use crate::stack::node::{Node, Span};

const APPLICATION: &str = "ServerlessDeploymentApplication";
const ROLE: &str = "CodeDeployServiceRole";
const CONDITION: &str = "ServerlessCodeDeployCondition";

/// One enabled preference.
pub(super) struct Preference {
    pub function: Arc<str>,
    pub span: Span,
    pub role: Option<Node>,
    pub condition: Option<String>,
    pub written: Node,
}

impl Sam<'_> {
    pub(super) fn add_deployment(&mut self) {
        let preferences = std::mem::take(&mut self.preferences);
        let Some(first) = preferences.first() else {
            return;
        };
        let span = first.span;
        let attributes = self.shared_condition(&preferences, span);
        let application = Properties::new(span).set("ComputePlatform", Node::text(span, "Lambda"));
        self.make(
            APPLICATION,
            "AWS::CodeDeploy::Application",
            &attributes,
            application,
        );
        if preferences
            .iter()
            .any(|preference| preference.role.is_none())
        {
            let service = role(
                span,
                "codedeploy.amazonaws.com",
                &["service-role/AWSCodeDeployRoleForLambda"],
            );
            self.make(ROLE, "AWS::IAM::Role", &attributes, service);
        }
        for preference in &preferences {
            self.deployment_group(preference);
        }
    }

    /// What all groups share exists when any of them does.
    fn shared_condition(&mut self, preferences: &[Preference], span: Span) -> Attributes {
        let mut names: Vec<&str> = Vec::new();
        for preference in preferences {
            match preference.condition.as_deref() {
                None => return Attributes::default(),
                Some(name) if names.contains(&name) => {}
                Some(name) => names.push(name),
            }
        }
        if let [only] = names.as_slice() {
            return Attributes::default().under(only, span);
        }
        names.sort_unstable();
        self.add_condition(CONDITION, any_of(span, &names));
        Attributes::default().under(CONDITION, span)
    }

    fn deployment_group(&mut self, preference: &Preference) {
        let (span, written) = (preference.span, &preference.written);
        let Some(kind) = written.get("Type") else {
            return self.refuse("`DeploymentPreference` needs a `Type`", span);
        };
        let kind = &self.settled(kind);
        let predefined = kind
            .as_text()
            .is_some_and(|name| PREDEFINED.contains(&name));
        let config = if predefined {
            sub_with(
                span,
                "CodeDeployDefault.Lambda${ConfigName}",
                [("ConfigName", kind.clone())],
            )
        } else {
            kind.clone()
        };
        let mut group = Properties::new(span)
            .set("ApplicationName", reference(span, APPLICATION))
            .set("DeploymentConfigName", config)
            .set(
                "ServiceRoleArn",
                preference
                    .role
                    .clone()
                    .unwrap_or_else(|| attribute(span, ROLE, "Arn")),
            )
            .copied(written, "TriggerConfigurations");
        if let Some(alarms) = written.get("Alarms").and_then(Node::as_list) {
            let alarms = alarms
                .iter()
                .map(|alarm| Node::map(span, [("Name", alarm.clone())]))
                .collect();
            group.put(
                "AlarmConfiguration",
                Node::map(
                    span,
                    [
                        ("Enabled", Node::bool(span, true)),
                        ("Alarms", Node::list(span, alarms)),
                    ],
                ),
            );
        }
        let attributes = preference
            .condition
            .as_deref()
            .map(|name| Attributes::default().under(name, span))
            .unwrap_or_default();
        self.make(
            format!("{}DeploymentGroup", preference.function),
            "AWS::CodeDeploy::DeploymentGroup",
            &attributes,
            group,
        );
    }
}

/// `{Fn::Or: [{Condition: a}, {Condition: b}, …]}`
pub(super) fn any_of(span: Span, names: &[&str]) -> Node {
    let parts = names
        .iter()
        .map(|name| Node::map(span, [("Condition", Node::text(span, *name))]))
        .collect();
    Node::map(span, [("Fn::Or", Node::list(span, parts))])
}

const PREDEFINED: &[&str] = &[
    "Canary10Percent5Minutes",
    "Canary10Percent10Minutes",
    "Canary10Percent15Minutes",
    "Canary10Percent30Minutes",
    "Linear10PercentEvery1Minute",
    "Linear10PercentEvery2Minutes",
    "Linear10PercentEvery3Minutes",
    "Linear10PercentEvery10Minutes",
    "AllAtOnce",
];
