//! SB1…: the program can be corrected; no mutating call was made.

use super::Code;

/// A required input is absent.
pub static REQUIRED: Code = Code::new(
    1001,
    "a required input is absent",
    "A new cluster cannot be made without this input.",
    "Write the input that the message names.",
);

/// A local file cannot be read.
pub static UNREADABLE_FILE: Code = Code::new(
    1002,
    "a local file cannot be read",
    "The input names a file, folder or archive of this machine that is not there or cannot be read.",
    "Write a path that begins at the program's folder, or an s3:// URI.",
);

/// An input of that name does not exist.
pub static UNKNOWN_KEY: Code = Code::new(
    1003,
    "an input of that name does not exist",
    "The program writes a key that the resource does not have; most often it is misspelt or stands in the wrong section.",
    "Use the name that the message gives, or remove the key.",
);

/// A value has the wrong type.
pub static WRONG_KIND: Code = Code::new(
    1004,
    "a value has the wrong type",
    "The input takes another type, for example a whole number instead of a text.",
    "Write a value of the type that the message names; numbers and booleans stand without quotes.",
);

/// A number, length or count is out of bounds.
pub static OUT_OF_BOUNDS: Code = Code::new(
    1005,
    "a number, length or count is out of bounds",
    "The value is smaller or larger than the input allows.",
    "Write a value within the bounds that the message names.",
);

/// A text does not have the form that the input takes.
pub static BAD_FORM: Code = Code::new(
    1006,
    "a text does not have the form that the input takes",
    "Ids, ARNs, URIs, networks and lengths of time have fixed forms.",
    "Write the value in the form that the message shows.",
);

/// A text is not one of the values that the input takes.
pub static NOT_A_CHOICE: Code = Code::new(
    1007,
    "a text is not one of the values that the input takes",
    "The input takes one of a closed list of texts.",
    "Write one of the texts that the message lists.",
);

/// The stack needs a name.
pub static NAME_REQUIRED: Code = Code::new(
    1008,
    "the stack needs a name",
    "No name is written, and the client proposes none.",
    "Write a name for the stack.",
);

/// A tag is not allowed.
pub static TAG_NOT_ALLOWED: Code = Code::new(
    1009,
    "a tag is not allowed",
    "Keys that begin with `aws:` belong to AWS and those that begin with `starburst:` to this plugin; keys have at most 128 characters and values at most 256.",
    "Rename the tag, or shorten it.",
);

/// There are too many tags.
pub static TOO_MANY_TAGS: Code = Code::new(
    1010,
    "there are too many tags",
    "A stack has at most 50 tags, two of which are the plugin's own.",
    "Remove tags until 48 are left.",
);

/// Two programs of a node would listen on the same port.
pub static PORTS_COLLIDE: Code = Code::new(
    1020,
    "two programs of a node would listen on the same port",
    "Presto and Alluxio share the nodes, and Alluxio's ports are fixed.",
    "Choose another port for Presto.",
);

/// External access is allowed without networks.
pub static ACCESS_WITHOUT_NETWORKS: Code = Code::new(
    1021,
    "external access is allowed without networks",
    "Ports are opened to named networks only.",
    "Name the networks that may connect.",
);

/// Networks are named, and external access is not allowed.
pub static NETWORKS_UNUSED: Code = Code::new(
    1022,
    "networks are named, and external access is not allowed",
    "The networks are used only when external access over HTTP is allowed.",
    "Allow external access, or remove the networks.",
);

/// The cluster is open to everyone.
pub static OPEN_TO_EVERYONE: Code = Code::new(
    1023,
    "the cluster is open to everyone",
    "A network of all addresses is allowed, and nothing asks callers who they are.",
    "Name smaller networks, or set up HTTPS and authentication.",
);

/// HTTPS has no certificate.
pub static HTTPS_WITHOUT_CERTIFICATE: Code = Code::new(
    1024,
    "HTTPS has no certificate",
    "The port for HTTPS is used only with a certificate.",
    "Give the secret that holds certificate and key, or remove the port.",
);

