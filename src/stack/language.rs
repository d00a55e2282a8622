//! Words of CloudFormation's template language.

/// Every function of CloudFormation and its language extensions.
pub(crate) const FUNCTIONS: &[&str] = &[
    "Fn::And",
    "Fn::Base64",
    "Fn::Cidr",
    "Fn::Contains",
    "Fn::EachMemberEquals",
    "Fn::EachMemberIn",
    "Fn::Equals",
    "Fn::FindInMap",
    "Fn::ForEach",
    "Fn::GetAZs",
    "Fn::GetAtt",
    "Fn::GetStackOutput",
    "Fn::If",
    "Fn::ImportValue",
    "Fn::Join",
    "Fn::Length",
    "Fn::Not",
    "Fn::Or",
    "Fn::RefAll",
    "Fn::Select",
    "Fn::Split",
    "Fn::Sub",
    "Fn::ToJsonString",
    "Fn::Transform",
    "Fn::ValueOf",
    "Fn::ValueOfAll",
    "Ref",
];

/// The first characters of the key of a loop.
pub(crate) const LOOP_PREFIX: &str = "Fn::ForEach::";

/// The type of a nested stack.
pub const NESTED_STACK: &str = "AWS::CloudFormation::Stack";

/// The last characters of a module's type.
pub(crate) const MODULE_SUFFIX: &str = "::MODULE";

/// The first characters of the type of a parameter whose value is in the SSM parameter store.
pub(crate) const STORED_PARAMETER: &str = "AWS::SSM::Parameter::Value<";

/// The domain of the partition's endpoints.
pub(crate) const URL_SUFFIX: &str = "AWS::URLSuffix";
pub(crate) const ACCOUNT_ID: &str = "AWS::AccountId";
pub(crate) const NOTIFICATION_ARNS: &str = "AWS::NotificationARNs";
pub(crate) const NO_VALUE: &str = "AWS::NoValue";
pub(crate) const PARTITION: &str = "AWS::Partition";
pub(crate) const REGION: &str = "AWS::Region";
pub(crate) const STACK_ID: &str = "AWS::StackId";
pub(crate) const STACK_NAME: &str = "AWS::StackName";

/// Macros after which the resources that tracewatch reads are those of the template.
pub(crate) const KNOWN_MACROS: [&str; 5] = [
    "AWS::Serverless-2016-10-31",
    "AWS::LanguageExtensions",
    "AWS::CodeDeployBlueGreen",
    "AWS::SecretsManager-2020-07-23",
    "AWS::SecretsManager-2024-09-16",
];
