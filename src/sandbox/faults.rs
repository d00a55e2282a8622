//! Simulated faults of the sandbox: throttling, errors, latency, lost answers.

use std::str::FromStr;
use std::time::Duration;

use serde_json::{Map, Value};

use super::error::AwsError;
use super::protocol::operation_names;
use super::quota::Quota;

/// All faults of one sandbox.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    pub throttles: Vec<Throttle>,
    pub failures: Vec<Failure>,
    /// The delay of every answer.
    pub latency: Duration,
    pub losses: Vec<Loss>,
    /// Without a quota, calls are throttled by `throttles` alone.
    pub quota: Option<Quota>,
}

/// `OP=N`: every Nth call of an operation is throttled. `*` counts the calls of all operations together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Throttle {
    operation: OperationPattern,
    every: u32,
    calls: u32,
}

/// `OP[@NAME]=CODE`: calls of an operation fail with an error; with a name, only calls for the resource of that name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    operation: OperationPattern,
    name: Option<String>,
    code: String,
}

/// `OP=N`: the first N calls of an operation are carried out, but their answers are lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loss {
    operation: OperationPattern,
    left: u32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum OperationPattern {
    Any,
    Named(String),
}

/// A syntax error in the text of a fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadFault {
    #[error("`{given}` must have the form {form}")]
    Form { given: String, form: &'static str },
    #[error("`{given}` is not a number of calls, which begins at 1")]
    Count { given: String },
    #[error("the sandbox serves no operation `{given}`; the nearest is `{nearest}`")]
    Operation {
        given: String,
        nearest: &'static str,
    },
}

impl OperationPattern {
    fn matches(&self, operation: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Named(name) => name == operation,
        }
    }
}

impl FromStr for OperationPattern {
    type Err = BadFault;

    fn from_str(text: &str) -> Result<Self, BadFault> {
        if text == "*" {
            return Ok(Self::Any);
        }
        match operation_names().min_by_key(|name| distance(name, text)) {
            Some(nearest) if nearest != text => Err(BadFault::Operation {
                given: text.to_owned(),
                nearest,
            }),
            _ => Ok(Self::Named(text.to_owned())),
        }
    }
}

fn distance(name: &str, text: &str) -> usize {
    strsim::damerau_levenshtein(&name.to_ascii_lowercase(), &text.to_ascii_lowercase())
}

fn count(text: &str) -> Result<u32, BadFault> {
    text.parse()
        .ok()
        .filter(|count| *count > 0)
        .ok_or_else(|| BadFault::Count {
            given: text.to_owned(),
        })
}

fn halves<'a>(text: &'a str, form: &'static str) -> Result<(&'a str, &'a str), BadFault> {
    let halves = text
        .split_once('=')
        .filter(|(left, right)| !left.is_empty() && !right.is_empty());
    halves.ok_or_else(|| BadFault::Form {
        given: text.to_owned(),
        form,
    })
}

impl FromStr for Throttle {
    type Err = BadFault;

    fn from_str(text: &str) -> Result<Self, BadFault> {
        let (operation, every) = halves(text, "OPERATION=N or *=N")?;
        Ok(Self {
            operation: operation.parse()?,
            every: count(every)?,
            calls: 0,
        })
    }
}

impl FromStr for Failure {
    type Err = BadFault;

    fn from_str(text: &str) -> Result<Self, BadFault> {
        // Names may contain an equals sign, codes do not.
        let form = "OPERATION[@NAME]=CODE";
        let (what, code) = text
            .rsplit_once('=')
            .filter(|(what, code)| !what.is_empty() && !code.is_empty())
            .ok_or_else(|| BadFault::Form {
                given: text.to_owned(),
                form,
            })?;
        let (operation, name) = what
            .split_once('@')
            .map_or((what, None), |(operation, name)| {
                (operation, Some(name.to_owned()))
            });
        Ok(Self {
            operation: operation.parse()?,
            name,
            code: code.to_owned(),
        })
    }
}

impl FromStr for Loss {
    type Err = BadFault;

