//! The provider's own settings, data sources, the list resource, the ephemeral resource and the functions, as Terraform
//! sees them. Knows no field of the resource.

use std::collections::BTreeSet;

use crate::field::Exposure;
use crate::outputs::{Answer, JOINT_TEMPLATE_OUTPUTS, LOOKUP_OUTPUTS, OUTPUTS};
use crate::provider_config::PROVIDER_CONFIG;

use super::{Attribute, Mode, Part, Shape};

/// Key of the argument that names a stack.
pub const STACK_NAME: &str = "stackName";
/// Key of the argument and the result of the ephemeral resource: which secret, and what it holds.
pub const SECRET_ARN: &str = "secretArn";
/// See [`SECRET_ARN`].
pub const PASSWORD: &str = "password";
/// Key of the argument of the list resource: the region to look in.
pub const LIST_REGION: &str = "region";

/// A provider function: pure, one text in.
#[derive(Debug, Clone, Copy)]
pub struct Function {
    /// Its name.
    pub name: &'static str,
    /// Name of its one parameter.
    pub parameter: &'static str,
    /// What the parameter is.
    pub parameter_doc: &'static str,
    /// Whether it answers texts by key instead of one text.
    pub answers_map: bool,
    /// One line.
    pub summary: &'static str,
    /// What it does, allowed values, errors.
    pub doc: &'static str,
    /// A call of it, in HCL.
    pub example: &'static str,
}

/// Name of the function that reads a properties file.
pub const PARSE_ALLUXIO_PROPERTIES: &str = "parse_alluxio_properties";
/// Name of the function that takes the name out of a stack's ARN.
pub const STACK_NAME_FROM_ARN: &str = "stack_name_from_arn";

/// All functions, by name.
pub static FUNCTIONS: &[Function] = &[
    Function {
        name: PARSE_ALLUXIO_PROPERTIES,
        parameter: "text",
        parameter_doc: "The text of a properties file, such as `alluxio-site.properties`.",
        answers_map: true,
        summary: "Reads the text of a properties file into a map.",
        doc: "Takes the text of a Java properties file (comments, continued lines and escapes included) and answers \
              its keys and values, for `alluxio.properties`. A line that cannot be read is an error that names it.",
        example: "provider::starburst::parse_alluxio_properties(file(\"alluxio-site.properties\"))",
    },
    Function {
        name: STACK_NAME_FROM_ARN,
        parameter: "arn",
        parameter_doc: "The ARN of a CloudFormation stack.",
        answers_map: false,
        summary: "The name in the ARN of a stack.",
        doc: "Takes the ARN of a CloudFormation stack and answers the stack's name. A text that is no such ARN is an \
              error.",
        example: "provider::starburst::stack_name_from_arn(starburst_presto_alluxio_cluster.analytics.id)",
    },
];

/// The settings of the provider, nested as their dotted names say.
#[must_use]
pub fn provider() -> Vec<Attribute> {
    let mut attributes: Vec<Attribute> = Vec::new();
    let mut objects = BTreeSet::new();
    for setting in PROVIDER_CONFIG {
        match setting.name.split_once('.') {
            None => attributes.push(leaf(setting.name, setting)),
            Some((object, _)) if objects.insert(object) => {
                let below = PROVIDER_CONFIG.iter().filter_map(|setting| {
                    let (of, key) = setting.name.split_once('.')?;
                    (of == object).then(|| leaf(key, setting))
                });
                let doc = object_doc(object);
                let object = Attribute::computed(object, Shape::Object(below.collect()), doc);
                attributes.push(object.role(Part::Setting(None)).mode(Mode::Optional));
            }
            Some(_) => {}
        }
    }
    attributes
}

fn leaf(key: &str, setting: &'static crate::Setting) -> Attribute {
    let attribute = Attribute::computed(key, Shape::from(setting.kind), setting.doc);
    let attribute = attribute.role(Part::Setting(Some(setting))).mode(Mode::Optional);
    if setting.exposure == Exposure::Secret { attribute.sensitive() } else { attribute }
}

fn object_doc(object: &str) -> &'static str {
    match object {
        "assumeRole" => "An IAM role to assume.",
        "webIdentity" => "An IAM role to assume with a web identity token.",
        "ignoreTags" => "Tags that others manage.",
        _ => "Settings that belong together.",
    }
}

/// The data source that reads a cluster by the name or ARN of its stack.
#[must_use]
pub fn cluster_data_source() -> Vec<Attribute> {
    let argument = "Name or ARN of the stack. In the answer always the name.";
    let mut all = vec![Attribute::computed(STACK_NAME, Shape::Text, argument).mode(Mode::Required)];
    let plain = OUTPUTS.iter().filter(|output| output.exposure == Exposure::Plain && output.name != STACK_NAME);
    all.extend(plain.map(|output| Attribute::computed(output.name, Shape::from(output.kind), output.doc)));
    all.extend(LOOKUP_OUTPUTS.iter().map(answer));
    all
}

/// The data source with the bundled template.
#[must_use]
pub fn joint_template_data_source() -> Vec<Attribute> {
    JOINT_TEMPLATE_OUTPUTS.iter().map(answer).collect()
}

fn answer(answer: &'static Answer) -> Attribute {
    Attribute::computed(answer.name, Shape::from(answer.kind), answer.doc)
}

/// The list resource that finds clusters.
#[must_use]
pub fn list_resource() -> Vec<Attribute> {
    let doc = "Region to look in. Absent: the region of the provider.";
    vec![Attribute::computed(LIST_REGION, Shape::Text, doc).mode(Mode::Optional)]
}

/// The ephemeral resource with the password of Superset's administrator.
#[must_use]
pub fn superset_admin_password() -> Vec<Attribute> {
    let argument = "ARN of the secret: `superset_admin_password_secret_arn` of the cluster.";
    let result = "Password of the Superset user `admin`.";
    vec![
        Attribute::computed(SECRET_ARN, Shape::Text, argument).mode(Mode::Required),
        Attribute::computed(PASSWORD, Shape::Text, result).sensitive(),
    ]
}
