//! The provider's own configuration: region, credentials, guards, endpoints. Knows no SDK: what a setting does stands
//! in its doc, and who reads it is somebody else's business.

use crate::field::{Constraint, Exposure, Kind};
use crate::format::Format;

/// One setting of the provider. All are optional.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// camelCase name, dotted for nested objects.
    pub name: &'static str,
    /// The shape of the value.
    pub kind: Kind,
    /// Rules that concern this value alone; [`crate::check`] knows what they say.
    pub constraints: &'static [Constraint],
    /// Whether it is a secret.
    pub exposure: Exposure,
    /// Environment variables that give the value when it is absent, first set wins.
    pub environment: &'static [&'static str],
    /// One sentence for users.
    pub doc: &'static str,
}

impl Setting {
    /// A plain setting without rules.
    const fn new(name: &'static str, kind: Kind) -> Self {
        Self { name, kind, constraints: &[], exposure: Exposure::Plain, environment: &[], doc: "" }
    }
    /// One sentence for users.
    const fn doc(mut self, doc: &'static str) -> Self {
        self.doc = doc;
        self
    }
    /// Rules of this value alone.
    const fn constraints(mut self, constraints: &'static [Constraint]) -> Self {
        self.constraints = constraints;
        self
    }
    /// The value is a secret.
    const fn secret(mut self) -> Self {
        self.exposure = Exposure::Secret;
        self
    }
    /// Environment variables that give the value when it is absent.
    const fn environment(mut self, variables: &'static [&'static str]) -> Self {
        self.environment = variables;
        self
    }
}

/// Services that are called, by the names that `endpoints` takes.
pub const SERVICES: &[&str] = &["cloudformation", "ec2", "autoscaling", "sts", "s3", "secretsmanager"];

/// All settings, in the order in which documentation lists them.
pub static PROVIDER_CONFIG: &[Setting] = &[
    Setting::new("region", Kind::Text)
        .constraints(&[Constraint::Form(Format::Region)])
        .environment(&["AWS_REGION", "AWS_DEFAULT_REGION"])
        .doc("AWS region of the clusters, such as `eu-central-1`; a cluster may name its own."),
    Setting::new("profile", Kind::Text)
        .environment(&["AWS_PROFILE"])
        .doc("Profile of the shared configuration and credentials files."),
    Setting::new("sharedConfigFiles", Kind::List)
        .environment(&["AWS_CONFIG_FILE"])
        .doc("Paths of shared configuration files instead of `~/.aws/config`."),
    Setting::new("sharedCredentialsFiles", Kind::List)
        .environment(&["AWS_SHARED_CREDENTIALS_FILE"])
        .doc("Paths of shared credentials files instead of `~/.aws/credentials`."),
    Setting::new("accessKey", Kind::Text).secret().doc(
        "Static access key id; comes with `secretKey`. The credentials chain of the AWS SDK is \
         the safer way.",
    ),
    Setting::new("secretKey", Kind::Text).secret().doc("Static secret access key; comes with `accessKey`."),
    Setting::new("token", Kind::Text)
        .secret()
        .doc("Session token of temporary static keys; comes with `accessKey` and `secretKey`."),
    Setting::new("assumeRole.roleArn", Kind::Text)
        .constraints(&[Constraint::Form(Format::Arn("iam"))])
        .doc("ARN of an IAM role to assume with those credentials."),
    Setting::new("assumeRole.sessionName", Kind::Text)
        .constraints(&[Constraint::Length(2, 64)])
        .doc("Name of the assumed session, as CloudTrail shows it, 2 to 64 characters."),
    Setting::new("assumeRole.externalId", Kind::Text)
        .constraints(&[Constraint::Length(2, 1224)])
        .doc("External id that the role asks for."),
    Setting::new("assumeRole.durationSeconds", Kind::Integer)
        .constraints(&[Constraint::Range(900, 43_200)])
        .doc("Life of the assumed session in seconds, 900 to 43200."),
    Setting::new("webIdentity.roleArn", Kind::Text)
        .constraints(&[Constraint::Form(Format::Arn("iam"))])
        .environment(&["AWS_ROLE_ARN"])
        .doc("ARN of an IAM role to assume with a web identity token."),
    Setting::new("webIdentity.tokenFile", Kind::Text)
        .environment(&["AWS_WEB_IDENTITY_TOKEN_FILE"])
        .doc("Path of the file that holds the token."),
    Setting::new("webIdentity.sessionName", Kind::Text)
        .constraints(&[Constraint::Length(2, 64)])
        .environment(&["AWS_ROLE_SESSION_NAME"])
        .doc("Name of that session, as CloudTrail shows it, 2 to 64 characters."),
    Setting::new("allowedAccountIds", Kind::List)
        .constraints(&[Constraint::Form(Format::AccountId)])
        .doc("The only accounts that may be touched."),
    Setting::new("forbiddenAccountIds", Kind::List)
        .constraints(&[Constraint::Form(Format::AccountId)])
        .doc("Accounts that must not be touched."),
    Setting::new("defaultTags", Kind::Map)
        .constraints(&[
            Constraint::Items(0, 50),
            Constraint::Keys(Format::TagKey),
            Constraint::Values(Format::TagValue),
        ])
        .doc("Tags of every cluster, at most 50; a tag of the same key on the cluster wins."),
    Setting::new("ignoreTags.keys", Kind::List)
        .constraints(&[Constraint::Form(Format::TagKey)])
        .doc("Keys of tags that others manage; they are neither drift nor removed."),
    Setting::new("ignoreTags.keyPrefixes", Kind::List)
        .doc("Beginnings of keys of tags that others manage; they are neither drift nor removed."),
    Setting::new("endpointUrl", Kind::Text)
        .constraints(&[Constraint::Form(Format::HttpUrl)])
        .environment(&["AWS_ENDPOINT_URL"])
        .doc("URL of one endpoint for all services, for a stand-in of AWS."),
    Setting::new("endpoints", Kind::Map)
        .constraints(&[Constraint::Keys(Format::OneOf(SERVICES)), Constraint::Values(Format::HttpUrl)])
        .doc(
            "URLs of endpoints by service (`cloudformation`, `ec2`, `autoscaling`, `sts`, `s3`, \
         `secretsmanager`); each wins over `endpointUrl`.",
        ),
    Setting::new("maxRetries", Kind::Integer)
        .constraints(&[Constraint::Range(0, 25)])
        .doc("How often a call that failed for a passing reason is made again, 0 to 25."),
    Setting::new("useFipsEndpoint", Kind::Bool)
        .environment(&["AWS_USE_FIPS_ENDPOINT"])
        .doc("Whether FIPS endpoints are called."),
    Setting::new("useDualstackEndpoint", Kind::Bool)
        .environment(&["AWS_USE_DUALSTACK_ENDPOINT"])
        .doc("Whether dual-stack endpoints are called."),
    Setting::new("httpProxy", Kind::Text)
        .secret()
        .constraints(&[Constraint::Form(Format::HttpUrl)])
        .environment(&["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"])
        .doc("URL of an HTTP proxy for all calls."),
    Setting::new("customCaBundle", Kind::Text)
        .environment(&["AWS_CA_BUNDLE"])
        .doc("Path of a PEM file with the certificate authorities to trust."),
];
