//! The provider's own configuration: region, credentials, guards, endpoints.

use crate::field::{Exposure, Kind};

/// One setting of the provider.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// camelCase name, dotted for nested objects.
    pub name: &'static str,
    /// The shape of the value.
    pub kind: Kind,
    /// Whether it is a secret.
    pub exposure: Exposure,
    /// Environment variables that give the value when it is absent, first set wins.
    pub environment: &'static [&'static str],
    /// One sentence for users.
    pub doc: &'static str,
}

/// All settings.
pub static PROVIDER_CONFIG: &[Setting] = &[
    Setting {
        name: "region",
        kind: Kind::Text,
        exposure: Exposure::Plain,
        environment: &["AWS_REGION", "AWS_DEFAULT_REGION"],
        doc: "AWS region of the clusters, such as `eu-central-1`.",
    },
    Setting {
        name: "profile",
        kind: Kind::Text,
        exposure: Exposure::Plain,
        environment: &["AWS_PROFILE"],
        doc: "Profile of the shared configuration and credentials files.",
    },
    Setting {
        name: "sharedConfigFiles",
        kind: Kind::List,
        exposure: Exposure::Plain,
        environment: &["AWS_CONFIG_FILE"],
        doc: "Paths of shared configuration files instead of `~/.aws/config`.",
    },
    Setting {
        name: "sharedCredentialsFiles",
        kind: Kind::List,
        exposure: Exposure::Plain,
        environment: &["AWS_SHARED_CREDENTIALS_FILE"],
        doc: "Paths of shared credentials files instead of `~/.aws/credentials`.",
    },
    Setting {
        name: "accessKey",
        kind: Kind::Text,
        exposure: Exposure::Secret,
        environment: &[],
        doc: "Static access key id. Prefer the credentials chain of the AWS SDK.",
    },
    Setting {
        name: "secretKey",
        kind: Kind::Text,
        exposure: Exposure::Secret,
        environment: &[],
        doc: "Static secret access key; comes with `accessKey`.",
    },
    Setting {
        name: "token",
        kind: Kind::Text,
        exposure: Exposure::Secret,
        environment: &[],
        doc: "Session token of temporary static keys.",
    },
    Setting {
        name: "assumeRole.roleArn",
        kind: Kind::Text,
        exposure: Exposure::Plain,
        environment: &[],
        doc: "ARN of a role to assume with those credentials.",
    },
    Setting {
        name: "assumeRole.sessionName",
        kind: Kind::Text,
        exposure: Exposure::Plain,
        environment: &[],
        doc: "Name of the assumed session, as CloudTrail shows it.",
    },
    Setting {
        name: "assumeRole.externalId",
        kind: Kind::Text,
        exposure: Exposure::Plain,
        environment: &[],
        doc: "External id that the role asks for.",
    },
    Setting {
        name: "assumeRole.durationSeconds",
        kind: Kind::Integer,
        exposure: Exposure::Plain,
        environment: &[],
        doc: "Life of the assumed session in seconds, 900 to 43200.",
    },
    Setting {
        name: "webIdentity.roleArn",
        kind: Kind::Text,
        exposure: Exposure::Plain,
        environment: &["AWS_ROLE_ARN"],
        doc: "ARN of a role to assume with a web identity token.",
    },
    Setting {
        name: "webIdentity.tokenFile",
        kind: Kind::Text,
        exposure: Exposure::Plain,
        environment: &["AWS_WEB_IDENTITY_TOKEN_FILE"],
        doc: "Path of the file that holds the token.",
    },
    Setting {
        name: "webIdentity.sessionName",
        kind: Kind::Text,
        exposure: Exposure::Plain,
        environment: &["AWS_ROLE_SESSION_NAME"],
        doc: "Name of that session.",
    },
    Setting {
        name: "allowedAccountIds",
        kind: Kind::List,
        exposure: Exposure::Plain,
        environment: &[],
        doc: "The only accounts that may be touched.",
    },
    Setting {
        name: "forbiddenAccountIds",
        kind: Kind::List,
        exposure: Exposure::Plain,
        environment: &[],
        doc: "Accounts that must not be touched.",
    },
    Setting {
        name: "defaultTags",
        kind: Kind::Map,
        exposure: Exposure::Plain,
        environment: &[],
        doc: "Tags of every cluster; a tag of the same key on the cluster wins.",
    },
    Setting {
        name: "ignoreTags.keys",
        kind: Kind::List,
        exposure: Exposure::Plain,
        environment: &[],
        doc: "Keys of tags that are left alone.",
    },
    Setting {
        name: "ignoreTags.keyPrefixes",
        kind: Kind::List,
        exposure: Exposure::Plain,
        environment: &[],
        doc: "Beginnings of keys of tags that are left alone.",
    },
    Setting {
        name: "endpointUrl",
        kind: Kind::Text,
        exposure: Exposure::Plain,
        environment: &["AWS_ENDPOINT_URL"],
        doc: "One endpoint for all services, for stand-ins of AWS.",
    },
    Setting {
        name: "endpoints",
        kind: Kind::Map,
        exposure: Exposure::Plain,
        environment: &[],
        doc: "Endpoints by service: `cloudformation`, `ec2`, `autoscaling`, `sts`, `s3`, `secretsmanager`.",
    },
    Setting {
        name: "maxRetries",
        kind: Kind::Integer,
        exposure: Exposure::Plain,
        environment: &["AWS_MAX_ATTEMPTS"],
        doc: "How often a failed call is made again, 0 to 25.",
    },
    Setting {
        name: "useFipsEndpoint",
        kind: Kind::Bool,
        exposure: Exposure::Plain,
        environment: &["AWS_USE_FIPS_ENDPOINT"],
        doc: "Whether FIPS endpoints are called.",
    },
    Setting {
        name: "useDualstackEndpoint",
        kind: Kind::Bool,
        exposure: Exposure::Plain,
        environment: &["AWS_USE_DUALSTACK_ENDPOINT"],
        doc: "Whether dual-stack endpoints are called.",
    },
    Setting {
        name: "httpProxy",
        kind: Kind::Text,
        exposure: Exposure::Plain,
        environment: &["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"],
        doc: "URL of a proxy for all calls.",
    },
    Setting {
        name: "customCaBundle",
        kind: Kind::Text,
        exposure: Exposure::Plain,
        environment: &["AWS_CA_BUNDLE"],
        doc: "Path of a PEM file with the certificate authorities to trust.",
    },
];
