//! Fields of section `alluxio`: the cache.

use crate::field::{ALL_NODES, Constraint, Effect, Field, Kind, Parameter, ParameterEncoding, WORKERS};
use crate::format::Format;

/// `alluxio.s3RootMount`.
pub static S3_ROOT_MOUNT: Field = Field::new("alluxio.s3RootMount", Kind::Text)
    .required()
    .constraints(&[Constraint::Form(Format::S3Mount)])
    .effect(Effect::Restart)
    .parameter(Parameter::text("AlluxioS3RootMount"))
    .doc(
        "Existing S3 address that is mounted at the root of Alluxio, as `s3://bucket/directory`; a whole \
         bucket ends in a slash. The nodes read and write there.",
    )
    .example("\"s3://my-bucket/alluxio\"");

/// `alluxio.properties`.
pub static PROPERTIES: Field = Field::new("alluxio.properties", Kind::Map)
    .effect(Effect::Roll(ALL_NODES))
    .parameter(Parameter::text("AlluxioProperties").encoding(ParameterEncoding::KeyValues))
    .doc(
        "Site properties of Alluxio by key; they win over what is preconfigured. Secret values belong in \
         `alluxio.secretProperties`. Absent: the preconfigured ones alone.",
    )
    .example("{\"alluxio.user.file.readtype.default\": \"CACHE\"}");

/// `alluxio.secretProperties`.
pub static SECRET_PROPERTIES: Field = Field::new("alluxio.secretProperties", Kind::Map)
    .secret()
    .effect(Effect::Roll(ALL_NODES))
    .parameter(Parameter::text("AlluxioSecretProperties").encoding(ParameterEncoding::KeyValues))
    .doc(
        "Site properties of Alluxio by key whose values are secret. Give this or \
         `alluxio.secretPropertiesSecretArn`.",
    )
    .example("{\"s3a.secretKey\": \"example\"}");

/// `alluxio.secretPropertiesSecretArn`.
pub static SECRET_PROPERTIES_SECRET_ARN: Field = Field::new("alluxio.secretPropertiesSecretArn", Kind::Text)
    .constraints(&[Constraint::Form(Format::Arn("secretsmanager"))])
    .effect(Effect::Roll(ALL_NODES))
    .parameter(Parameter::text("AlluxioSecretPropertiesSecretArn"))
    .doc(
        "ARN of an existing Secrets Manager secret that holds secret site properties as a JSON object. \
         Give this or `alluxio.secretProperties`.",
    )
    .example("\"arn:aws:secretsmanager:eu-central-1:123456789012:secret:alluxio-AbCdEf\"");

/// `alluxio.packageUri`.
pub static PACKAGE_URI: Field = Field::new("alluxio.packageUri", Kind::Text)
    .constraints(&[Constraint::Form(Format::Uri)])
    .effect(Effect::Restart)
    .parameter(Parameter::text("AlluxioPackageURI"))
    .doc(
        "URI of the Alluxio 2.x distribution to install, a `.tar.gz` archive. Absent: the distribution \
         that the template pins.",
    )
    .example("\"s3://my-bucket/alluxio-2.9.4.tar.gz\"");

/// `alluxio.packageSha256`.
pub static PACKAGE_SHA256: Field = Field::new("alluxio.packageSha256", Kind::Text)
    .constraints(&[Constraint::Form(Format::Sha256)])
    .effect(Effect::Restart)
    .parameter(Parameter::text("AlluxioPackageSha256"))
    .doc(
        "SHA-256 of `alluxio.packageUri` in hexadecimal, which nodes check before they install it. \
         Absent: no check, but for the distribution that the template pins.",
    )
    .example("\"0000000000000000000000000000000000000000000000000000000000000000\"");

/// `alluxio.workerStorage.medium`.
pub static WORKER_STORAGE_MEDIUM: Field =
    Field::new("alluxio.workerStorage.medium", Kind::Choice(&["memory", "instanceStore", "volume"]))
        .default("\"memory\"")
        .effect(Effect::Roll(WORKERS))
        .parameter(Parameter::text("AlluxioStorageMedium"))
        .doc(
            "Where workers keep cached blocks: `memory`, `instanceStore` (the local disks of the instance \
         type), or `volume` (`ec2.workerVolume`).",
        )
        .example("\"memory\"");

/// `alluxio.workerStorage.percent`.
pub static WORKER_STORAGE_PERCENT: Field = Field::new("alluxio.workerStorage.percent", Kind::Integer)
    .constraints(&[Constraint::Range(1, 95)])
    .effect(Effect::Roll(WORKERS))
    .parameter(Parameter::text("AlluxioStoragePercent"))
    .doc(
        "Share of that medium that the cache takes in percent, 1 to 95. Absent: 33 of memory, 90 of \
         disks.",
    )
    .example("40");

/// All fields of this section, in order.
pub static FIELDS: &[&Field] = &[
    &S3_ROOT_MOUNT,
    &PROPERTIES,
    &SECRET_PROPERTIES,
    &SECRET_PROPERTIES_SECRET_ARN,
    &PACKAGE_URI,
    &PACKAGE_SHA256,
    &WORKER_STORAGE_MEDIUM,
    &WORKER_STORAGE_PERCENT,
];
