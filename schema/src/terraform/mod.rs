//! The shapes in which Terraform and OpenTofu see the table: attributes in snake_case, with the attributes that only
//! these clients have (`id`, `timeouts`, write-only forms of secrets, digests of local files).
//!
//! Derived from the table once and the same in every process. Knows no wire form and no value. Begin with
//! [`Attribute`], then [`resource::cluster`].

mod doc;
pub mod others;
pub mod resource;

use crate::field::{Field, Kind};
use crate::naming::snake_case;
use crate::outputs::{Output, OutputKind};
use crate::provider_config::Setting;

pub use doc::spelled;

/// Type name of the resource, of the data source that reads one, and of the list resource that finds them.
pub const CLUSTER: &str = "starburst_presto_alluxio_cluster";
/// Type name of the data source with the bundled template.
pub const JOINT_TEMPLATE: &str = "starburst_joint_template";
/// Type name of the ephemeral resource with the password of Superset's administrator.
pub const SUPERSET_ADMIN_PASSWORD: &str = "starburst_superset_admin_password";
/// Version of the resource's state; rises when the state's shape changes.
pub const STATE_VERSION: i64 = 0;
/// Version of the resource's identity.
pub const IDENTITY_VERSION: i64 = 0;
/// The one attribute of the resource's identity: the ARN of the stack.
pub const IDENTITY: &str = "stack_id";

/// One attribute, or one object of attributes.
#[derive(Debug, Clone)]
pub struct Attribute {
    /// snake_case name; unique among its neighbours.
    pub name: String,
    /// The camelCase key under which values of the core have it.
    pub key: String,
    /// The shape of the value.
    pub shape: Shape,
    /// Who gives the value.
    pub mode: Mode,
    /// Whether clients hide it.
    pub sensitive: bool,
    /// Whether clients never store it.
    pub write_only: bool,
    /// What it stands for.
    pub role: Part,
    /// One or two sentences for users, in Markdown, with names as Terraform spells them.
    pub doc: String,
}

/// The shape of an attribute.
#[derive(Debug, Clone)]
pub enum Shape {
    /// `true` or `false`.
    Bool,
    /// A number.
    Number,
    /// A text.
    Text,
    /// An ordered list of texts.
    List,
    /// Texts without order and repetition.
    Set,
    /// Text by text key.
    Map,
    /// A nested object.
    Object(Vec<Attribute>),
    /// A list of nested objects.
    Objects(Vec<Attribute>),
}

/// Who gives a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// The user, always.
    Required,
    /// The user; absent stays absent.
    Optional,
    /// The user, else the plugin.
    OptionalComputed,
    /// The plugin.
    Computed,
}

/// What an attribute of the resource stands for.
#[derive(Debug, Clone, Copy)]
pub enum Part {
    /// The resource's id: the ARN of the stack.
    Id,
    /// A section or nested object of the inputs.
    Section,
    /// A field of the table.
    Input(&'static Field),
    /// The region: a field that the plugin fills in, and an output.
    Region(&'static Field),
    /// The write-only form of a secret field.
    WriteOnly(&'static Field),
    /// The version of the write-only form, whose change sends the secret again.
    WriteOnlyVersion(&'static Field),
    /// The digest of the content of a local file or folder.
    Digest(&'static Field),
    /// An output.
    Output(&'static Output),
    /// The ARN of the secret that holds the value of an output which Terraform does not store.
    SecretArn(&'static Output),
    /// The limits of operations.
    Timeouts,
    /// The limit of one operation.
    Timeout,
    /// A setting of the provider, or an object of them.
    Setting(Option<&'static Setting>),
    /// An argument or a result of something that is not in the table of fields.
    Plain,
}

impl Attribute {
    /// A computed text without further meaning.
    #[must_use]
    pub fn computed(key: &str, shape: Shape, doc: &str) -> Self {
        Self {
            name: snake_case(key),
            key: key.to_owned(),
            shape,
            mode: Mode::Computed,
            sensitive: false,
            write_only: false,
            role: Part::Plain,
            doc: spelled(doc),
        }
    }
    /// The same for another role.
    #[must_use]
    pub fn role(mut self, role: Part) -> Self {
        self.role = role;
        self
    }
    /// The same given by somebody else.
    #[must_use]
    pub fn mode(mut self, mode: Mode) -> Self {
        self.mode = mode;
        self
    }
    /// The same, hidden by clients.
    #[must_use]
    pub fn sensitive(mut self) -> Self {
        self.sensitive = true;
        self
    }
    /// The attributes of an object or of the objects of a list; empty for anything else.
    #[must_use]
    pub fn children(&self) -> &[Attribute] {
        match &self.shape {
            Shape::Object(children) | Shape::Objects(children) => children,
            _ => &[],
        }
    }
    /// Whether the plugin may give the value.
    #[must_use]
    pub fn is_computed(&self) -> bool {
        matches!(self.mode, Mode::Computed | Mode::OptionalComputed)
    }
}

impl From<Kind> for Shape {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Bool => Self::Bool,
            Kind::Integer => Self::Number,
            Kind::Text | Kind::Choice(_) | Kind::File | Kind::Folder => Self::Text,
            Kind::List => Self::List,
            Kind::Set => Self::Set,
            Kind::Map => Self::Map,
            Kind::Objects(fields) => Self::Objects(fields.iter().map(resource::element).collect()),
        }
    }
}

impl From<OutputKind> for Shape {
    fn from(kind: OutputKind) -> Self {
        match kind {
            OutputKind::Text => Self::Text,
            OutputKind::Integer => Self::Number,
            OutputKind::Map => Self::Map,
            OutputKind::List => Self::List,
        }
    }
}
