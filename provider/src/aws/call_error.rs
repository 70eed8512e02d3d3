//! What a failed call means: AWS's error codes and texts, and the SDK's own failures, become the core's kinds of error.
//! The codes and texts are those of the services' API references and of recorded answers. Decides nothing: whether to
//! go on is the core's business.

use std::error::Error;

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::{ConnectorError, SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use starburst_core::ports::{CallError, CallErrorKind};

use super::redact::Redactor;

/// Turns failures of one service's calls into [`CallError`]s.
#[derive(Debug, Clone)]
pub struct Failures {
    service: &'static str,
    redactor: Redactor,
}

impl Failures {
    /// `service` is spelled as permissions spell it, for example `cloudformation`.
    #[must_use]
    pub fn new(service: &'static str, redactor: Redactor) -> Self {
        Self { service, redactor }
    }

    /// The redactor that texts of this service go through.
    #[must_use]
    pub fn redactor(&self) -> &Redactor {
        &self.redactor
    }

    /// The failed call of `action`, for example `DescribeStacks`.
    pub fn call<E>(&self, action: &str, error: &SdkError<E, HttpResponse>) -> CallError
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    {
        let (kind, code, message) = match error {
            SdkError::ServiceError(service) => {
                let code = service.err().code().unwrap_or_default();
                let message = service.err().message().unwrap_or_default();
                let status = service.raw().status().as_u16();
                let text =
                    if message.is_empty() { format!("AWS answers HTTP status {status}") } else { message.into() };
                (kind_of_answer(status, code, message), code.to_owned(), text)
            }
            other => (kind_without_answer(other), String::new(), chain(other)),
        };
        CallError { kind, action: format!("{}:{action}", self.service), code, message: self.redactor.redact(&message) }
    }

    /// A failure that no call stands behind: the answer lacks what the API promises.
    #[must_use]
    pub fn incomplete(&self, action: &str, what: &str) -> CallError {
        CallError {
            kind: CallErrorKind::Other,
            action: format!("{}:{action}", self.service),
            code: String::new(),
            message: format!("the answer holds no {what}"),
        }
    }
}

/// What an answer with this status, error code and message means. A status of 404 without AWS's own code means nothing:
/// proxies and wrong endpoints answer so, and a stack must not be believed gone because of them.
#[must_use]
pub fn kind_of_answer(status: u16, code: &str, message: &str) -> CallErrorKind {
    kind_of_code(code, message).unwrap_or(match status {
        500.. => CallErrorKind::Server,
        429 => CallErrorKind::Throttled,
        403 => CallErrorKind::Denied,
        401 => CallErrorKind::Credentials,
        _ => CallErrorKind::Other,
    })
}

fn kind_of_code(code: &str, message: &str) -> Option<CallErrorKind> {
    use CallErrorKind as Kind;
    Some(match code {
        "Throttling"
        | "ThrottlingException"
        | "ThrottledException"
        | "RequestThrottled"
        | "RequestThrottledException"
        | "RequestLimitExceeded"
        | "TooManyRequestsException"
        | "EC2ThrottledException"
        | "SlowDown"
        | "BandwidthLimitExceeded"
        | "PriorRequestNotComplete"
        | "ResourceContention"
        | "ResourceContentionFault" => Kind::Throttled,
        // EC2 answers AuthFailure both for keys that it does not know and for an image of somebody else.
        "AuthFailure" if message.starts_with("Not authorized") => Kind::Denied,
        "ExpiredToken"
        | "ExpiredTokenException"
        | "TokenRefreshRequired"
        | "InvalidToken"
        | "InvalidClientTokenId"
        | "InvalidAccessKeyId"
        | "UnrecognizedClient"
        | "UnrecognizedClientException"
        | "SignatureDoesNotMatch"
        | "InvalidSignatureException"
        | "IncompleteSignature"
        | "MissingAuthenticationToken"
        | "MissingAuthenticationTokenException"
        | "AuthFailure"
        | "RequestExpired"
        | "RequestTimeTooSkewed" => Kind::Credentials,
        "AccessDenied"
        | "AccessDeniedException"
        | "UnauthorizedOperation"
        | "UnauthorizedAccess"
        | "NotAuthorized"
        | "AllAccessDisabled"
        | "AccountProblem"
        | "OptInRequired" => Kind::Denied,
        "AlreadyExistsException" | "AlreadyExists" => Kind::AlreadyExists,
        "TokenAlreadyExistsException" => Kind::TokenReused,
        "InsufficientCapabilitiesException" | "InsufficientCapabilities" => Kind::Capabilities,
        "ValidationError" if says_absent(message) => Kind::NotFound,
        "StackNotFoundException"
        | "ChangeSetNotFound"
        | "ResourceNotFoundException"
        | "NoSuchBucket"
        | "NoSuchKey"
        | "NotFound" => Kind::NotFound,
        "InternalFailure"
        | "InternalError"
        | "InternalServiceError"
        | "ServiceUnavailable"
        | "ServiceUnavailableException"
        | "Unavailable" => Kind::Server,
        // S3 answers so when a body arrives too slowly.
        "RequestTimeout" => Kind::Transport,
        "OperationInProgressException" => Kind::Refused,
        other => return kind_of_family(other),
    })
}

/// EC2 has hundreds of codes; their endings and beginnings are regular.
fn kind_of_family(code: &str) -> Option<CallErrorKind> {
    let begins = |with: &[&str]| with.iter().any(|prefix| code.starts_with(prefix));
    if code.ends_with(".NotFound") || code.ends_with(".Unavailable") {
        Some(CallErrorKind::NotFound)
    } else if code.ends_with("LimitExceeded") || code.ends_with("LimitExceededException") {
        Some(CallErrorKind::Limit)
    } else if begins(&["Validation", "Invalid", "Malformed", "Missing", "Unsupported"]) {
        Some(CallErrorKind::Refused)
    } else {
        None
    }
}

/// `Stack with id X does not exist`, `Stack [X] does not exist`, `AutoScalingGroup name not found - X`. A parameter
/// whose value does not exist is something else: that request is refused.
fn says_absent(message: &str) -> bool {
    (message.starts_with("Stack") && message.trim_end().ends_with("does not exist"))
        || message.starts_with("AutoScalingGroup name not found")
}

/// No answer came, or none that can be read.
fn kind_without_answer<E>(error: &SdkError<E, HttpResponse>) -> CallErrorKind
where
    E: Error + Send + Sync + 'static,
{
    if let Some(credentials) = find::<CredentialsError>(error) {
        return kind_of_credentials(credentials);
    }
    match error {
        SdkError::TimeoutError(_) | SdkError::DispatchFailure(_) | SdkError::ResponseError(_) => {
            CallErrorKind::Transport
        }
        _ => CallErrorKind::Other,
    }
}

/// A provider that is not there is a matter of credentials; one that cannot be reached, such as STS, is not.
fn kind_of_credentials(error: &CredentialsError) -> CallErrorKind {
    let passing = match error {
        CredentialsError::ProviderTimedOut(_) => true,
        CredentialsError::ProviderError(_) | CredentialsError::Unhandled(_) => find::<ConnectorError>(error).is_some(),
        _ => false,
    };
    if passing { CallErrorKind::Transport } else { CallErrorKind::Credentials }
}

fn find<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    sources(error).find_map(|source| source.downcast_ref::<T>())
}

