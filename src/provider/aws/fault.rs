//! AWS's errors as [`AccountError`]s: by their code, and by their words where a service has one code for everything.

use std::error::Error;
use std::iter::successors;

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::{ErrorMetadata, ProvideErrorMetadata};

use crate::provider::AccountError;

#[derive(Clone, Copy)]
enum Class {
    NotFound,
    Denied,
    Throttled,
    Conflict,
    Limit,
    Credentials,
}

/// Beginnings of error codes; the first that fits decides.
const CODES: &[(&str, Class)] = &[
    ("Throttl", Class::Throttled),
    ("TooManyRequests", Class::Throttled),
    ("RequestLimitExceeded", Class::Throttled),
    ("SlowDown", Class::Throttled),
    ("LimitExceeded", Class::Limit),
    ("RuleLimitExceeded", Class::Limit),
    ("TopicLimitExceeded", Class::Limit),
    ("SubscriptionLimitExceeded", Class::Limit),
    ("TagLimitExceeded", Class::Limit),
    ("TooManyTags", Class::Limit),
    ("AccessDenied", Class::Denied),
    ("NotAuthorized", Class::Denied),
    ("UnauthorizedOperation", Class::Denied),
    ("AuthorizationError", Class::Denied),
    ("KMSAccessDenied", Class::Denied),
    ("ResourceNotFound", Class::NotFound),
    ("NotFound", Class::NotFound),
    ("DashboardNotFound", Class::NotFound),
    ("ResourceConflict", Class::Conflict),
    ("ConcurrentModification", Class::Conflict),
    ("ConcurrentAccess", Class::Conflict),
    ("OperationAborted", Class::Conflict),
    ("ResourceAlreadyExists", Class::Conflict),
    ("ManagedRule", Class::Conflict),
    ("ExpiredToken", Class::Credentials),
    ("InvalidClientTokenId", Class::Credentials),
    ("UnrecognizedClient", Class::Credentials),
    ("SignatureDoesNotMatch", Class::Credentials),
    ("InvalidSignature", Class::Credentials),
    ("IncompleteSignature", Class::Credentials),
    ("MissingAuthenticationToken", Class::Credentials),
];

/// Words in the messages of codes that say only that a request is wrong. Those of X-Ray for a name that exists and for too many
/// groups are *unverified*.
const WORDS: &[(&str, Class)] = &[
    ("already exists", Class::Conflict),
    ("not found", Class::NotFound),
    ("does not exist", Class::NotFound),
    ("maximum number", Class::Limit),
];

const VAGUE: &[&str] = &[
    "InvalidRequestException",
    "ValidationError",
    "ValidationException",
    "InvalidParameter",
];

const NO_CREDENTIALS: &str = "sign in (`aws sso login`, `aws configure`), name a profile, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY";

/// For `map_err`: what a failed call of an operation means.
pub(super) fn fault<E>(
    operation: &'static str,
) -> impl Fn(SdkError<E, HttpResponse>) -> AccountError
where
    E: ProvideErrorMetadata + Error + 'static,
{
    move |error| match &error {
        SdkError::ServiceError(answer) => answered(
            operation,
            answer.err().meta(),
            answer.raw().status().as_u16(),
        ),
        SdkError::ResponseError(answer) => {
            let message = format!(
                "HTTP {}: the answer could not be read",
                answer.raw().status().as_u16()
            );
            AccountError::Other { operation, message }
        }
        _ => unanswered(operation, &error),
    }
}

