//! How things go wrong: messages made of fragments, violations of inputs, failures of operations.
//! Cannot hold a [`crate::value::Value`], so a secret cannot come in by accident.

use starburst_schema::{Code, Field};

use crate::path::{Casing, Path};
use crate::time::Millis;

/// A message made of fragments, because the clients spell the same field and the same advice differently.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Message(Vec<Fragment>);

/// A part of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fragment {
    /// Words.
    Text(String),
    /// A field, spelled as the client spells it.
    Field(Path),
    /// A number with its unit.
    Quantity(u64, &'static str),
    /// A length of time.
    Span(Millis),
    /// A command that the user can run.
    Command(Advice),
}

/// Commands that differ between the clients.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Advice {
    /// Show what differs from the state.
    Refresh,
    /// Carry the program out.
    Apply,
    /// Remove the resource from the state without touching AWS.
    Forget,
    /// Take an existing stack over.
    Import(String),
    /// Keep a resource that the client would replace because its create did not end well; Pulumi replaces none of them.
    Untaint,
    /// A command of AWS's own command line, whole.
    Aws(String),
}

/// Which client reads a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Client {
    /// Pulumi.
    Pulumi,
    /// Terraform and OpenTofu.
    Terraform,
}

impl Client {
    /// How the client spells fields.
    #[must_use]
    pub const fn casing(self) -> Casing {
        match self {
            Self::Pulumi => Casing::Camel,
            Self::Terraform => Casing::Snake,
        }
    }
}

impl Message {
    /// A message that begins with these words.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(vec![Fragment::Text(text.into())])
    }

    /// A message that begins with a field's name.
    #[must_use]
    pub fn of(field: &Field) -> Self {
        Self(vec![Fragment::Field(Path::from(field))])
    }

    /// Adds words.
    #[must_use]
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.0.push(Fragment::Text(text.into()));
        self
    }

    /// Adds a field's name.
    #[must_use]
    pub fn field(mut self, field: &Field) -> Self {
        self.0.push(Fragment::Field(Path::from(field)));
        self
    }

    /// Adds the name of a path.
    #[must_use]
    pub fn path(mut self, path: &Path) -> Self {
        self.0.push(Fragment::Field(path.clone()));
        self
    }

    /// Adds a number and its unit.
    #[must_use]
    pub fn quantity(mut self, number: u64, unit: &'static str) -> Self {
        self.0.push(Fragment::Quantity(number, unit));
        self
    }

    /// Adds a length of time.
    #[must_use]
    pub fn span(mut self, length: Millis) -> Self {
        self.0.push(Fragment::Span(length));
        self
    }

    /// Adds a command.
    #[must_use]
    pub fn command(mut self, advice: Advice) -> Self {
        self.0.push(Fragment::Command(advice));
        self
    }

    /// Adds another message's fragments.
    #[must_use]
    pub fn then(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// The text for a client.
    #[must_use]
    pub fn render(&self, client: Client) -> String {
        self.0.iter().map(|fragment| fragment.render(client)).collect()
    }
}

impl Fragment {
    fn render(&self, client: Client) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Field(path) => path.render(client.casing()),
            Self::Quantity(number, unit) => format!("{number} {unit}"),
            Self::Span(length) => length.to_string(),
            Self::Command(advice) => advice.render(client),
        }
    }
}

impl Advice {
    fn render(&self, client: Client) -> String {
        match (self, client) {
            (Self::Refresh, Client::Pulumi) => "`pulumi refresh`".into(),
            (Self::Refresh, Client::Terraform) => "`terraform apply -refresh-only`".into(),
            (Self::Apply | Self::Untaint, Client::Pulumi) => "`pulumi up`".into(),
            (Self::Apply, Client::Terraform) => "`terraform apply`".into(),
            (Self::Forget, Client::Pulumi) => "`pulumi state delete URN`".into(),
            (Self::Forget, Client::Terraform) => "`terraform state rm ADDRESS`".into(),
            (Self::Import(id), Client::Pulumi) => {
                format!("`pulumi import starburst:index:PrestoAlluxioCluster NAME {id}`")
            }
            (Self::Import(id), Client::Terraform) => {
                format!("`terraform import starburst_presto_alluxio_cluster.NAME {id}`")
            }
            (Self::Untaint, Client::Terraform) => "`terraform untaint ADDRESS`".into(),
            (Self::Aws(command), _) => format!("`{command}`"),
        }
    }
}

/// Whether a violation stops the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing is called before it is corrected.
    Error,
    /// Shown, and the run goes on.
    Warning,
}

/// One thing to correct in the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The rule's code.
    pub code: &'static Code,
    /// Whether it stops the run.
    pub severity: Severity,
    /// Where the value stands.
    pub path: Path,
    /// What is wrong and which rule says so.
    pub message: Message,
    /// What to write instead; empty when the message says it already.
    pub instead: Message,
}

