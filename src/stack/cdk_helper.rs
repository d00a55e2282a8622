//! Recognizes the resources that the CDK adds for itself, such as handlers of custom resources. They run only during a deployment.

/// The first characters of logical ids of handlers
/// (aws-cdk-lib: `aws-logs/log-retention`, `custom-resources/aws-custom-resource`, `aws-s3-deployment`, `aws-s3/notifications-resource`).
const ID_PREFIXES: [&str; 4] = [
    "LogRetentionaae0aa3c5b4d4f87b02d85b201efdd8a",
    "AWS679f53fac002430cb0da5b7982bd2287",
    "CustomCDKBucketDeployment8693BB64968944B69AAFB0CC9EB8756C",
    "BucketNotificationsHandler050a0587b7544547bf325f094a3db834",
];

/// Parts of the construct paths of handlers (aws-cdk-lib: `core/custom-resource-provider`, `custom-resources/provider-framework`).
const PATH_PARTS: [&str; 5] = [
    "CustomResourceProvider/",
    "/framework-onEvent/",
    "/framework-isComplete/",
    "/framework-onTimeout/",
    "/waiter-state-machine/",
];

/// Whether a resource is only a helper of the deployment; `path` is its construct path.
pub(crate) fn is_helper(logical_id: &str, path: Option<&str>) -> bool {
    ID_PREFIXES
        .iter()
        .any(|prefix| logical_id.starts_with(prefix))
        || PATH_PARTS
            .iter()
            .any(|part| path.is_some_and(|path| path.contains(part)))
}