/// `None` for what is not there.
pub(super) fn present<T>(answer: Result<T, AccountError>) -> Result<Option<T>, AccountError> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(AccountError::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// What was to be changed is not there any more.
pub(super) fn gone(operation: &'static str, name: &str) -> AccountError {
    AccountError::NotFound {
        operation,
        message: format!("{name} does not exist"),
    }
}

fn answered(operation: &'static str, meta: &ErrorMetadata, status: u16) -> AccountError {
    let code = meta.code().unwrap_or_default();
    let message = match (meta.message(), code) {
        (Some(message), _) if !message.is_empty() => message.to_owned(),
        (_, "") => format!("HTTP {status}"),
        (_, code) => code.to_owned(),
    };
    match classify(code, &message, status) {
        Some(Class::NotFound) => AccountError::NotFound { operation, message },
        Some(Class::Denied) => AccountError::Denied { operation, message },
        Some(Class::Throttled) => AccountError::Throttled { operation, message },
        Some(Class::Conflict) => AccountError::Conflict { operation, message },
        Some(Class::Limit) => AccountError::Limit { operation, message },
        Some(Class::Credentials) => AccountError::NoCredentials {
            message: in_short(&message),
        },
        None => AccountError::Other { operation, message },
    }
}

fn classify(code: &str, message: &str, status: u16) -> Option<Class> {
    let by_code = || CODES.iter().find(|(start, _)| code.starts_with(start));
    let by_words = || {
        let vague = VAGUE.iter().any(|start| code.starts_with(start));
        vague
            .then(|| WORDS.iter().find(|(words, _)| message.contains(words)))
            .flatten()
    };
    by_code()
        .or_else(by_words)
        .map(|(_, class)| *class)
        .or(match status {
            403 => Some(Class::Denied),
            429 => Some(Class::Throttled),
            _ => None,
        })
}

/// The first line only: what follows is a list of all sources that were tried, or for a wrong signature the whole signed request.
fn in_short(message: &str) -> String {
    let first = message.lines().next().unwrap_or_default();
    let first = first.trim_end_matches(". Attempted:").trim_end_matches('.');
    format!("{first}; {NO_CREDENTIALS}")
}

fn unanswered(operation: &'static str, error: &(dyn Error + 'static)) -> AccountError {
    let causes: Vec<&(dyn Error + 'static)> =
        successors(Some(error), |error| (*error).source()).collect();
    match causes
        .iter()
        .position(|error| error.is::<CredentialsError>())
    {
        Some(at) => {
            let reasons = causes.get(at + 1..).unwrap_or_default();
            AccountError::NoCredentials {
                message: in_short(&told(reasons)),
            }
        }
        None => AccountError::NoAnswer {
            operation,
            message: told(&causes),
        },
    }
}

fn told(causes: &[&(dyn Error + 'static)]) -> String {
    let mut words: Vec<String> = causes.iter().map(ToString::to_string).collect();
    words.dedup();
    words.join(": ")
}

#[cfg(test)]
mod tests {
    use aws_smithy_runtime_api::client::result::ConnectorError;

    use super::*;

    fn error(code: &str, message: &str, status: u16) -> AccountError {
        answered(
            "Op",
            &ErrorMetadata::builder().code(code).message(message).build(),
            status,
        )
    }

    #[test]
    fn codes_and_words_decide_the_kind_of_a_fault() {
        let cases = [
            (
                "ThrottlingException",
                "Rate exceeded",
                400,
                "Op: throttled after several tries: Rate exceeded",
            ),
            (
                "LimitExceededFault",
                "too many alarms",
                400,
                "Op: a limit is reached: too many alarms",
            ),
            (
                "RuleLimitExceededException",
                "25 rules",
                400,
                "Op: a limit is reached: 25 rules",
            ),
            ("AccessDeniedException", "no", 400, "Op: access denied: no"),
            ("AuthorizationError", "no", 403, "Op: access denied: no"),
            (
                "ResourceNotFoundException",
                "gone",
                404,
                "Op: not found: gone",
            ),
            (
                "InvalidRequestException",
                "Group not found",
                400,
                "Op: not found: Group not found",
            ),
            (
                "InvalidRequestException",
                "a already exists",
                400,
                "Op: conflict: a already exists",
            ),
            (
                "ValidationError",
                "Stack with id x does not exist",
                400,
                "Op: not found: Stack with id x does not exist",
            ),
            (
                "InvalidRequestException",
                "Filter Expression is empty",
                400,
                "Op: Filter Expression is empty",
            ),
            (
                "InternalFailure",
                "table not found",
                500,
                "Op: table not found",
            ),
            ("Odd", "", 429, "Op: throttled after several tries: Odd"),
        ];
        for (code, message, status, shown) in cases {
            assert_eq!(error(code, message, status).to_string(), shown, "{code}");
        }
    }

    #[test]
    fn a_refused_signature_shows_no_more_than_its_first_line() {
        let shown = error(
            "SignatureDoesNotMatch",
            "The signature is wrong.\n\nx-amz-security-token:Fwo9",
            403,
        )
        .to_string();
        assert!(
            shown.starts_with("no usable AWS credentials: The signature is wrong; sign in"),
            "{shown}"
        );
        assert!(!shown.contains("Fwo9"), "{shown}");
    }

    #[test]
    fn missing_credentials_are_told_from_a_lost_answer() {
        let unanswered = |source: Box<dyn Error + Send + Sync>| {
            let error = ConnectorError::other(source, None);
            fault::<aws_sdk_sts::Error>("Op")(SdkError::dispatch_failure(error)).to_string()
        };
        let shown = unanswered(
            CredentialsError::not_loaded("no providers in chain provided credentials").into(),
        );
        assert!(
            shown.starts_with(
                "no usable AWS credentials: no providers in chain provided credentials; sign in"
            ),
            "{shown}"
        );
        assert_eq!(
            unanswered("connection reset".into()),
            "Op: no answer: dispatch failure: other: connection reset"
        );
    }
}
