//! The vocabulary of the table: what a row of it can say. No row stands here; see `fields`.

use crate::format::Format;

/// One leaf of the resource's inputs. A row is a `static`, made with the `const` builder methods below.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Dotted path in camelCase, `section.leaf` or `section.object.leaf`; unique in the table.
    pub path: &'static str,
    /// The shape of the value.
    pub kind: Kind,
    /// Whether a new cluster needs a value. An existing stack may do without: absent then means "kept".
    pub required: bool,
    /// What an absent value means, as a JSON literal; `None` means absent stays absent.
    pub default: Option<&'static str>,
    /// Whether the plugin itself fills an absent value in, at creation, and keeps it.
    pub computed: bool,
    /// Rules that concern this value alone.
    pub constraints: &'static [Constraint],
    /// What a change of the value does to the cluster.
    pub effect: Effect,
    /// Whether the value may be shown.
    pub exposure: Exposure,
    /// The template parameter that carries the value; `None` where the value never reaches the template as it is.
    pub parameter: Option<Parameter>,
    /// Which clients offer the field.
    pub clients: Clients,
    /// One or two sentences for users: meaning, unit, allowed values, what absent means.
    pub doc: &'static str,
    /// A valid value, as a JSON literal.
    pub example: &'static str,
}

/// The shape of a value.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// `true` or `false`.
    Bool,
    /// A whole number.
    Integer,
    /// Any text, further bounded by constraints.
    Text,
    /// One of a closed set of texts, in the order in which documentation lists them.
    Choice(&'static [&'static str]),
    /// An ordered list of texts.
    List,
    /// Texts without order and without repetition; kept sorted.
    Set,
    /// Text by text key.
    Map,
    /// A file: a text (URI or local path) or, under Pulumi, an asset.
    File,
    /// A folder or archive: a text (URI or local path) or, under Pulumi, an archive.
    Folder,
    /// A list of objects, whose leaves are given with paths relative to the element.
    Objects(&'static [Field]),
}

/// A rule that concerns one value alone; rules between fields stand in the core.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Constraint {
    /// Whole numbers between two bounds, both allowed.
    Range(i64, i64),
    /// Exactly these whole numbers.
    OneOf(&'static [i64]),
    /// Number of elements of a list, set or map, both bounds allowed.
    Items(usize, usize),
    /// Length of a text in characters, both bounds allowed.
    Length(usize, usize),
    /// The form of a text, or of each element of a list or set.
    Form(Format),
    /// The form of each key of a map.
    Keys(Format),
    /// The form of each value of a map.
    Values(Format),
}

/// What a change does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// A new stack takes the place of the old one.
    Replace,
    /// The stack is updated; no node is replaced.
    InPlace,
    /// The nodes of these roles are replaced in batches.
    Roll(&'static [Role]),
    /// The whole cluster stops and starts, because mixed nodes cannot work together.
    Restart,
    /// The stack is not touched.
    Operational,
    /// Only the preview of the change itself can say.
    AsPreviewed,
}

/// What a node of the cluster does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Presto worker and Alluxio worker.
    Worker,
    /// Presto coordinator and Alluxio master.
    Coordinator,
    /// Hive metastore.
    Metastore,
    /// Superset.
    Superset,
}

/// Coordinators and workers: design's "roll A".
pub const ALL_NODES: &[Role] = &[Role::Worker, Role::Coordinator];
/// Design's "roll W".
pub const WORKERS: &[Role] = &[Role::Worker];
/// Design's "roll C".
pub const COORDINATORS: &[Role] = &[Role::Coordinator];
/// Design's "roll M".
pub const METASTORE: &[Role] = &[Role::Metastore];
/// Design's "roll S".
pub const SUPERSET: &[Role] = &[Role::Superset];

/// Whether a value may be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exposure {
    /// May stand in logs, errors and previews.
    Plain,
    /// Never leaves the plugin but to AWS, and is wrapped as a secret wherever a client stores it.
    Secret,
}

/// Which clients offer a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clients {
    /// Pulumi and Terraform alike.
    Both,
    /// Terraform and OpenTofu only.
    TerraformOnly,
}

/// The template parameter that carries a field.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parameter {
    /// Its name in the bundled template.
    pub name: &'static str,
    /// Other names that vendors' templates gave the same parameter, most trusted first.
    pub aliases: &'static [&'static str],
    /// Its CloudFormation type in the bundled template.
    pub kind: ParameterType,
    /// How the field's value becomes the parameter's text.
    pub encoding: ParameterEncoding,
}

/// CloudFormation parameter types in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParameterType {
    /// `String`.
    String,
    /// `Number`.
    Number,
    /// `CommaDelimitedList`.
    CommaDelimitedList,
    /// `AWS::EC2::VPC::Id`.
    Vpc,
    /// `AWS::EC2::Subnet::Id`.
    Subnet,
    /// `List<AWS::EC2::SecurityGroup::Id>`.
    SecurityGroups,
}

