//! Compares the table of Terraform types with the catalogue: definitions need the properties that they use.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use support::mentioned::{mentioned, read};
use support::repository;
use toml::{Table, Value};
use tracewatch::catalog::Catalog;
use tracewatch::inventory::Types;

/// Mapped types without built-in definitions; a project may define alarms for them.
const EXTRA: [&str; 1] = ["AWS::SecretsManager::Secret"];

/// Types without alarms whose links Terraform's AWS provider has no attribute for, or no resource.
const LINKS_NOT_IN_TERRAFORM: [&str; 68] = [
    "AWS::AIOps::InvestigationGroup",
    "AWS::APS::Scraper",
    "AWS::ARCRegionSwitch::Plan",
    "AWS::ApiGatewayV2::ApiGatewayManagedOverrides",
    "AWS::AppFlow::Connector",
    "AWS::AppIntegrations::EventIntegration",
    "AWS::Athena::WorkGroup",
    "AWS::Backup::LogicallyAirGappedBackupVault",
    "AWS::BackupGateway::Hypervisor",
    "AWS::Batch::JobDefinition",
    "AWS::Bedrock::Flow",
    "AWS::BedrockAgentCore::Evaluator",
    "AWS::BedrockAgentCore::Harness",
    "AWS::BedrockAgentCore::Memory",
    "AWS::BedrockAgentCore::OnlineEvaluationConfig",
    "AWS::Chime::ChannelFlow",
    "AWS::Chime::MediaInsightsPipelineConfiguration",
    "AWS::CloudWatch::LogAlarm",
    "AWS::Cognito::IdentityPool",
    "AWS::Cognito::UserPoolRegionalConfigurationAttachment",
    "AWS::EC2::VPNConnection",
    "AWS::EC2::VerifiedAccessInstance",
    "AWS::ECS::DaemonTaskDefinition",
    "AWS::ECS::TaskDefinition",
    "AWS::EMRContainers::Endpoint",
    "AWS::Elasticsearch::Domain",
    "AWS::EventsV2::EventSource",
    "AWS::FMS::NotificationChannel",
    "AWS::GameLift::ContainerFleet",
    "AWS::GameLift::MatchmakingConfiguration",
    "AWS::Glue::IntegrationResourceProperty",
    "AWS::GroundStation::Config",
    "AWS::HealthLake::FHIRDatastore",
    "AWS::ImageBuilder::Image",
    "AWS::ImageBuilder::ImagePipeline",
    "AWS::IoT::AccountAuditConfiguration",
    "AWS::IoT::CertificateProvider",
    "AWS::IoT::DomainConfiguration",
    "AWS::IoT::Logging",
    "AWS::IoT::MitigationAction",
    "AWS::IoT::SecurityProfile",
    "AWS::IoTAnalytics::Pipeline",
    "AWS::IoTSiteWise::Portal",
    "AWS::Kinesis::Channel",
    "AWS::KinesisAnalytics::ApplicationOutput",
    "AWS::KinesisAnalyticsV2::ApplicationCloudWatchLoggingOption",
    "AWS::KinesisAnalyticsV2::ApplicationOutput",
    "AWS::Lambda::CapacityProvider",
    "AWS::Lambda::MicrovmImage",
    "AWS::Lambda::WebFunctionEndpoint",
    "AWS::Lambda::WebFunctionRevision",
    "AWS::Lex::Bot",
    "AWS::Lex::BotAlias",
    "AWS::MSK::Channel",
    "AWS::MSK::Replicator",
    "AWS::MWAAServerless::Workflow",
    "AWS::MediaPackage::Channel",
    "AWS::MediaPackage::PackagingGroup",
    "AWS::OpenSearchService::Domain",
    "AWS::Pinpoint::ApplicationSettings",
    "AWS::Pinpoint::Campaign",
    "AWS::PinpointEmail::ConfigurationSetEventDestination",
    "AWS::QBusiness::DataSource",
    "AWS::RefactorSpaces::Service",
    "AWS::ResilienceHub::App",
    "AWS::Route53::HostedZone",
    "AWS::SES::MailManagerRuleSet",
    "AWS::SMSVOICE::ConfigurationSet",
];

/// Other catalogue types without a Terraform mapping, with the reason.
const NOT_MAPPED: [(&str, &str); 3] = [
    (
        "AWS::DynamoDB::GlobalTable",
        "Terraform's table has the replicas itself",
    ),
    (
        "AWS::Lambda::Version",
        "Terraform publishes versions with the function",
    ),
    (
        "AWS::EventsV2::Subscriber",
        "its name in Terraform is not known",
    ),
];

/// Properties by CloudFormation type, mapped in the table or listed there as `unmapped`.
fn mapped() -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (name, entry) in read("src/stack/terraform.toml") {
        let part = entry.get("part_of");
        let kind = entry
            .get("type")
            .or_else(|| part?.get("type"))
            .expect(&name)
            .as_str()
            .unwrap();
        let list = part
            .and_then(|part| part.get("list"))
            .and_then(Value::as_str)
            .map(|list| format!("{list}."))
            .unwrap_or_default();
        let properties = entry
            .get("properties")
            .and_then(Value::as_table)
            .into_iter()
            .flat_map(Table::keys);
        let unmapped = entry
            .get("unmapped")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str);
        let paths = properties
            .map(|path| format!("{list}{}", path.replace("[]", "")))
            .chain(unmapped.map(str::to_owned));
        found.entry(kind.to_owned()).or_default().extend(paths);
    }
    found
}