/// Route tables are named, and no endpoint uses them.
pub static ROUTE_TABLES_UNUSED: Code = Code::new(
    1025,
    "route tables are named, and no endpoint uses them",
    "The S3 gateway endpoint is not made when endpoints are switched off.",
    "Remove the route tables, or let the stack make endpoints.",
);

/// An even number of coordinators.
pub static EVEN_COORDINATORS: Code = Code::new(
    1030,
    "an even number of coordinators",
    "The Alluxio masters vote; an even number survives no more losses than one less.",
    "Use one coordinator more or one less.",
);

/// The worker volume has no size.
pub static VOLUME_WITHOUT_SIZE: Code = Code::new(
    1031,
    "the worker volume has no size",
    "Type and operations per second describe a volume that exists only with a size.",
    "Give the size, or remove the volume's other inputs.",
);

/// The operations per second do not fit the volume.
pub static IOPS_OUT_OF_BOUNDS: Code = Code::new(
    1032,
    "the operations per second do not fit the volume",
    "Each volume type takes its own range of operations per second, some of them by size.",
    "Write a number within the bounds that the message names, or a larger size.",
);

/// The volume type needs operations per second.
pub static IOPS_REQUIRED: Code = Code::new(
    1033,
    "the volume type needs operations per second",
    "io1 and io2 are made with a provisioned number of operations per second.",
    "Give the number, or use gp3.",
);

/// The operations per second have no effect.
pub static IOPS_UNUSED: Code = Code::new(
    1034,
    "the operations per second have no effect",
    "gp2 and st1 volumes have a performance that follows from their size.",
    "Remove the number, or use gp3, io1 or io2.",
);

/// The volume is too small for its type.
pub static VOLUME_SIZE: Code = Code::new(
    1035,
    "the volume is too small for its type",
    "io1 volumes have at least 10 GiB, st1 volumes at least 125 GiB.",
    "Write a larger size, or choose another type.",
);

/// A permissions boundary without a role to put it on.
pub static BOUNDARY_WITH_PROFILE: Code = Code::new(
    1036,
    "a permissions boundary without a role to put it on",
    "The boundary is for the role that the stack makes; with an instance profile of your own it makes none.",
    "Remove the boundary or the instance profile.",
);

/// More workers must stay in service than there are.
pub static TOO_MANY_IN_SERVICE: Code = Code::new(
    1037,
    "more workers must stay in service than there are",
    "A roll cannot keep more workers in service than the cluster has.",
    "Write at most the number of workers.",
);

/// One batch replaces all workers.
pub static BATCH_OF_ALL: Code = Code::new(
    1038,
    "one batch replaces all workers",
    "The batch is as large as the cluster, so that all caches are lost at once.",
    "Choose a smaller batch.",
);

/// The time to boot is out of bounds.
pub static BOOT_TIMEOUT: Code = Code::new(
    1039,
    "the time to boot is out of bounds",
    "CloudFormation waits at most 60 minutes for a node; less than 1 minute is never enough.",
    "Write a time between 1m and 60m.",
);

/// The time to drain is out of bounds.
pub static DRAIN_TIMEOUT: Code = Code::new(
    1040,
    "the time to drain is out of bounds",
    "EC2 Auto Scaling keeps a leaving node for at most 48 hours.",
    "Write a time between 60s and 48h.",
);

/// Refreshing the image has no effect.
pub static REFRESH_UNUSED: Code = Code::new(
    1041,
    "refreshing the image has no effect",
    "An image that is written down is used as it is.",
    "Remove the image or the refresh.",
);

/// One image for two architectures.
pub static MIXED_ARCHITECTURES: Code = Code::new(
    1042,
    "one image for two architectures",
    "An image runs on one architecture; coordinators and workers have different ones.",
    "Give the workers an image of their own, or remove the image.",
);

/// Session Manager needs a policy in your instance profile.
pub static PROFILE_NEEDS_SESSIONS: Code = Code::new(
    1043,
    "Session Manager needs a policy in your instance profile",
    "With an instance profile of your own the plugin cannot add the permissions.",
    "Attach AmazonSSMManagedInstanceCore to the profile's role.",
);

