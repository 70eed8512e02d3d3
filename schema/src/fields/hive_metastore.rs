//! Fields of section `hiveMetastore`: the Hive metastore.

use crate::field::{Constraint, Effect, Field, Kind, METASTORE, Parameter, ParameterEncoding};
use crate::format::Format;

/// `hiveMetastore.type`.
pub static TYPE: Field =
    Field::new("hiveMetastore.type", Kind::Choice(&["none", "standalone", "glue", "mysql", "postgresql", "external"]))
        .default("\"none\"")
        .effect(Effect::Restart)
        .parameter(Parameter::text("MetastoreType").encoding(ParameterEncoding::Literal(&[
            ("none", "none"),
            ("standalone", "standalone"),
            ("glue", "glue"),
            ("mysql", "mysql"),
            ("postgresql", "postgresql"),
            ("external", "external"),
        ])))
        .doc(
            "Metastore of the Hive catalog: `none` (no Hive catalog), `standalone` (a node with a database of \
         its own), `glue` (AWS Glue), `mysql` or `postgresql` (a node on your database), `external` (your \
         metastore service).",
        )
        .example("\"glue\"");

/// `hiveMetastore.host`.
pub static HOST: Field = Field::new("hiveMetastore.host", Kind::Text)
    .constraints(&[Constraint::Form(Format::Host)])
    .effect(Effect::Roll(METASTORE))
    .parameter(Parameter::text("ExternalMetastoreHost"))
    .doc(
        "Host of the database for `mysql` and `postgresql`, of the metastore for `external`; not allowed \
         for the other types.",
    )
    .example("\"metastore.example.com\"");

/// `hiveMetastore.port`.
pub static PORT: Field = Field::new("hiveMetastore.port", Kind::Integer)
    .default("0")
    .constraints(&[Constraint::Range(0, 65535)])
    .effect(Effect::Roll(METASTORE))
    .parameter(Parameter::number("ExternalMetastorePort"))
    .doc(
        "Port of that host, 0 to 65535; 0 means 3306 for `mysql`, 5432 for `postgresql`, 9083 for \
         `external`.",
    )
    .example("5432");

/// `hiveMetastore.userName`.
pub static USER_NAME: Field = Field::new("hiveMetastore.userName", Kind::Text)
    .constraints(&[Constraint::Length(1, 63)])
    .effect(Effect::Roll(METASTORE))
    .parameter(Parameter::text("ExternalRdbmsMetastoreUserName"))
    .doc("User of the database; required for `mysql` and `postgresql`.")
    .example("\"hive\"");

/// `hiveMetastore.password`.
pub static PASSWORD: Field = Field::new("hiveMetastore.password", Kind::Text)
    .constraints(&[Constraint::Length(1, 1024)])
    .secret()
    .effect(Effect::Roll(METASTORE))
    .parameter(Parameter::text("ExternalRdbmsMetastorePassword"))
    .doc("Password of the user of the database. Give this or `hiveMetastore.passwordSecretArn`.")
    .example("\"example-password\"");

/// `hiveMetastore.passwordSecretArn`.
pub static PASSWORD_SECRET_ARN: Field = Field::new("hiveMetastore.passwordSecretArn", Kind::Text)
    .constraints(&[Constraint::Form(Format::Arn("secretsmanager"))])
    .effect(Effect::Roll(METASTORE))
    .parameter(Parameter::text("ExternalRdbmsMetastorePasswordSecretArn"))
    .doc(
        "ARN of an existing Secrets Manager secret whose text is the password. Give this or \
         `hiveMetastore.password`.",
    )
    .example("\"arn:aws:secretsmanager:eu-central-1:123456789012:secret:hive-AbCdEf\"");

/// `hiveMetastore.databaseName`.
pub static DATABASE_NAME: Field = Field::new("hiveMetastore.databaseName", Kind::Text)
    .constraints(&[Constraint::Length(1, 64)])
    .effect(Effect::Roll(METASTORE))
    .parameter(Parameter::text("ExternalRdbmsMetastoreDatabaseName"))
    .doc(
        "Name of the existing database; required for `mysql` and `postgresql`. Its tables are made when \
         they are missing.",
    )
    .example("\"hive\"");

/// `hiveMetastore.mysqlDriverUri`.
pub static MYSQL_DRIVER_URI: Field = Field::new("hiveMetastore.mysqlDriverUri", Kind::Text)
    .constraints(&[Constraint::Form(Format::Uri)])
    .effect(Effect::Roll(METASTORE))
    .parameter(Parameter::text("MySqlDownloadUrl"))
    .doc("URI of the MySQL JDBC driver, for `mysql` only. Absent: a public one.")
    .example("\"s3://my-bucket/mysql-connector-j.jar\"");

/// All fields of this section, in order.
pub static FIELDS: &[&Field] =
    &[&TYPE, &HOST, &PORT, &USER_NAME, &PASSWORD, &PASSWORD_SECRET_ARN, &DATABASE_NAME, &MYSQL_DRIVER_URI];