    fn from_str(text: &str) -> Result<Self, BadFault> {
        let (operation, left) = halves(text, "OPERATION=N")?;
        Ok(Self {
            operation: operation.parse()?,
            left: count(left)?,
        })
    }
}

impl Faults {
    /// The simulated error of a call. `throttling` is the service's error for throttled calls.
    pub(super) fn error(
        &mut self,
        throttling: &'static str,
        operation: &str,
        input: Option<&Map<String, Value>>,
    ) -> Option<AwsError> {
        let mut is_throttled = false;
        for throttle in self
            .throttles
            .iter_mut()
            .filter(|throttle| throttle.operation.matches(operation))
        {
            throttle.calls += 1;
            is_throttled |= throttle.calls.is_multiple_of(throttle.every);
        }
        if is_throttled {
            return Some(AwsError::new(throttling, "Rate exceeded"));
        }
        let mut failures = self
            .failures
            .iter()
            .filter(|failure| failure.operation.matches(operation));
        let failure = failures.find(|failure| {
            failure
                .name
                .as_deref()
                .is_none_or(|name| input.is_some_and(|input| names(input, name)))
        })?;
        let message = format!(
            "The sandbox was told to refuse {operation} with {}",
            failure.code
        );
        Some(AwsError::new(failure.code.clone(), message))
    }

    /// Whether the answer of a completed call is lost.
    pub(super) fn loses(&mut self, operation: &str) -> bool {
        let loss = self
            .losses
            .iter_mut()
            .find(|loss| loss.left > 0 && loss.operation.matches(operation));
        loss.is_some_and(|loss| {
            loss.left -= 1;
            true
        })
    }
}

/// Members that identify the resource of a request by name or ARN.
const IDENTITIES: &[&str] = &[
    "AlarmName",
    "AlarmNames",
    "DashboardName",
    "DashboardNames",
    "GroupName",
    "GroupARN",
    "RuleName",
    "RuleARN",
    "SamplingRule",
    "SamplingRuleUpdate",
    "Name",
    "Rule",
    "TopicArn",
    "ResourceArn",
    "ResourceARN",
    "resourceArn",
    "logGroupName",
    "StackName",
];

fn names(input: &Map<String, Value>, name: &str) -> bool {
    IDENTITIES
        .iter()
        .filter_map(|member| input.get(*member))
        .any(|value| identifies(value, name))
}

fn identifies(value: &Value, name: &str) -> bool {
    match value {
        Value::String(text) => text == name || is_arn_of(text, name),
        Value::Array(items) => items.iter().any(|item| item.as_str() == Some(name)),
        Value::Object(members) => names(members, name),
        _ => false,
    }
}

fn is_arn_of(text: &str, name: &str) -> bool {
    text.starts_with("arn:") && text.split([':', '/']).any(|part| part == name)
}

#[allow(clippy::unwrap_used)]
#[cfg(test)]
mod tests {
    use super::{Failure, Loss, Throttle};

    #[test]
    fn an_invalid_fault_has_an_error_with_the_expected_form() {
        assert_eq!(
            "PutMetricAlrm=3"
                .parse::<Throttle>()
                .unwrap_err()
                .to_string(),
            "the sandbox serves no operation `PutMetricAlrm`; the nearest is `PutMetricAlarm`"
        );
        assert_eq!(
            "PutMetricAlarm".parse::<Loss>().unwrap_err().to_string(),
            "`PutMetricAlarm` must have the form OPERATION=N"
        );
        assert_eq!(
            "PutMetricAlarm=0"
                .parse::<Throttle>()
                .unwrap_err()
                .to_string(),
            "`0` is not a number of calls, which begins at 1"
        );
    }

    #[test]
    fn the_name_in_a_failure_may_contain_an_equals_sign() {
        let failure: Failure = "PutMetricAlarm@orders.api=5xx=AccessDenied"
            .parse()
            .unwrap();
        assert_eq!(failure.name.as_deref(), Some("orders.api=5xx"));
        assert_eq!(failure.code, "AccessDenied");
    }
}
