//! CodeDeploy resources for functions with a `DeploymentPreference`.

use super::deployment_preference::DeploymentPreference;
use super::iam::service_role;
use super::intrinsic::{fn_or, get_att, reference, sub_with};
use super::resource::{PropertiesBuilder, ResourceAttributes};
use super::translator::Translator;
use crate::stack::node::{Node, Span};

const APPLICATION: &str = "ServerlessDeploymentApplication";
const ROLE: &str = "CodeDeployServiceRole";
const CONDITION: &str = "ServerlessCodeDeployCondition";

/// Deployment configurations that CodeDeploy predefines for Lambda.
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

impl Translator<'_> {
    pub(super) fn add_code_deploy_resources(&mut self) {
        let preferences = std::mem::take(&mut self.deployment_preferences);
        let Some(first) = preferences.first() else {
            return;
        };
        let span = first.span;
        let attributes = self.shared_condition(&preferences, span);
        let application =
            PropertiesBuilder::new(span).set("ComputePlatform", Node::text(span, "Lambda"));
        self.generate(
            APPLICATION,
            "AWS::CodeDeploy::Application",
            &attributes,
            application,
        );
        if preferences
            .iter()
            .any(|preference| preference.role.is_none())
        {
            let service = service_role(
                span,
                "codedeploy.amazonaws.com",
                &["service-role/AWSCodeDeployRoleForLambda"],
            );
            self.generate(ROLE, "AWS::IAM::Role", &attributes, service);
        }
        for preference in &preferences {
            self.deployment_group(preference);
        }
    }

    /// The attributes of the shared resources. CloudFormation creates them if it creates any deployment group.
    fn shared_condition(
        &mut self,
        preferences: &[DeploymentPreference],
        span: Span,
    ) -> ResourceAttributes {
        let mut names: Vec<&str> = Vec::new();
        for preference in preferences {
            match preference.condition.as_deref() {
                None => return ResourceAttributes::default(),
                Some(name) if names.contains(&name) => {}
                Some(name) => names.push(name),
            }
        }
        if let [only] = names.as_slice() {
            return ResourceAttributes::default().with_condition(only, span);
        }
        names.sort_unstable();
        self.add_condition(CONDITION, fn_or(span, &names));
        ResourceAttributes::default().with_condition(CONDITION, span)
    }

    fn deployment_group(&mut self, preference: &DeploymentPreference) {
        let (span, written) = (preference.span, &preference.written);
        let Some(kind) = written.get("Type") else {
            return self.refuse("`DeploymentPreference` needs a `Type`", span);
        };
        let kind = &self.resolved(kind);
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
        let mut group = PropertiesBuilder::new(span)
            .set("ApplicationName", reference(span, APPLICATION))
            .set("DeploymentConfigName", config)
            .set(
                "ServiceRoleArn",
                preference
                    .role
                    .clone()
                    .unwrap_or_else(|| get_att(span, ROLE, "Arn")),
            )
            .copy_from(written, "TriggerConfigurations");
        if let Some(alarms) = written.get("Alarms").and_then(Node::as_list) {
            group.insert("AlarmConfiguration", alarm_configuration(span, alarms));
        }
        let attributes = preference
            .condition
            .as_deref()
            .map(|name| ResourceAttributes::default().with_condition(name, span))
            .unwrap_or_default();
        self.generate(
            format!("{}DeploymentGroup", preference.function),
            "AWS::CodeDeploy::DeploymentGroup",
            &attributes,
            group,
        );
    }
}

fn alarm_configuration(span: Span, alarms: &[Node]) -> Node {
    let alarms = alarms
        .iter()
        .map(|alarm| Node::map(span, [("Name", alarm.clone())]))
        .collect();
    Node::map(
        span,
        [
            ("Enabled", Node::bool(span, true)),
            ("Alarms", Node::list(span, alarms)),
        ],
    )
}