impl ParameterType {
    /// The text that stands in a template.
    #[must_use]
    pub const fn as_cloudformation(self) -> &'static str {
        match self {
            Self::String => "String",
            Self::Number => "Number",
            Self::CommaDelimitedList => "CommaDelimitedList",
            Self::Vpc => "AWS::EC2::VPC::Id",
            Self::Subnet => "AWS::EC2::Subnet::Id",
            Self::SecurityGroups => "List<AWS::EC2::SecurityGroup::Id>",
        }
    }
}

/// How a value becomes a parameter's text, and back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParameterEncoding {
    /// As it is; whole numbers in decimal. Absent: the empty text.
    Text,
    /// `yes` or `no`, as the vendor's templates have it.
    YesNo,
    /// Elements joined by commas.
    CommaList,
    /// `KEY=VALUE,KEY=VALUE`, sorted by key.
    KeyValues,
    /// The choice's text looked up in a list of (ours, template's) literals.
    Literal(&'static [(&'static str, &'static str)]),
    /// A name: given as it is, or the last segment of an ARN.
    NameOfArn,
    /// The URI that an upload answers, or the URI that was given.
    UploadedUri,
}

impl Parameter {
    /// A `String` parameter that carries the text as it is.
    #[must_use]
    pub const fn text(name: &'static str) -> Self {
        Self { name, aliases: &[], kind: ParameterType::String, encoding: ParameterEncoding::Text }
    }
    /// A `Number` parameter.
    #[must_use]
    pub const fn number(name: &'static str) -> Self {
        Self { name, aliases: &[], kind: ParameterType::Number, encoding: ParameterEncoding::Text }
    }
    /// A `yes`/`no` parameter.
    #[must_use]
    pub const fn yes_no(name: &'static str) -> Self {
        Self { name, aliases: &[], kind: ParameterType::String, encoding: ParameterEncoding::YesNo }
    }
    /// The same with other names by which vendors' templates know it.
    #[must_use]
    pub const fn aliases(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }
    /// The same with another CloudFormation type.
    #[must_use]
    pub const fn kind(mut self, kind: ParameterType) -> Self {
        self.kind = kind;
        self
    }
    /// The same with another encoding.
    #[must_use]
    pub const fn encoding(mut self, encoding: ParameterEncoding) -> Self {
        self.encoding = encoding;
        self
    }
}

impl Field {
    /// A row with every default: optional, in place, plain, for both clients, without a parameter.
    #[must_use]
    pub const fn new(path: &'static str, kind: Kind) -> Self {
        Self {
            path,
            kind,
            required: false,
            default: None,
            computed: false,
            constraints: &[],
            effect: Effect::InPlace,
            exposure: Exposure::Plain,
            parameter: None,
            clients: Clients::Both,
            doc: "",
            example: "",
        }
    }
    /// A new cluster needs a value.
    #[must_use]
    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }
    /// What absent means, as a JSON literal.
    #[must_use]
    pub const fn default(mut self, json: &'static str) -> Self {
        self.default = Some(json);
        self
    }
    /// The plugin fills an absent value in and keeps it.
    #[must_use]
    pub const fn computed(mut self) -> Self {
        self.computed = true;
        self
    }
    /// Rules of this value alone.
    #[must_use]
    pub const fn constraints(mut self, constraints: &'static [Constraint]) -> Self {
        self.constraints = constraints;
        self
    }
    /// What a change does.
    #[must_use]
    pub const fn effect(mut self, effect: Effect) -> Self {
        self.effect = effect;
        self
    }
    /// The value is a secret.
    #[must_use]
    pub const fn secret(mut self) -> Self {
        self.exposure = Exposure::Secret;
        self
    }
    /// The template parameter that carries the value.
    #[must_use]
    pub const fn parameter(mut self, parameter: Parameter) -> Self {
        self.parameter = Some(parameter);
        self
    }
    /// Offered under Terraform only.
    #[must_use]
    pub const fn terraform_only(mut self) -> Self {
        self.clients = Clients::TerraformOnly;
        self
    }
    /// One or two sentences for users.
    #[must_use]
    pub const fn doc(mut self, doc: &'static str) -> Self {
        self.doc = doc;
        self
    }
    /// A valid value, as a JSON literal.
    #[must_use]
    pub const fn example(mut self, json: &'static str) -> Self {
        self.example = json;
        self
    }
    /// The first part of the path.
    #[must_use]
    pub fn section(&self) -> &'static str {
        self.path.split('.').next().unwrap_or(self.path)
    }
    /// Whether the value is a secret.
    #[must_use]
    pub fn is_secret(&self) -> bool {
        self.exposure == Exposure::Secret
    }
}
