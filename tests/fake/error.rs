//! The error answer of a call: code, HTTP status, message. It knows no wire format.

/// An error as AWS answers it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiError {
    /// HTTP status.
    pub status: u16,
    /// The code that SDKs dispatch on, for example `ValidationError`.
    pub code: String,
    /// The sentence for people.
    pub message: String,
}

impl ApiError {
    /// An error with all three parts given.
    pub fn new(status: u16, code: &str, message: impl Into<String>) -> Self {
        Self { status, code: code.to_owned(), message: message.into() }
    }

    /// `ValidationError`, status 400: CloudFormation's and Auto Scaling's answer to nearly everything.
    pub fn validation(message: impl Into<String>) -> Self {
        Self::new(400, "ValidationError", message)
    }

    /// `Throttling`, status 400.
    #[must_use]
    pub fn throttling() -> Self {
        Self::new(400, "Throttling", "Rate exceeded")
    }
}

impl std::fmt::Display for ApiError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({}): {}", self.code, self.status, self.message)
    }
}

impl std::error::Error for ApiError {}

/// What a call answers: a tree in the shape of the API's output.
pub type Answer = Result<serde_json::Value, ApiError>;