/// The ARN names another kind of thing.
pub static ARN_OF_ANOTHER_THING: Code = Code::new(
    1044,
    "the ARN names another kind of thing",
    "The service is right, but the resource in the ARN is of another kind.",
    "Write an ARN of the kind that the message names.",
);

/// The instance type has no local disks.
pub static NO_LOCAL_DISKS: Code = Code::new(
    1050,
    "the instance type has no local disks",
    "Workers shall keep their cache on local disks, and the type has none.",
    "Choose a type with local disks, such as r5d, or another medium.",
);

/// There is no volume to keep the cache on.
pub static NO_WORKER_VOLUME: Code = Code::new(
    1051,
    "there is no volume to keep the cache on",
    "Workers shall keep their cache on the extra volume, and none is described.",
    "Give the worker volume a size, or choose another medium.",
);

/// The memory of the nodes does not suffice.
pub static MEMORY_DOES_NOT_FIT: Code = Code::new(
    1052,
    "the memory of the nodes does not suffice",
    "Cache, Presto, Alluxio and the operating system share the node's memory.",
    "Choose a larger instance type or a smaller share for the cache.",
);

/// A property cannot be carried.
pub static COMMA_IN_PROPERTY: Code = Code::new(
    1060,
    "a property cannot be carried",
    "Properties travel as KEY=VALUE,KEY=VALUE; a comma or a line break in a value, or an equals sign or blank in a key, would be read as something else.",
    "Set such a property in a configuration script.",
);

/// The properties are too long.
pub static PROPERTIES_TOO_LONG: Code = Code::new(
    1061,
    "the properties are too long",
    "A parameter of CloudFormation holds at most 4,096 bytes.",
    "Set fewer properties, or set some of them in the bootstrap script.",
);

/// A secret stands among plain properties.
pub static SECRET_IN_PROPERTIES: Code = Code::new(
    1062,
    "a secret stands among plain properties",
    "Plain properties are shown in previews and in the stack's parameters.",
    "Move the property to the secret properties.",
);

/// A property replaces one that the nodes rely on.
pub static PROPERTY_OF_BOOTSTRAP: Code = Code::new(
    1063,
    "a property replaces one that the nodes rely on",
    "The bootstrap computes this property from the cluster; another value can keep the cluster from starting.",
    "Remove the property.",
);

/// A property is set twice.
pub static PROPERTY_TWICE: Code = Code::new(
    1064,
    "a property is set twice",
    "The same key stands among the plain and the secret properties.",
    "Remove one of them.",
);

/// A secret is given in two ways.
pub static SECRET_TWICE: Code = Code::new(
    1065,
    "a secret is given in two ways",
    "A secret comes either as a value or as the ARN of a Secrets Manager secret.",
    "Remove one of the two.",
);

/// A package has no digest.
pub static PACKAGE_WITHOUT_DIGEST: Code = Code::new(
    1066,
    "a package has no digest",
    "Without a digest the nodes install whatever lies at the URI.",
    "Give the SHA-256 of the package.",
);

/// A digest without a package.
pub static DIGEST_WITHOUT_PACKAGE: Code = Code::new(
    1067,
    "a digest without a package",
    "The default package has its own digest.",
    "Give the package's URI, or remove the digest.",
);

/// The licence is not used.
pub static LICENCE_UNUSED: Code = Code::new(
    1068,
    "the licence is not used",
    "The default package needs no licence.",
    "Give the package that the licence is for, or remove the licence.",
);

/// The metastore lacks an input.
pub static METASTORE_NEEDS: Code = Code::new(
    1070,
    "the metastore lacks an input",
    "The type of metastore needs this input.",
    "Write the input that the message names, or choose another type.",
);

/// The metastore has no use for an input.
pub static METASTORE_REFUSES: Code = Code::new(
    1071,
    "the metastore has no use for an input",
    "The type of metastore does not take this input.",
    "Remove the input, or choose the type that it belongs to.",
);

/// Half of a pair of S3 keys.
pub static KEYS_ARE_A_PAIR: Code = Code::new(
    1080,
    "half of a pair of S3 keys",
    "Access key and secret key come together.",
    "Give both keys or neither.",
);

