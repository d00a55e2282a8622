//! AWS's errors as [`AccountError`]s. The error code decides; the message decides where a service has one code for every refusal.

use std::error::Error;
use std::fmt::Display;
use std::iter::successors;

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::{ErrorMetadata, ProvideErrorMetadata};

use super::transport_error::TransportError;
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

/// Prefixes of error codes; the first match decides.
const CODES: &[(&str, Class)] = &[
    ("Throttl", Class::Throttled),
    ("RequestThrottl", Class::Throttled),
    ("TooManyRequests", Class::Throttled),
    ("RequestLimitExceeded", Class::Throttled),
    ("SlowDown", Class::Throttled),
    ("LimitExceeded", Class::Limit),
    ("RuleLimitExceeded", Class::Limit),
    ("TopicLimitExceeded", Class::Limit),
    ("SubscriptionLimitExceeded", Class::Limit),
    ("TagLimitExceeded", Class::Limit),
    ("TooManyTags", Class::Limit),
    ("ServiceQuotaExceeded", Class::Limit),
    ("AccessDenied", Class::Denied),
    ("NotAuthorized", Class::Denied),
    ("UnauthorizedOperation", Class::Denied),
    ("AuthorizationError", Class::Denied),
    ("KMSAccessDenied", Class::Denied),
    ("ResourceNotFound", Class::NotFound),
    ("NotFound", Class::NotFound),
    ("DashboardNotFound", Class::NotFound),
    ("ResourceConflict", Class::Conflict),
    ("ConflictException", Class::Conflict),
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

/// Parts of messages, for codes that mean only "invalid request". X-Ray's messages for an existing name and for too many groups
/// are *unverified*.
const MESSAGES: &[(&str, Class)] = &[
    ("already exists", Class::Conflict),
    ("not found", Class::NotFound),
    ("does not exist", Class::NotFound),
    ("maximum number", Class::Limit),
];

/// Codes that mean only "invalid request".
const GENERIC_CODES: &[&str] = &[
    "InvalidRequestException",
    "ValidationError",
    "ValidationException",
    "InvalidParameter",
];

const NO_CREDENTIALS: &str = "sign in (`aws sso login`, `aws configure`), name a profile, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY";

/// For `map_err`: the error of a failed call.
pub(super) fn call_error<E>(
    operation: &'static str,
) -> impl Fn(SdkError<E, HttpResponse>) -> AccountError
where
    E: ProvideErrorMetadata + Error + 'static,
{
    move |error| match &error {
        SdkError::ServiceError(response) => service_error(
            operation,
            response.err().meta(),
            response.raw().status().as_u16(),
        ),
        SdkError::ResponseError(response) => {
            let status = response.raw().status().as_u16();
            unreadable(operation, &format!("HTTP {status}"))
        }
        _ => no_response(operation, &error),
    }
}

/// A response without the documented form.
pub(super) fn unreadable(operation: &'static str, cause: &dyn Display) -> AccountError {
    AccountError::Other {
        operation,
        message: format!("{cause}: the response could not be read"),
    }
}

/// `None` instead of a [`AccountError::NotFound`].
pub(super) fn optional<T>(result: Result<T, AccountError>) -> Result<Option<T>, AccountError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(AccountError::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

pub(super) fn not_found(operation: &'static str, name: &str) -> AccountError {
    AccountError::NotFound {
        operation,
        message: format!("{name} does not exist"),
    }
}

fn service_error(operation: &'static str, meta: &ErrorMetadata, status: u16) -> AccountError {
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
            message: without_details(&message),
        },
        None => AccountError::Other { operation, message },
    }
}

fn classify(code: &str, message: &str, status: u16) -> Option<Class> {
    if let Some((_, class)) = CODES.iter().find(|(prefix, _)| code.starts_with(prefix)) {
        return Some(*class);
    }
    let is_generic = GENERIC_CODES.iter().any(|prefix| code.starts_with(prefix));
    let by_message = MESSAGES.iter().find(|(part, _)| message.contains(part));
    if let (true, Some((_, class))) = (is_generic, by_message) {
        return Some(*class);
    }
    match status {
        403 => Some(Class::Denied),
        429 => Some(Class::Throttled),
        _ => None,
    }
}

/// The first line and the remedy. The other lines list all credential sources tried or, for a wrong signature, the signed request.
fn without_details(message: &str) -> String {
    let first = message.lines().next().unwrap_or_default();
    let first = first.trim_end_matches(". Attempted:").trim_end_matches('.');
    format!("{first}; {NO_CREDENTIALS}")
}

/// Whether an answer with this error code and status means that the call came too early.
pub(super) fn is_throttling(code: &str, status: u16) -> bool {
    matches!(classify(code, "", status), Some(Class::Throttled))
}

fn no_response(operation: &'static str, error: &(dyn Error + 'static)) -> AccountError {
    let causes: Vec<&(dyn Error + 'static)> =
        successors(Some(error), |error| (*error).source()).collect();
    let of_transport = causes.iter().find_map(|error| error.downcast_ref());
    if let Some(error) = of_transport {
        return transport_error(operation, error);
    }
    match causes
        .iter()
        .position(|error| error.is::<CredentialsError>())
    {
        Some(at) => {
            let reasons = causes.get(at + 1..).unwrap_or_default();
            AccountError::NoCredentials {
                message: without_details(&joined(reasons)),
            }
        }
        None => AccountError::NoAnswer {
            operation,
            message: joined(&causes),
        },
    }
}

fn transport_error(operation: &'static str, error: &TransportError) -> AccountError {
    let message = error.to_string();
    match error {
        TransportError::Unreachable(_) => AccountError::Unreachable { message },
        TransportError::Throttled { .. } => AccountError::Throttled { operation, message },
        TransportError::ServerErrors { .. } | TransportError::Foreign(_) => {
            AccountError::Other { operation, message }
        }
    }
}

fn joined(causes: &[&(dyn Error + 'static)]) -> String {
    let mut messages: Vec<String> = causes.iter().map(ToString::to_string).collect();
    messages.dedup();
    messages.join(": ")
}

#[cfg(test)]
mod tests {
    use aws_smithy_runtime_api::client::result::ConnectorError;

    use super::*;

    fn error(code: &str, message: &str, status: u16) -> AccountError {
        service_error(
            "Op",
            &ErrorMetadata::builder().code(code).message(message).build(),
            status,
        )
    }

    #[test]
    fn the_code_and_the_message_decide_the_variant() {
        let cases = [
            (
                "ThrottlingException",
                "Rate exceeded",
                400,
                "Op: throttled: Rate exceeded",
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
            ("Odd", "", 429, "Op: throttled: Odd"),
        ];
        for (code, message, status, shown) in cases {
            assert_eq!(error(code, message, status).to_string(), shown, "{code}");
        }
    }

    #[test]
    fn a_refused_signature_shows_only_the_first_line_of_the_message() {
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

    fn shown_failure(source: Box<dyn Error + Send + Sync>) -> String {
        let error = SdkError::dispatch_failure(ConnectorError::other(source, None));
        call_error::<ErrorMetadata>("Op")(error).to_string()
    }

    #[test]
    fn missing_credentials_and_a_lost_response_are_different_errors() {
        let shown = shown_failure(
            CredentialsError::not_loaded("no providers in chain provided credentials").into(),
        );
        assert!(
            shown.starts_with(
                "no usable AWS credentials: no providers in chain provided credentials; sign in"
            ),
            "{shown}"
        );
        assert_eq!(
            shown_failure("connection reset".into()),
            "Op: no answer: dispatch failure: other: connection reset"
        );
    }
}
