//! The connectors of SAM, by the types of their ends.

/// The kind of resource that a connector generates.
#[derive(Debug, Clone, Copy)]
pub(super) enum ConnectorProfile {
    /// A managed policy for the source's role.
    SourceRolePolicy,
    /// A managed policy for the destination's role.
    DestinationRolePolicy,
    QueuePolicy,
    TopicPolicy,
    /// A permission for this service to invoke the destination.
    LambdaPermission(&'static str),
}

pub(super) const FUNCTION: &str = "AWS::Lambda::Function";
pub(super) const TABLE: &str = "AWS::DynamoDB::Table";
pub(super) const QUEUE: &str = "AWS::SQS::Queue";
pub(super) const TOPIC: &str = "AWS::SNS::Topic";
pub(super) const EVENT_BUS: &str = "AWS::Events::EventBus";
pub(super) const RULE: &str = "AWS::Events::Rule";
pub(super) const BUCKET: &str = "AWS::S3::Bucket";
pub(super) const STATE_MACHINE: &str = "AWS::StepFunctions::StateMachine";
pub(super) const DATA_SOURCE: &str = "AWS::AppSync::DataSource";

/// The profile by type of source and type of destination (`connector_profiles/profiles.json` of the translator).
const PROFILES: &[(&str, &str, ConnectorProfile)] = &[
    (TABLE, FUNCTION, ConnectorProfile::DestinationRolePolicy),
    (RULE, TOPIC, ConnectorProfile::TopicPolicy),
    (RULE, EVENT_BUS, ConnectorProfile::SourceRolePolicy),
    (RULE, STATE_MACHINE, ConnectorProfile::SourceRolePolicy),
    (
        RULE,
        FUNCTION,
        ConnectorProfile::LambdaPermission("events.amazonaws.com"),
    ),
    (RULE, QUEUE, ConnectorProfile::QueuePolicy),
    (FUNCTION, FUNCTION, ConnectorProfile::SourceRolePolicy),
    (FUNCTION, BUCKET, ConnectorProfile::SourceRolePolicy),
    (FUNCTION, TABLE, ConnectorProfile::SourceRolePolicy),
    (FUNCTION, QUEUE, ConnectorProfile::SourceRolePolicy),
    (FUNCTION, TOPIC, ConnectorProfile::SourceRolePolicy),
    (FUNCTION, STATE_MACHINE, ConnectorProfile::SourceRolePolicy),
    (FUNCTION, EVENT_BUS, ConnectorProfile::SourceRolePolicy),
    (
        FUNCTION,
        "AWS::Location::PlaceIndex",
        ConnectorProfile::SourceRolePolicy,
    ),
    (
        "AWS::ApiGatewayV2::Api",
        FUNCTION,
        ConnectorProfile::LambdaPermission("apigateway.amazonaws.com"),
    ),
    (
        "AWS::ApiGateway::RestApi",
        FUNCTION,
        ConnectorProfile::LambdaPermission("apigateway.amazonaws.com"),
    ),
    (TOPIC, QUEUE, ConnectorProfile::QueuePolicy),
    (
        TOPIC,
        FUNCTION,
        ConnectorProfile::LambdaPermission("sns.amazonaws.com"),
    ),
    (QUEUE, FUNCTION, ConnectorProfile::DestinationRolePolicy),
    (
        BUCKET,
        FUNCTION,
        ConnectorProfile::LambdaPermission("s3.amazonaws.com"),
    ),
    (STATE_MACHINE, FUNCTION, ConnectorProfile::SourceRolePolicy),
    (STATE_MACHINE, TOPIC, ConnectorProfile::SourceRolePolicy),
    (STATE_MACHINE, QUEUE, ConnectorProfile::SourceRolePolicy),
    (STATE_MACHINE, BUCKET, ConnectorProfile::SourceRolePolicy),
    (STATE_MACHINE, TABLE, ConnectorProfile::SourceRolePolicy),
    (
        STATE_MACHINE,
        STATE_MACHINE,
        ConnectorProfile::SourceRolePolicy,
    ),
    (STATE_MACHINE, EVENT_BUS, ConnectorProfile::SourceRolePolicy),
    (DATA_SOURCE, TABLE, ConnectorProfile::SourceRolePolicy),
    (DATA_SOURCE, FUNCTION, ConnectorProfile::SourceRolePolicy),
    (DATA_SOURCE, EVENT_BUS, ConnectorProfile::SourceRolePolicy),
    (
        "AWS::AppSync::GraphQLApi",
        FUNCTION,
        ConnectorProfile::LambdaPermission("appsync.amazonaws.com"),
    ),
];

/// The profile of a connector; `None` if SAM does not connect these types.
pub(super) fn profile(source: &str, destination: &str) -> Option<ConnectorProfile> {
    PROFILES
        .iter()
        .find(|(from, to, _)| *from == source && *to == destination)
        .map(|(_, _, profile)| *profile)
}