/// S3 keys without an endpoint.
pub static KEYS_WITHOUT_ENDPOINT: Code = Code::new(
    1081,
    "S3 keys without an endpoint",
    "Some distributions read empty keys when no endpoint is given.",
    "Give the endpoint of the region or of the store.",
);

/// The Superset node is described and not started.
pub static SUPERSET_UNUSED: Code = Code::new(
    1085,
    "the Superset node is described and not started",
    "Its type matters only when Superset is enabled.",
    "Enable Superset, or remove the type.",
);

/// The nodes cannot reach the internet and have no mirror.
pub static NO_WAY_OUT: Code = Code::new(
    1090,
    "the nodes cannot reach the internet and have no mirror",
    "The subnet has neither public addresses nor a route through NAT, and the software is fetched from public places.",
    "Give a mirror in S3, or a subnet with a way out.",
);

/// The nodes cannot reach AWS services.
pub static ENDPOINTS_MISSING: Code = Code::new(
    1091,
    "the nodes cannot reach AWS services",
    "The subnet has no way out, the stack makes no endpoints, and the VPC lacks some.",
    "Let the stack make endpoints, or make those that the message names.",
);

/// A local file has no bucket to be uploaded to.
pub static BUCKET_FOR_ASSETS: Code = Code::new(
    1100,
    "a local file has no bucket to be uploaded to",
    "Nodes fetch files from S3, so local ones are uploaded first.",
    "Name a bucket for assets, or write an s3:// URI.",
);

/// The configuration does not have `etc/` at its top.
pub static FOLDER_WITHOUT_ETC: Code = Code::new(
    1101,
    "the configuration does not have `etc/` at its top",
    "Presto's configuration lies below `etc/`; an archive with another folder at its top makes the update fail.",
    "Move the files below `etc/`.",
);

/// The bootstrap script is empty.
pub static EMPTY_SCRIPT: Code = Code::new(
    1102,
    "the bootstrap script is empty",
    "An empty file does nothing on the nodes.",
    "Write the script, or remove the input.",
);

/// More than one template.
pub static TEMPLATE_SOURCES: Code = Code::new(
    1110,
    "more than one template",
    "A template of your own comes from one place.",
    "Keep one of the inputs that the message names.",
);

/// Settings for a template of your own, and no such template.
pub static TEMPLATE_WITHOUT_SOURCE: Code = Code::new(
    1111,
    "settings for a template of your own, and no such template",
    "The bundled template takes no further parameters, aliases or capabilities.",
    "Give the template, or remove the settings.",
);

/// The template version does not exist.
pub static TEMPLATE_VERSION: Code = Code::new(
    1112,
    "the template version does not exist",
    "The plugin carries one version of the bundled template.",
    "Write `latest` or a version that the message names.",
);

/// Templates of your own are not supported by this version.
pub static OWN_TEMPLATE: Code = Code::new(
    1113,
    "templates of your own are not supported by this version",
    "This version of the plugin drives the bundled template only.",
    "Remove the template, or use a version of the plugin that supports it.",
);

/// A capability does not exist.
pub static UNKNOWN_CAPABILITY: Code = Code::new(
    1114,
    "a capability does not exist",
    "CloudFormation knows three capabilities.",
    "Write one of those that the message lists.",
);

/// A monitoring time without triggers.
pub static MONITORING_UNUSED: Code = Code::new(
    1115,
    "a monitoring time without triggers",
    "CloudFormation watches the triggers only.",
    "Name triggers, or remove the time.",
);

/// The express mode cannot replace nodes.
pub static EXPRESS_WITH_ROLLS: Code = Code::new(
    1116,
    "the express mode cannot replace nodes",
    "It ends before the nodes are ready, so that a roll would lose queries.",
    "Use the standard mode for this change.",
);

/// The change would replace the stack.
pub static REPLACEMENT_PREVENTED: Code = Code::new(
    1117,
    "the change would replace the stack",
    "A changed input can only be carried out with a new stack, and replacements are prevented.",
    "Take the change back, or allow the replacement.",
);

