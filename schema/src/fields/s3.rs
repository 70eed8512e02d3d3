//! Fields of section `s3`: access to S3 or S3-compatible storage.

use crate::field::{ALL_NODES, Constraint, Effect, Field, Kind, Parameter};
use crate::format::Format;

/// `s3.endpoint`.
pub static ENDPOINT: Field = Field::new("s3.endpoint", Kind::Text)
    .constraints(&[Constraint::Form(Format::HttpUrl)])
    .effect(Effect::Roll(ALL_NODES))
    .parameter(Parameter::text("S3Endpoint"))
    .doc(
        "URL of an S3-compatible endpoint for the Hive catalog and the root mount. Absent: Amazon S3 in \
         the region of the cluster.",
    )
    .example("\"https://s3.example.com\"");

/// `s3.accessKey`.
pub static ACCESS_KEY: Field = Field::new("s3.accessKey", Kind::Text)
    .constraints(&[Constraint::Length(1, 128)])
    .secret()
    .effect(Effect::Roll(ALL_NODES))
    .parameter(Parameter::text("S3AccessKey"))
    .doc(
        "Access key for the Hive catalog and the root mount; comes with a secret key. Absent: the nodes \
         use their role.",
    )
    .example("\"AKIAIOSFODNN7EXAMPLE\"");

/// `s3.accessKeySecretArn`.
pub static ACCESS_KEY_SECRET_ARN: Field = Field::new("s3.accessKeySecretArn", Kind::Text)
    .constraints(&[Constraint::Form(Format::Arn("secretsmanager"))])
    .effect(Effect::Roll(ALL_NODES))
    .parameter(Parameter::text("S3AccessKeySecretArn"))
    .doc(
        "ARN of an existing Secrets Manager secret whose text is the access key. Give this or \
         `s3.accessKey`.",
    )
    .example("\"arn:aws:secretsmanager:eu-central-1:123456789012:secret:s3a-AbCdEf\"");

/// `s3.secretKey`.
pub static SECRET_KEY: Field = Field::new("s3.secretKey", Kind::Text)
    .constraints(&[Constraint::Length(1, 256)])
    .secret()
    .effect(Effect::Roll(ALL_NODES))
    .parameter(Parameter::text("S3SecretKey"))
    .doc(
        "Secret key for the Hive catalog and the root mount; comes with an access key. Absent: the nodes \
         use their role.",
    )
    .example("\"wJalrXUtnFEMIexamplekey\"");

/// `s3.secretKeySecretArn`.
pub static SECRET_KEY_SECRET_ARN: Field = Field::new("s3.secretKeySecretArn", Kind::Text)
    .constraints(&[Constraint::Form(Format::Arn("secretsmanager"))])
    .effect(Effect::Roll(ALL_NODES))
    .parameter(Parameter::text("S3SecretKeySecretArn"))
    .doc(
        "ARN of an existing Secrets Manager secret whose text is the secret key. Give this or \
         `s3.secretKey`.",
    )
    .example("\"arn:aws:secretsmanager:eu-central-1:123456789012:secret:s3s-AbCdEf\"");

/// All fields of this section, in order.
pub static FIELDS: &[&Field] = &[&ENDPOINT, &ACCESS_KEY, &ACCESS_KEY_SECRET_ARN, &SECRET_KEY, &SECRET_KEY_SECRET_ARN];