impl Violation {
    /// An error.
    #[must_use]
    pub fn error(code: &'static Code, path: Path, message: Message, instead: Message) -> Self {
        Self { code, severity: Severity::Error, path, message, instead }
    }
    /// A warning.
    #[must_use]
    pub fn warning(code: &'static Code, path: Path, message: Message, instead: Message) -> Self {
        Self { code, severity: Severity::Warning, path, message, instead }
    }
    /// `SB1017: … hint: …` in one line, without the path.
    #[must_use]
    pub fn render(&self, client: Client) -> String {
        let instead = self.instead.render(client);
        let hint = if instead.is_empty() { String::new() } else { format!("; {instead}") };
        format!("{}: {}{hint}", self.code, self.message.render(client))
    }
}

/// How an operation ended otherwise than well. The caller adds the partial state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What the caller must do with it.
    pub kind: FailureKind,
    /// The code of the documentation.
    pub code: &'static Code,
    /// One sentence.
    pub summary: Message,
    /// The first true cause, then others that stand on their own; never cancelled siblings.
    pub causes: Vec<Cause>,
    /// What to run or write next.
    pub hints: Vec<Message>,
    /// Violations, for [`FailureKind::Invalid`] alone.
    pub violations: Vec<Violation>,
}

/// What a caller must do with a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    /// The program can be corrected; no mutating call was made.
    Invalid,
    /// Credentials, account guard or permission.
    Denied,
    /// AWS said no before starting.
    Refused,
    /// Another operation runs, or the plan is stale.
    Conflict,
    /// Started, failed, and AWS restored what was there before (nothing, after a create).
    RolledBack,
    /// Needs a decision of a person; the hint holds the exact command.
    Stuck,
    /// We were cancelled; AWS may go on.
    Interrupted,
    /// The deadline passed; AWS may go on.
    TimedOut,
    /// Transport or throttling beyond the retry budget.
    Unreachable,
    /// The stack is not there.
    Gone,
    /// A mistake of the plugin.
    Bug,
}

/// Why a resource of the stack failed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cause {
    /// Logical id in the template.
    pub logical_id: String,
    /// CloudFormation resource type.
    pub resource_type: String,
    /// Physical id, when there is one.
    pub physical_id: String,
    /// Resource status of the event.
    pub status: String,
    /// AWS's words, redacted.
    pub reason: String,
    /// The input that fixes it, when one is known.
    pub field: Option<Path>,
    /// How many further events follow from it.
    pub follows: usize,
}

impl Failure {
    /// A failure without causes and hints.
    #[must_use]
    pub fn new(kind: FailureKind, code: &'static Code, summary: Message) -> Self {
        Self { kind, code, summary, causes: Vec::new(), hints: Vec::new(), violations: Vec::new() }
    }
    /// Adds what to run or write next.
    #[must_use]
    pub fn hint(mut self, hint: Message) -> Self {
        self.hints.push(hint);
        self
    }
    /// Adds a cause.
    #[must_use]
    pub fn cause(mut self, cause: Cause) -> Self {
        self.causes.push(cause);
        self
    }
    /// The violations of a program as one failure.
    #[must_use]
    pub fn invalid(violations: Vec<Violation>) -> Self {
        let code = violations.first().map_or(&starburst_schema::codes::bug::BUG, |first| first.code);
        let mut failure = Self::new(FailureKind::Invalid, code, Message::new("the inputs cannot be carried out"));
        failure.violations = violations;
        failure
    }
    /// Several lines for a terminal: summary, causes, hints.
    #[must_use]
    pub fn render(&self, client: Client) -> String {
        let mut lines = vec![format!("{}: {}", self.code, self.summary.render(client))];
        for violation in &self.violations {
            lines.push(format!("  {}: {}", violation.path.render(client.casing()), violation.render(client)));
        }
        for cause in &self.causes {
            lines.push(format!("  cause: {} ({}): {}", cause.logical_id, cause.resource_type, cause.reason));
            if let Some(field) = &cause.field {
                lines.push(format!("  input: {}", field.render(client.casing())));
            }
            if cause.follows > 0 {
                lines.push(format!("  {} further events follow from it", cause.follows));
            }
        }
        for hint in &self.hints {
            lines.push(format!("  hint: {}", hint.render(client)));
        }
        lines.join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resource_is_kept_by_the_command_that_its_client_needs() {
        let message = Message::new("run ").command(Advice::Untaint);
        assert_eq!(message.render(Client::Terraform), "run `terraform untaint ADDRESS`");
        assert_eq!(message.render(Client::Pulumi), "run `pulumi up`");
    }
}