/// The stack policy is not a policy.
pub static BAD_POLICY: Code = Code::new(
    1118,
    "the stack policy is not a policy",
    "A stack policy is a JSON object with a list `Statement`.",
    "Write the policy as CloudFormation documents it.",
);

/// Deleting on failure concerns a creation only.
pub static DELETE_ON_CREATE_ONLY: Code = Code::new(
    1119,
    "deleting on failure concerns a creation only",
    "A failed update is rolled back.",
    "Write `rollback` or `keep`.",
);

/// Not a logical id.
pub static BAD_LOGICAL_ID: Code = Code::new(
    1120,
    "not a logical id",
    "Logical ids are letters and digits; in a nested stack, the nested stack's id, a dot and the id.",
    "Copy the id from the error of the failed operation.",
);

/// Previews by change set are not made by this version.
pub static CHANGE_SET_PREVIEW: Code = Code::new(
    1121,
    "previews by change set are not made by this version",
    "The preview is made from the inputs alone.",
    "Remove the input.",
);

/// The VPC does not exist.
pub static VPC_ABSENT: Code = Code::new(
    1130,
    "the VPC does not exist",
    "AWS does not know the VPC in this account and region.",
    "Write the id of an existing VPC, or correct the region.",
);

/// The subnet does not exist.
pub static SUBNET_ABSENT: Code = Code::new(
    1131,
    "the subnet does not exist",
    "AWS does not know the subnet in this account and region.",
    "Write the id of an existing subnet, or correct the region.",
);

/// The subnet is in another VPC.
pub static SUBNET_ELSEWHERE: Code = Code::new(
    1132,
    "the subnet is in another VPC",
    "All parts of a cluster stand in one VPC.",
    "Write a subnet of the VPC, or the subnet's VPC.",
);

/// The subnet has too few free addresses.
pub static SUBNET_FULL: Code = Code::new(
    1133,
    "the subnet has too few free addresses",
    "Each node and each coordinator slot takes an address.",
    "Use a larger subnet or fewer nodes.",
);

/// A security group does not exist.
pub static GROUP_ABSENT: Code = Code::new(
    1134,
    "a security group does not exist",
    "AWS does not know the security group in this account and region.",
    "Write the id of an existing security group.",
);

/// A security group is in another VPC.
pub static GROUP_ELSEWHERE: Code = Code::new(
    1135,
    "a security group is in another VPC",
    "Nodes take security groups of their own VPC only.",
    "Write a security group of the VPC.",
);

/// The key pair does not exist.
pub static KEY_PAIR_ABSENT: Code = Code::new(
    1136,
    "the key pair does not exist",
    "AWS does not know the key pair in this account and region.",
    "Write the name of an existing key pair, or use Session Manager.",
);

/// The instance type is not offered.
pub static TYPE_NOT_OFFERED: Code = Code::new(
    1137,
    "the instance type is not offered",
    "AWS does not offer the type, or not in the subnet's zone.",
    "Write the type that the message names, or use a subnet of another zone.",
);

/// The image does not exist.
pub static IMAGE_ABSENT: Code = Code::new(
    1138,
    "the image does not exist",
    "AWS does not know the image, or the account may not use it.",
    "Write the id of an image of this region.",
);

/// The image is for another architecture.
pub static IMAGE_ARCHITECTURE: Code = Code::new(
    1139,
    "the image is for another architecture",
    "An image runs only on instance types of its architecture.",
    "Write an image of the type's architecture, or another type.",
);

/// The bucket does not exist.
pub static BUCKET_ABSENT: Code = Code::new(
    1140,
    "the bucket does not exist",
    "S3 does not know the bucket.",
    "Make the bucket first, or correct its name.",
);

/// The bucket is in another region.
pub static BUCKET_ELSEWHERE: Code = Code::new(
    1141,
    "the bucket is in another region",
    "Reads across regions are slow and cost transfer.",
    "Use a bucket of the cluster's region.",
);

/// A rule was not checked.
pub static NOT_CHECKED: Code = Code::new(
    1142,
    "a rule was not checked",
    "The caller may not make the read that the rule needs, or AWS refused it.",
    "Allow the action that the message names, to learn of mistakes before anything is made.",
);

