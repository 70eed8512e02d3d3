//! The attribute trees, made once a process, and their types in the words of the protocol.

use std::sync::LazyLock;

use starburst_schema::terraform::{Attribute, Shape, others, resource};

/// Attributes of the resource.
pub static CLUSTER: LazyLock<Vec<Attribute>> = LazyLock::new(resource::cluster);
/// Settings of the provider.
pub static PROVIDER: LazyLock<Vec<Attribute>> = LazyLock::new(others::provider);
/// Attributes of the data source that reads a cluster.
pub static CLUSTER_DATA: LazyLock<Vec<Attribute>> = LazyLock::new(others::cluster_data_source);
/// Attributes of the data source with the bundled template.
pub static JOINT_TEMPLATE: LazyLock<Vec<Attribute>> = LazyLock::new(others::joint_template_data_source);
/// Arguments of the list resource.
pub static LIST: LazyLock<Vec<Attribute>> = LazyLock::new(others::list_resource);
/// Attributes of the ephemeral resource.
pub static PASSWORD: LazyLock<Vec<Attribute>> = LazyLock::new(others::superset_admin_password);

/// The type in the JSON of the protocol.
pub fn type_of(shape: &Shape) -> &'static str {
    match shape {
        Shape::Bool => r#""bool""#,
        Shape::Number => r#""number""#,
        Shape::Text => r#""string""#,
        Shape::List => r#"["list","string"]"#,
        Shape::Set => r#"["set","string"]"#,
        Shape::Map => r#"["map","string"]"#,
        // Objects are nested attributes, which have no type of this form.
        Shape::Object(_) | Shape::Objects(_) => r#""dynamic""#,
    }
}
