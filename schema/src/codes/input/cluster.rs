//! SB1020…: rules between fields: access, nodes, storage, properties, metastore.

use super::Code;

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

/// A network is not IPv4.
pub static NETWORK_NOT_IPV4: Code = Code::new(
    1026,
    "a network is not IPv4",
    "The networks stand in a prefix list, which holds addresses of one family, and the nodes have IPv4 addresses.",
    "Write IPv4 networks.",
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
    "EC2 Auto Scaling keeps a leaving node for at most 100 heartbeat timeouts of its hook, 16 h 40 min, of which Alluxio takes 5 min.",
    "Write a time between 60s and 995m.",
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

/// A boot seldom ends in this time.
pub static SHORT_BOOT: Code = Code::new(
    1047,
    "a boot seldom ends in this time",
    "A node starts, fetches Presto and Alluxio and joins both; one that is not ready in time fails the operation.",
    "Write 3m or more.",
);

/// A worker cannot leave in order in this time.
pub static SHORT_DRAIN: Code = Code::new(
    1048,
    "a worker cannot leave in order in this time",
    "Presto waits its grace period of 2 minutes twice before it ends, even where no query runs.",
    "Write 4m or more, or a shorter `shutdown.grace-period` in the workers' configuration.",
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
    "Parameters of the template hold at most 2,048 bytes of plain properties and 4,096 of secret ones.",
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

/// A release has one S3 endpoint for all buckets.
pub static ONE_ENDPOINT: Code = Code::new(
    1069,
    "a release reads every bucket through the cache or none",
    "Trino from release 464 on tells S3 locations apart. Older releases, PrestoSQL and PrestoDB read the catalog `hive` through Alluxio alone, which holds the root mount and nothing else.",
    "Use Trino 464 or later, or add a catalog of your own for tables outside of the root mount.",
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

/// A configuration takes away what a node is watched and drained by.
pub static CONFIGURATION_NEEDED: Code = Code::new(
    1151,
    "a configuration takes away what a node is watched and drained by",
    "A node asks its own Presto over HTTP whether it answers, and a worker that leaves tells it to finish its queries: the port is the input's, HTTP stays on, and access control on workers is the node's.",
    "Remove the property from the folder; the port is `presto.httpPort`, access control belongs on the coordinator.",
);

/// A catalog reads past the cache.
pub static NOT_CACHED: Code = Code::new(
    1152,
    "a catalog reads past the cache",
    "Only a catalog whose S3 endpoint is Alluxio's interface on the node, http://127.0.0.1:39999/api/v1/s3, reads through the cache; the catalog `hive` of the cluster does.",
    "Give the catalog the S3 properties of `/opt/starburst/presto/etc/catalog/hive.properties` of a node, or leave it as it is.",
);