/// Attributes of versions of the provider before the one in the list, with the reason.
const OF_EARLIER_VERSIONS: [(&str, &str, &str); 1] = [(
    "aws_api_gateway_deployment",
    "stage_name",
    "removed in version 6",
)];

/// The attributes of each type, by `tests/python/terraform_attributes.py`.
fn provider_attributes() -> BTreeMap<String, BTreeSet<String>> {
    let text = fs::read_to_string(repository("tests/terraform_attributes.txt")).unwrap();
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut kind = String::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        if line.starts_with(' ') {
            let attributes = line.split_whitespace().map(str::to_owned);
            found.entry(kind.clone()).or_default().extend(attributes);
        } else {
            line.clone_into(&mut kind);
        }
    }
    found
}

/// The attributes that an entry of the table names, without positions in lists.
fn named_attributes(entry: &Table) -> BTreeSet<String> {
    let properties = entry.get("properties").and_then(Value::as_table);
    let of_properties = properties.into_iter().flat_map(Table::values);
    let of_properties = of_properties.map(|attribute| match attribute {
        Value::Table(marked) => &marked["attribute"],
        path => path,
    });
    let lists = ["physical_id", "names"].into_iter();
    let of_lists = lists.filter_map(|key| entry.get(key)?.as_array()).flatten();
    let mut found: BTreeSet<String> = of_properties
        .chain(of_lists)
        .map(|path| {
            let path = path.as_str().unwrap().replace("[]", "");
            let steps = path
                .split('.')
                .filter(|step| step.parse::<usize>().is_err());
            steps.collect::<Vec<&str>>().join(".")
        })
        .collect();
    if let Some(part_of) = entry.get("part_of").and_then(Value::as_table) {
        found.extend(part_of["by"].as_str().map(str::to_owned));
        let patterns = part_of["named"].as_array().unwrap().iter();
        for pattern in patterns.filter_map(Value::as_str) {
            let holes = pattern.split('{').skip(1);
            found.extend(holes.filter_map(|rest| Some(rest.split_once('}')?.0.to_owned())));
        }
    }
    found
}

#[test]
fn every_attribute_of_the_table_is_one_of_the_provider() {
    let provider = provider_attributes();
    let mut unknown = Vec::new();
    for (kind, entry) in read("src/stack/terraform.toml") {
        let Some(known) = provider.get(&kind) else {
            unknown.push(kind);
            continue;
        };
        for path in named_attributes(entry.as_table().unwrap()) {
            let of_map = path.rsplit_once('.').map(|(map, _)| format!("{map}.*"));
            let is_known = known.contains(&path) || of_map.is_some_and(|any| known.contains(&any));
            let mut earlier = OF_EARLIER_VERSIONS.iter();
            let is_earlier =
                earlier.any(|(of_type, attribute, _)| *of_type == kind && *attribute == path);
            if is_known == is_earlier {
                unknown.push(format!("{kind}.{path}"));
            }
        }
    }
    assert_eq!(unknown, Vec::<String>::new());
}

#[test]
fn every_type_of_the_table_is_one_of_the_catalogue() {
    let catalog = Catalog::load(None, None).value;
    let known: BTreeSet<&str> = catalog.kinds().into_iter().chain(EXTRA).collect();
    let mapped = mapped();
    let unknown: Vec<&String> = mapped
        .keys()
        .filter(|kind| !known.contains(kind.as_str()))
        .collect();
    assert_eq!(unknown, Vec::<&String>::new());
    let needless: Vec<&str> = EXTRA
        .into_iter()
        .filter(|kind| catalog.get(kind).is_some() || !mapped.contains_key(*kind))
        .collect();
    assert_eq!(needless, Vec::<&str>::new(), "listed as extra");
}

#[test]
fn every_type_used_by_definitions_is_mapped() {
    let mapped = mapped();
    let is_left_out = |kind: &str| {
        NOT_MAPPED.iter().any(|(left_out, _)| *left_out == kind)
            || LINKS_NOT_IN_TERRAFORM.contains(&kind)
            || !kind.starts_with("AWS::")
    };
    let missing: Vec<String> = mentioned()
        .into_keys()
        .filter(|kind| !mapped.contains_key(kind) && !is_left_out(kind))
        .collect();
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn every_property_used_by_definitions_is_mapped() {
    let mentioned = mentioned();
    assert!(
        mentioned["AWS::Lambda::Function"].contains("TracingConfig.Mode"),
        "the test finds properties in definitions"
    );
    for (kind, paths) in mapped() {
        let within = |outer: &str, inner: &str| {
            inner
                .strip_prefix(outer)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        let is_covered = |mention: &&String| {
            paths
                .iter()
                .any(|path| within(path, mention) || within(mention, path))
        };
        let missing: Vec<&String> = mentioned
            .get(&kind)
            .into_iter()
            .flatten()
            .filter(|mention| !is_covered(mention))
            .collect();
        assert_eq!(missing, Vec::<&String>::new(), "{kind}");
    }
}
