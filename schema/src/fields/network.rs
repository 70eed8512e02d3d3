//! Fields of section `network`: where the cluster stands and how its nodes reach AWS.

use crate::field::{ALL_NODES, Constraint, Effect, Field, Kind, Parameter, ParameterEncoding, ParameterType};
use crate::format::Format;

/// The VPC.
pub static VPC_ID: Field = Field::new("network.vpcId", Kind::Text)
    .required()
    .constraints(&[Constraint::Form(Format::Id("vpc"))])
    .effect(Effect::Replace)
    .parameter(Parameter::text("VPC").kind(ParameterType::Vpc))
    .doc("Id of the existing VPC in which the cluster stands.")
    .example("\"vpc-0123456789abcdef0\"");

/// The subnet.
pub static SUBNET_ID: Field = Field::new("network.subnetId", Kind::Text)
    .required()
    .constraints(&[Constraint::Form(Format::Id("subnet"))])
    .effect(Effect::Replace)
    .parameter(Parameter::text("Subnet").kind(ParameterType::Subnet))
    .doc("Id of the one existing subnet in which all nodes stand; it belongs to `network.vpcId`.")
    .example("\"subnet-0123456789abcdef0\"");

/// Security groups beside the cluster's own.
pub static SECURITY_GROUP_IDS: Field = Field::new("network.securityGroupIds", Kind::Set)
    .required()
    .constraints(&[Constraint::Items(1, 4), Constraint::Form(Format::Id("sg"))])
    .effect(Effect::Roll(ALL_NODES))
    .parameter(
        Parameter::text("SecurityGroups").kind(ParameterType::SecurityGroups).encoding(ParameterEncoding::CommaList),
    )
    .doc(
        "Ids of one to four existing security groups of that VPC, which every node gets beside the group \
         of the cluster.",
    )
    .example("[\"sg-0123456789abcdef0\"]");

/// Whether nodes get public addresses.
pub static SUBNET_AUTO_ASSIGNS_PUBLIC_IP: Field = Field::new("network.subnetAutoAssignsPublicIp", Kind::Bool)
    .computed()
    .parameter(Parameter::yes_no("SelectedSubnetAutoAssignsPublicIp"))
    .doc(
        "Whether the subnet gives its nodes public addresses. Absent: read from the subnet when the \
         cluster is created, and kept.",
    )
    .example("true");

/// Which VPC endpoints the stack makes.
pub static VPC_ENDPOINTS: Field = Field::new("network.vpcEndpoints", Kind::Choice(&["auto", "all", "none"]))
    .default("\"auto\"")
    .doc(
        "Which VPC endpoints the stack makes: `auto` those that the VPC lacks (none where the nodes have \
         public addresses or a NAT gateway), `all`, or `none`.",
    )
    .example("\"auto\"");

/// Route tables of the S3 gateway endpoint.
pub static ROUTE_TABLE_IDS: Field = Field::new("network.routeTableIds", Kind::Set)
    .constraints(&[Constraint::Items(1, 100), Constraint::Form(Format::Id("rtb"))])
    .doc(
        "Ids of the route tables that get the route of the S3 gateway endpoint. Absent: the route table \
         of the subnet.",
    )
    .example("[\"rtb-0123456789abcdef0\"]");

/// All fields of this section, in order.
pub static FIELDS: &[&Field] =
    &[&VPC_ID, &SUBNET_ID, &SECURITY_GROUP_IDS, &SUBNET_AUTO_ASSIGNS_PUBLIC_IP, &VPC_ENDPOINTS, &ROUTE_TABLE_IDS];