/// A route table is not one of the VPC.
pub static ROUTE_TABLE_ABSENT: Code = Code::new(
    1143,
    "a route table is not one of the VPC",
    "The S3 gateway endpoint takes route tables of the cluster's VPC only.",
    "Write route tables of the VPC.",
);

/// Endpoints need DNS host names in the VPC.
pub static NO_DNS_NAMES: Code = Code::new(
    1144,
    "endpoints need DNS host names in the VPC",
    "Endpoints answer to the services' own names only where the VPC has DNS host names.",
    "Switch DNS host names on for the VPC, or make no endpoints.",
);

/// All codes of this file, ascending.
pub static CODES: &[&Code] = &[
    &REQUIRED,
    &UNREADABLE_FILE,
    &UNKNOWN_KEY,
    &WRONG_KIND,
    &OUT_OF_BOUNDS,
    &BAD_FORM,
    &NOT_A_CHOICE,
    &NAME_REQUIRED,
    &TAG_NOT_ALLOWED,
    &TOO_MANY_TAGS,
    &PORTS_COLLIDE,
    &ACCESS_WITHOUT_NETWORKS,
    &NETWORKS_UNUSED,
    &OPEN_TO_EVERYONE,
    &HTTPS_WITHOUT_CERTIFICATE,
    &ROUTE_TABLES_UNUSED,
    &EVEN_COORDINATORS,
    &VOLUME_WITHOUT_SIZE,
    &IOPS_OUT_OF_BOUNDS,
    &IOPS_REQUIRED,
    &IOPS_UNUSED,
    &VOLUME_SIZE,
    &BOUNDARY_WITH_PROFILE,
    &TOO_MANY_IN_SERVICE,
    &BATCH_OF_ALL,
    &BOOT_TIMEOUT,
    &DRAIN_TIMEOUT,
    &REFRESH_UNUSED,
    &MIXED_ARCHITECTURES,
    &PROFILE_NEEDS_SESSIONS,
    &ARN_OF_ANOTHER_THING,
    &NO_LOCAL_DISKS,
    &NO_WORKER_VOLUME,
    &MEMORY_DOES_NOT_FIT,
    &COMMA_IN_PROPERTY,
    &PROPERTIES_TOO_LONG,
    &SECRET_IN_PROPERTIES,
    &PROPERTY_OF_BOOTSTRAP,
    &PROPERTY_TWICE,
    &SECRET_TWICE,
    &PACKAGE_WITHOUT_DIGEST,
    &DIGEST_WITHOUT_PACKAGE,
    &LICENCE_UNUSED,
    &METASTORE_NEEDS,
    &METASTORE_REFUSES,
    &KEYS_ARE_A_PAIR,
    &KEYS_WITHOUT_ENDPOINT,
    &SUPERSET_UNUSED,
    &NO_WAY_OUT,
    &ENDPOINTS_MISSING,
    &BUCKET_FOR_ASSETS,
    &FOLDER_WITHOUT_ETC,
    &EMPTY_SCRIPT,
    &TEMPLATE_SOURCES,
    &TEMPLATE_WITHOUT_SOURCE,
    &TEMPLATE_VERSION,
    &OWN_TEMPLATE,
    &UNKNOWN_CAPABILITY,
    &MONITORING_UNUSED,
    &EXPRESS_WITH_ROLLS,
    &REPLACEMENT_PREVENTED,
    &BAD_POLICY,
    &DELETE_ON_CREATE_ONLY,
    &BAD_LOGICAL_ID,
    &CHANGE_SET_PREVIEW,
    &VPC_ABSENT,
    &SUBNET_ABSENT,
    &SUBNET_ELSEWHERE,
    &SUBNET_FULL,
    &GROUP_ABSENT,
    &GROUP_ELSEWHERE,
    &KEY_PAIR_ABSENT,
    &TYPE_NOT_OFFERED,
    &IMAGE_ABSENT,
    &IMAGE_ARCHITECTURE,
    &BUCKET_ABSENT,
    &BUCKET_ELSEWHERE,
    &NOT_CHECKED,
    &ROUTE_TABLE_ABSENT,
    &NO_DNS_NAMES,
];
