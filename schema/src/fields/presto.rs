//! Fields of section `presto`: the query engine.

use crate::field::{
    ALL_NODES, COORDINATORS, Constraint, Effect, Field, Kind, Parameter, ParameterEncoding, ParameterType, WORKERS,
};
use crate::format::Format;

/// `presto.httpPort`.
pub static HTTP_PORT: Field = Field::new("presto.httpPort", Kind::Integer)
    .default("8080")
    .constraints(&[Constraint::Range(1, 65535)])
    .effect(Effect::Restart)
    .parameter(Parameter::number("PrestoHttpPort").aliases(&["StarburstHttpPort"]))
    .doc("HTTP port of coordinators and workers, 1 to 65535: web interface, JDBC and REST.")
    .example("8080");

/// `presto.https.port`.
pub static HTTPS_PORT: Field = Field::new("presto.https.port", Kind::Integer)
    .default("8443")
    .constraints(&[Constraint::Range(1, 65535)])
    .effect(Effect::Roll(COORDINATORS))
    .parameter(Parameter::number("PrestoHttpsPort"))
    .doc(
        "HTTPS port of the coordinators, 1 to 65535; without effect until \
         `presto.https.certificateSecretArn` is given.",
    )
    .example("8443");

/// `presto.https.certificateSecretArn`.
pub static HTTPS_CERTIFICATE_SECRET_ARN: Field = Field::new("presto.https.certificateSecretArn", Kind::Text)
    .constraints(&[Constraint::Form(Format::Arn("secretsmanager"))])
    .effect(Effect::Roll(COORDINATORS))
    .parameter(Parameter::text("PrestoHttpsCertificateSecretArn"))
    .doc(
        "ARN of the Secrets Manager secret that holds certificate chain and private key as PEM. Absent: \
         no HTTPS.",
    )
    .example("\"arn:aws:secretsmanager:eu-central-1:123456789012:secret:presto-tls-AbCdEf\"");

/// `presto.allowExternalAccessOnHttp`.
pub static ALLOW_EXTERNAL_ACCESS_ON_HTTP: Field = Field::new("presto.allowExternalAccessOnHttp", Kind::Bool)
    .default("false")
    .parameter(Parameter::yes_no("AllowExternalAccessOnHttp"))
    .doc(
        "Whether `presto.externalAccessCidrs` reach the ports of Presto and of the Alluxio web \
         interfaces; otherwise only the subnet does.",
    )
    .example("true");

/// `presto.externalAccessCidrs`.
pub static EXTERNAL_ACCESS_CIDRS: Field = Field::new("presto.externalAccessCidrs", Kind::Set)
    .constraints(&[Constraint::Items(1, 10), Constraint::Form(Format::Cidr)])
    .parameter(
        Parameter::text("ExternalAccessCidrs")
            .kind(ParameterType::CommaDelimitedList)
            .encoding(ParameterEncoding::CommaList),
    )
    .doc(
        "One to ten networks in CIDR notation that reach the cluster from outside the subnet; required \
         with `presto.allowExternalAccessOnHttp`. Absent: none.",
    )
    .example("[\"203.0.113.0/24\"]");

/// `presto.coordinatorConfiguration`.
pub static COORDINATOR_CONFIGURATION: Field = Field::new("presto.coordinatorConfiguration", Kind::Folder)
    .constraints(&[Constraint::Form(Format::S3UriOrPath)])
    .effect(Effect::Roll(COORDINATORS))
    .parameter(
        Parameter::text("AdditionalCoordinatorConfigurationURI")
            .aliases(&["AdditionalConfigurationURI", "AdditionalConfigsUri"])
            .encoding(ParameterEncoding::UploadedUri),
    )
    .doc(
        "Configuration of the coordinators with `etc/` at its top: the `s3://` URI of a zip archive, or a \
         local folder or archive that is uploaded. Absent: the preconfigured files alone.",
    )
    .example("\"s3://my-bucket/coordinator.zip\"");

/// `presto.workerConfiguration`.
pub static WORKER_CONFIGURATION: Field = Field::new("presto.workerConfiguration", Kind::Folder)
    .constraints(&[Constraint::Form(Format::S3UriOrPath)])
    .effect(Effect::Roll(WORKERS))
    .parameter(Parameter::text("AdditionalWorkersConfigurationURI").encoding(ParameterEncoding::UploadedUri))
    .doc(
        "Configuration of the workers with `etc/` at its top: the `s3://` URI of a zip archive, or a \
         local folder or archive that is uploaded. Absent: the preconfigured files alone.",
    )
    .example("\"s3://my-bucket/worker.zip\"");

/// `presto.bootstrapScript`.
pub static BOOTSTRAP_SCRIPT: Field = Field::new("presto.bootstrapScript", Kind::File)
    .constraints(&[Constraint::Form(Format::S3UriOrPath)])
    .effect(Effect::Roll(ALL_NODES))
    .parameter(Parameter::text("BootstrapScriptURI").encoding(ParameterEncoding::UploadedUri))
    .doc(
        "Bash script that every node runs before Presto starts, with `coordinator` or `worker` as its \
         argument: an `s3://` URI, or a local file that is uploaded. Absent: none.",
    )
    .example("\"s3://my-bucket/bootstrap.sh\"");

/// `presto.licenseUri`.
pub static LICENSE_URI: Field = Field::new("presto.licenseUri", Kind::Text)
    .constraints(&[Constraint::Form(Format::S3Uri)])
    .effect(Effect::Roll(ALL_NODES))
    .parameter(Parameter::text("LicenseURI"))
    .doc("`s3://` URI of a Starburst licence file, for distributions that need one. Absent: none.")
    .example("\"s3://my-bucket/starburstdata.license\"");

/// `presto.packageUri`.
pub static PACKAGE_URI: Field = Field::new("presto.packageUri", Kind::Text)
    .constraints(&[Constraint::Form(Format::Uri)])
    .effect(Effect::Restart)
    .parameter(Parameter::text("PrestoPackageURI"))
    .doc(
        "URI of the distribution to install, a `.tar.gz` archive with `bin/launcher` (Trino, Starburst, \
         PrestoSQL, PrestoDB). Absent: the distribution that the template pins.",
    )
    .example("\"s3://my-bucket/trino-server-476.tar.gz\"");

/// `presto.packageSha256`.
pub static PACKAGE_SHA256: Field = Field::new("presto.packageSha256", Kind::Text)
    .constraints(&[Constraint::Form(Format::Sha256)])
    .effect(Effect::Restart)
    .parameter(Parameter::text("PrestoPackageSha256"))
    .doc(
        "SHA-256 of `presto.packageUri` in hexadecimal, which nodes check before they install it. Absent: \
         no check, but for the distribution that the template pins.",
    )
    .example("\"0000000000000000000000000000000000000000000000000000000000000000\"");

/// All fields of this section, in order.
pub static FIELDS: &[&Field] = &[
    &HTTP_PORT,
    &HTTPS_PORT,
    &HTTPS_CERTIFICATE_SECRET_ARN,
    &ALLOW_EXTERNAL_ACCESS_ON_HTTP,
    &EXTERNAL_ACCESS_CIDRS,
    &COORDINATOR_CONFIGURATION,
    &WORKER_CONFIGURATION,
    &BOOTSTRAP_SCRIPT,
    &LICENSE_URI,
    &PACKAGE_URI,
    &PACKAGE_SHA256,
];
