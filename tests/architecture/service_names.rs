//! No AWS service is named in code: a service is data. The readers know CloudFormation's own types;
//! the files below know more.

use super::source::{Breach, File};

/// Beginnings of paths whose code may name services, and why.
const ALLOWED: [(&str, &str); 4] = [
    ("provider/", "calls services"),
    ("sandbox/", "is an account"),
    ("semantics/", "AWS's own languages and limits"),
    (
        "stack/sam/",
        "the SAM transform: AWS defines what each of its types becomes",
    ),
];

/// Types that belong to CloudFormation itself and to no service.
const OF_CLOUDFORMATION: [&str; 4] = [
    "AWS::CloudFormation::",
    "AWS::Serverless",
    "AWS::CDK::",
    // The type of a template parameter.
    "AWS::SSM::Parameter::Value",
];

/// Lines outside the allowed files that hold a resource type of a service.
pub(crate) fn breaches(files: &[File]) -> Vec<Breach> {
    let mut found = Vec::new();
    for file in files {
        if ALLOWED
            .iter()
            .any(|(beginning, _)| file.path.starts_with(beginning))
        {
            continue;
        }
        for (index, line) in file.text.lines().enumerate() {
            if let Some(kind) = service_type(line) {
                found.push(Breach {
                    path: file.path.clone(),
                    line: index + 1,
                    rule: format!("`{kind}`: a service is data, not code"),
                });
            }
        }
    }
    found
}

/// A resource type of a service (`AWS::Lambda::Function`) in a line that is no comment.
fn service_type(line: &str) -> Option<&str> {
    if line.trim_start().starts_with("//") {
        return None;
    }
    let mut rest = line;
    while let Some(at) = rest.find("AWS::") {
        rest = &rest[at..];
        let is_part = |c: char| c.is_alphanumeric() || c == ':';
        let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        let kind = &rest[..end];
        let has_service = kind.matches("::").count() >= 2;
        if has_service && !OF_CLOUDFORMATION.iter().any(|own| kind.starts_with(own)) {
            return Some(kind);
        }
        rest = &rest[end..];
    }
    None
}

#[test]
fn a_planted_service_is_found() {
    let text = "// AWS::Lambda::Function\nlet a = \"AWS::CloudFormation::Stack\";\nlet b = \"AWS::SQS::Queue\";";
    let found = breaches(&[File::new("stack/names.rs", text)]);
    let found: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert_eq!(
        found,
        ["src/stack/names.rs:3: `AWS::SQS::Queue`: a service is data, not code"]
    );
}
