//! What CloudFormation says of a template before it is used.

/// Which template is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SummaryOf<'a> {
    /// That of a stack, by name or ARN.
    Stack(&'a str),
    /// This text, at most 51,200 bytes.
    Body(&'a str),
    /// The object behind this URL of S3, at most 1 MB.
    Url(&'a str),
}

/// GetTemplateSummary.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TemplateSummary {
    /// Declared parameters, in the order of the template as far as AWS keeps it.
    pub parameters: Vec<TemplateParameter>,
    /// Capabilities that have to be acknowledged.
    pub capabilities: Vec<String>,
    /// AWS's words on why; empty when there is nothing to acknowledge.
    pub capabilities_reason: String,
    /// Types of the resources, each once.
    pub resource_types: Vec<String>,
    /// Declared transforms and macros.
    pub transforms: Vec<String>,
}

/// A declared parameter.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TemplateParameter {
    /// Its name.
    pub name: String,
    /// CloudFormation's type, such as `Number` or `AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>`.
    pub kind: String,
    /// The default; `None` when a value is required.
    pub default: Option<String>,
    /// The only values it takes; empty for any.
    pub allowed: Vec<String>,
    /// Whether AWS hides the value.
    pub no_echo: bool,
    /// The template's own words.
    pub description: String,
}

impl TemplateSummary {
    /// The declared parameter of that name.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&TemplateParameter> {
        self.parameters.iter().find(|parameter| parameter.name == name)
    }
}

impl TemplateParameter {
    /// Whether the value is the name of a parameter in Systems Manager, which CloudFormation looks up.
    #[must_use]
    pub fn is_looked_up(&self) -> bool {
        self.kind.starts_with("AWS::SSM::Parameter::")
    }
}
