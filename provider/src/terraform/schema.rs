//! What the provider offers, as the client asks for it: attributes of the table in the words of the protocol. Static,
//! offline, the same in every process.

use std::collections::BTreeMap;

use starburst_schema::terraform::others::FUNCTIONS;
use starburst_schema::terraform::{
    Attribute, CLUSTER, JOINT_TEMPLATE, Mode, STATE_VERSION, SUPERSET_ADMIN_PASSWORD, Shape,
};

use super::shapes::type_of;
use super::wire::schema::object::NestingMode;
use super::wire::schema::{Attribute as WireAttribute, Block, Object};
use super::wire::{Schema, ServerCapabilities, StringKind, get_metadata, get_provider_schema};
use super::{functions, shapes};

/// What this server can do beside what every one can.
pub fn capabilities() -> ServerCapabilities {
    ServerCapabilities {
        plan_destroy: true,
        get_provider_schema_optional: true,
        move_resource_state: true,
        generate_resource_config: true,
    }
}

/// All schemas.
pub fn get_provider_schema() -> get_provider_schema::Response {
    let cluster = |attributes: &[Attribute], doc| BTreeMap::from([(CLUSTER.to_owned(), schema(attributes, doc, 0))]);
    let data = [
        (CLUSTER, schema(&shapes::CLUSTER_DATA, "A cluster as it is now, by the name or ARN of its stack.", 0)),
        (JOINT_TEMPLATE, schema(&shapes::JOINT_TEMPLATE, "The template that the plugin carries, for review.", 0)),
    ];
    let password = "The password of Superset's administrator, read when it is needed and never stored.";
    get_provider_schema::Response {
        provider: Some(schema(&shapes::PROVIDER, "How AWS is reached.", 0)),
        resource_schemas: BTreeMap::from([(
            CLUSTER.to_owned(),
            schema(&shapes::CLUSTER, "A Presto and Alluxio cluster on AWS: one CloudFormation stack.", STATE_VERSION),
        )]),
        data_source_schemas: data.into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect(),
        server_capabilities: Some(capabilities()),
        functions: functions::schemas(),
        ephemeral_resource_schemas: BTreeMap::from([(
            SUPERSET_ADMIN_PASSWORD.to_owned(),
            schema(&shapes::PASSWORD, password, 0),
        )]),
        list_resource_schemas: cluster(&shapes::LIST, "Clusters of the account and region that the plugin made."),
        ..Default::default()
    }
}

/// The names alone.
pub fn get_metadata() -> get_metadata::Response {
    use get_metadata::{
        DataSourceMetadata, EphemeralMetadata, FunctionMetadata, ListResourceMetadata, ResourceMetadata,
    };
    let type_name = CLUSTER.to_owned();
    get_metadata::Response {
        server_capabilities: Some(capabilities()),
        data_sources: [CLUSTER, JOINT_TEMPLATE].map(|name| DataSourceMetadata { type_name: name.to_owned() }).to_vec(),
        resources: vec![ResourceMetadata { type_name: type_name.clone() }],
        functions: FUNCTIONS.iter().map(|function| FunctionMetadata { name: function.name.to_owned() }).collect(),
        ephemeral_resources: vec![EphemeralMetadata { type_name: SUPERSET_ADMIN_PASSWORD.to_owned() }],
        list_resources: vec![ListResourceMetadata { type_name }],
        ..Default::default()
    }
}

fn schema(attributes: &[Attribute], description: &str, version: i64) -> Schema {
    let block = Block {
        version,
        attributes: attributes.iter().map(attribute).collect(),
        description: description.to_owned(),
        description_kind: StringKind::Markdown.into(),
        ..Default::default()
    };
    Schema { version, block: Some(block) }
}

fn attribute(attribute: &Attribute) -> WireAttribute {
    let nesting = match &attribute.shape {
        Shape::Object(_) => Some(NestingMode::Single),
        Shape::Objects(_) => Some(NestingMode::List),
        _ => None,
    };
    let nested_type = nesting.map(|nesting| Object {
        attributes: attribute.children().iter().map(self::attribute).collect(),
        nesting: nesting.into(),
        ..Default::default()
    });
    WireAttribute {
        name: attribute.name.clone(),
        r#type: if nested_type.is_some() { Vec::new() } else { type_of(&attribute.shape).as_bytes().to_vec() },
        nested_type,
        description: attribute.doc.clone(),
        description_kind: StringKind::Markdown.into(),
        required: attribute.mode == Mode::Required,
        optional: matches!(attribute.mode, Mode::Optional | Mode::OptionalComputed),
        computed: attribute.is_computed(),
        sensitive: attribute.sensitive,
        write_only: attribute.write_only,
        ..Default::default()
    }
}