fn sources<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error: &&'a (dyn Error + 'static)| error.source())
}

/// The SDK's names for kinds of its own errors: they explain nothing.
const EMPTY_WORDS: [&str; 2] = ["other", "the credential provider was not enabled"];

/// The texts of an error and its sources, without those that repeat what stands already. The SDK's outermost words
/// ("dispatch failure") say nothing to a user and are left out when something follows.
fn chain(error: &(dyn Error + 'static)) -> String {
    let mut texts: Vec<String> = Vec::new();
    for text in sources(error).skip(1).map(ToString::to_string) {
        if !EMPTY_WORDS.contains(&text.as_str()) && !texts.iter().any(|seen| seen.contains(&text)) {
            texts.push(text);
        }
    }
    if texts.is_empty() { error.to_string() } else { texts.join(": ") }
}

#[cfg(test)]
mod tests {
    use aws_sdk_sts::operation::get_caller_identity::GetCallerIdentityError;
    use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
    use aws_smithy_types::body::SdkBody;
    use aws_smithy_types::error::ErrorMetadata;

    use super::CallErrorKind as Kind;
    use super::*;

    #[test]
    fn every_documented_answer_has_its_kind() {
        let table: &[(u16, &str, &str, Kind)] = &[
            (400, "ValidationError", "Stack with id demo does not exist", Kind::NotFound),
            (400, "ValidationError", "Stack [demo] does not exist", Kind::NotFound),
            (
                400,
                "ValidationError",
                "Stack:arn:aws:x is in UPDATE_IN_PROGRESS state and can not be updated.",
                Kind::Refused,
            ),
            (
                400,
                "ValidationError",
                "Parameter value subnet-1 for parameter name Subnet does not exist",
                Kind::Refused,
            ),
            (400, "ValidationError", "AutoScalingGroup name not found - AutoScalingGroup x not found", Kind::NotFound),
            (400, "AlreadyExistsException", "Stack [demo] already exists", Kind::AlreadyExists),
            (400, "TokenAlreadyExistsException", "A client request token already exists.", Kind::TokenReused),
            (
                400,
                "InsufficientCapabilitiesException",
                "Requires capabilities : [CAPABILITY_NAMED_IAM]",
                Kind::Capabilities,
            ),
            (400, "LimitExceededException", "", Kind::Limit),
            (400, "VpcEndpointLimitExceeded", "", Kind::Limit),
            (404, "ChangeSetNotFound", "ChangeSet [x] does not exist", Kind::NotFound),
            (400, "InvalidChangeSetStatus", "", Kind::Refused),
            (400, "Throttling", "Rate exceeded", Kind::Throttled),
            (503, "RequestLimitExceeded", "", Kind::Throttled),
            (503, "SlowDown", "", Kind::Throttled),
            (500, "ResourceContention", "", Kind::Throttled),
            (403, "ExpiredToken", "The security token included in the request is expired", Kind::Credentials),
            (403, "InvalidClientTokenId", "", Kind::Credentials),
            (403, "SignatureDoesNotMatch", "", Kind::Credentials),
            (400, "UnrecognizedClientException", "", Kind::Credentials),
            (401, "AuthFailure", "AWS was not able to validate the provided access credentials", Kind::Credentials),
            (400, "AuthFailure", "Not authorized for images: [ami-1]", Kind::Denied),
            (403, "AccessDenied", "", Kind::Denied),
            (403, "UnauthorizedOperation", "", Kind::Denied),
            (403, "", "", Kind::Denied),
            (400, "InvalidSubnetID.NotFound", "", Kind::NotFound),
            (404, "", "", Kind::Other),
            (500, "InternalFailure", "", Kind::Server),
            (500, "", "", Kind::Server),
            (502, "", "", Kind::Server),
            (418, "Teapot", "", Kind::Other),
        ];
        for (status, code, message, kind) in table {
            assert_eq!(kind_of_answer(*status, code, message), *kind, "{status} {code} {message}");
        }
    }

    fn sdk_error(error: SdkError<GetCallerIdentityError, HttpResponse>) -> CallError {
        let redactor = Redactor::default();
        redactor.register("correct horse");
        Failures::new("sts", redactor).call("GetCallerIdentity", &error)
    }

    #[test]
    fn a_service_error_keeps_code_and_redacted_message() {
        let metadata = ErrorMetadata::builder().code("AccessDenied").message("'correct horse' may not").build();
        let raw = HttpResponse::new(403.try_into().expect("a status"), SdkBody::empty());
        let error = sdk_error(SdkError::service_error(GetCallerIdentityError::generic(metadata), raw));
        assert_eq!(error.kind, Kind::Denied);
        assert_eq!(error.action, "sts:GetCallerIdentity");
        assert_eq!(error.code, "AccessDenied");
        assert_eq!(error.message, "'[secret]' may not");
    }

    #[test]
    fn no_answer_is_transport() {
        let refused = std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
        let error = sdk_error(SdkError::dispatch_failure(ConnectorError::io(refused.into())));
        assert_eq!(error.kind, Kind::Transport);
        assert!(error.message.contains("refused"), "{}", error.message);
        assert_eq!(sdk_error(SdkError::timeout_error("too slow")).kind, Kind::Transport);
    }

    #[test]
    fn absent_credentials_are_not_transport() {
        let none = ConnectorError::other(CredentialsError::not_loaded("nothing found").into(), None);
        assert_eq!(sdk_error(SdkError::dispatch_failure(none)).kind, Kind::Credentials);
        let unreachable = ConnectorError::io(std::io::Error::from(std::io::ErrorKind::TimedOut).into());
        let provider = CredentialsError::provider_error(unreachable);
        let error = sdk_error(SdkError::dispatch_failure(ConnectorError::other(provider.into(), None)));
        assert_eq!(error.kind, Kind::Transport);
        let late = CredentialsError::provider_timed_out(std::time::Duration::from_secs(15));
        let error = sdk_error(SdkError::dispatch_failure(ConnectorError::other(late.into(), None)));
        assert_eq!(error.kind, Kind::Transport);
    }
}
