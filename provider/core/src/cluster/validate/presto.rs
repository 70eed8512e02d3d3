//! Rules of the query engine: ports, access, packages.

use starburst_schema::codes::input::{
    ACCESS_WITHOUT_NETWORKS, DIGEST_WITHOUT_PACKAGE, HTTPS_WITHOUT_CERTIFICATE, LICENCE_UNUSED, NETWORK_NOT_IPV4,
    NETWORKS_UNUSED, ONE_ENDPOINT, OPEN_TO_EVERYONE, PACKAGE_WITHOUT_DIGEST, PORTS_COLLIDE,
};
use starburst_schema::fields::{alluxio, hive_metastore, presto};

use super::{Found, Rule, View};
use crate::failure::Message;
use crate::path::Path;

/// The rules.
pub static RULES: &[Rule] = &[
    ports,
    https,
    access_without_networks,
    networks_unused,
    networks_of_version_4,
    open_to_everyone,
    packages,
    licence,
    one_endpoint,
];

/// Ports of Alluxio and of SSH on the same nodes. Source: Alluxio, requirements.
const TAKEN: &[i64] =
    &[22, 19_200, 19_998, 19_999, 20_001, 20_002, 20_003, 29_999, 30_000, 30_001, 30_002, 30_003, 39_999];

fn ports(view: &View<'_>, found: &mut Found) {
    let http = view.integer(&presto::HTTP_PORT);
    let certificate = view.known(&presto::HTTPS_CERTIFICATE_SECRET_ARN);
    let https = view.integer(&presto::HTTPS_PORT).filter(|_| certificate);
    for (field, port) in [(&presto::HTTP_PORT, http), (&presto::HTTPS_PORT, https)] {
        if let Some(port) = port.filter(|port| TAKEN.contains(port)) {
            let message = Message::new(format!("port {port} belongs to another program of the same nodes"));
            found.error(&PORTS_COLLIDE, field, message, Message::new(format!("write {}", field.example)));
        }
    }
    if let (Some(http), Some(https)) = (http, https)
        && http == https
    {
        let message = Message::new(format!("port {http} is also that of ")).field(&presto::HTTP_PORT);
        found.error(&PORTS_COLLIDE, &presto::HTTPS_PORT, message, Message::new("write another port"));
    }
}

fn https(view: &View<'_>, found: &mut Found) {
    if view.known(&presto::HTTPS_PORT) && view.absent(&presto::HTTPS_CERTIFICATE_SECRET_ARN) {
        let message = Message::new("a port for HTTPS does nothing without a certificate");
        let instead = Message::new("write ").field(&presto::HTTPS_CERTIFICATE_SECRET_ARN).text(", or remove the port");
        found.error(&HTTPS_WITHOUT_CERTIFICATE, &presto::HTTPS_PORT, message, instead);
    }
}

fn access_without_networks(view: &View<'_>, found: &mut Found) {
    let allowed = view.flag(&presto::ALLOW_EXTERNAL_ACCESS_ON_HTTP) == Some(true);
    if allowed && view.absent(&presto::EXTERNAL_ACCESS_CIDRS) {
        let message =
            Message::default().field(&presto::ALLOW_EXTERNAL_ACCESS_ON_HTTP).text(" needs networks that may connect");
        let instead = Message::new("write networks such as `10.0.0.0/8`");
        found.error(&ACCESS_WITHOUT_NETWORKS, &presto::EXTERNAL_ACCESS_CIDRS, message, instead);
    }
}

fn networks_unused(view: &View<'_>, found: &mut Found) {
    let allowed = view.flag(&presto::ALLOW_EXTERNAL_ACCESS_ON_HTTP);
    if allowed == Some(false) && view.known(&presto::EXTERNAL_ACCESS_CIDRS) {
        let message = Message::new("the networks have no effect while ")
            .field(&presto::ALLOW_EXTERNAL_ACCESS_ON_HTTP)
            .text(" is false");
        found.warn(&NETWORKS_UNUSED, &presto::EXTERNAL_ACCESS_CIDRS, message, Message::default());
    }
}

/// The networks become entries of one prefix list, which is of IPv4. Source: EC2, `CreateManagedPrefixList`.
fn networks_of_version_4(view: &View<'_>, found: &mut Found) {
    let networks = view.texts(&presto::EXTERNAL_ACCESS_CIDRS).unwrap_or_default();
    for (at, network) in networks.iter().enumerate().filter(|(_, network)| network.contains(':')) {
        let message = Message::new(format!("`{network}` is an IPv6 network, and the nodes have IPv4 addresses alone"));
        let path = Path::from(&presto::EXTERNAL_ACCESS_CIDRS).index(at);
        found.error_at(&NETWORK_NOT_IPV4, path, message, Message::new("write IPv4 networks such as `10.0.0.0/8`"));
    }
}

/// Whether callers are asked who they are stands in the configuration folder, which only the nodes read; without one,
/// or without HTTPS, nobody is asked.
fn open_to_everyone(view: &View<'_>, found: &mut Found) {
    if view.flag(&presto::ALLOW_EXTERNAL_ACCESS_ON_HTTP) != Some(true) {
        return;
    }
    let everyone = |network: &String| network == "0.0.0.0/0";
    let open = view.texts(&presto::EXTERNAL_ACCESS_CIDRS).is_some_and(|networks| networks.iter().any(everyone));
    let unguarded =
        view.absent(&presto::HTTPS_CERTIFICATE_SECRET_ARN) || view.absent(&presto::COORDINATOR_CONFIGURATION);
    if open && unguarded {
        let message = Message::new("all addresses may connect, and nothing asks callers who they are");
        let instead = Message::new("write smaller networks, or set up HTTPS with ")
            .field(&presto::HTTPS_CERTIFICATE_SECRET_ARN)
            .text(" and authentication in ")
            .field(&presto::COORDINATOR_CONFIGURATION);
        found.warn(&OPEN_TO_EVERYONE, &presto::EXTERNAL_ACCESS_CIDRS, message, instead);
    }
}

fn packages(view: &View<'_>, found: &mut Found) {
    for (uri, digest) in
        [(&presto::PACKAGE_URI, &presto::PACKAGE_SHA256), (&alluxio::PACKAGE_URI, &alluxio::PACKAGE_SHA256)]
    {
        if view.known(uri) && view.absent(digest) {
            let message = Message::new("nodes install whatever lies there");
            found.warn(&PACKAGE_WITHOUT_DIGEST, uri, message, Message::new("write the digest in ").field(digest));
        }
        if view.known(digest) && view.absent(uri) {
            let message = Message::new("the default package has its own digest");
            let instead = Message::new("write ").field(uri).text(", or remove the digest");
            found.error(&DIGEST_WITHOUT_PACKAGE, digest, message, instead);
        }
    }
}

fn licence(view: &View<'_>, found: &mut Found) {
    if view.known(&presto::LICENSE_URI) && view.absent(&presto::PACKAGE_URI) {
        let message = Message::new("the default package needs no licence");
        let instead = Message::new("write the package in ").field(&presto::PACKAGE_URI).text(", or remove the licence");
        found.warn(&LICENCE_UNUSED, &presto::LICENSE_URI, message, instead);
    }
}

/// The first release of Trino whose S3 file system takes an endpoint for a part of the locations. Source: Trino, release
/// notes of 464, S3 security mapping.
const TELLS_LOCATIONS_APART: u32 = 464;

/// A release by the name of its package: what has another name is not judged.
fn one_endpoint(view: &View<'_>, found: &mut Found) {
    if view.text(&hive_metastore::TYPE).is_none_or(|kind| kind == "none") {
        return;
    }
    let Some(uri) = view.text(&presto::PACKAGE_URI) else { return };
    let file = uri.rsplit('/').next().unwrap_or_default();
    let release =
        file.strip_prefix("trino-server-").and_then(|rest| rest.split(['.', '-']).next()?.parse::<u32>().ok());
    if release.is_some_and(|release| release < TELLS_LOCATIONS_APART) || file.starts_with("presto-server-") {
        let message = Message::new("its catalog `hive` reads through Alluxio alone: tables outside of ")
            .field(&alluxio::S3_ROOT_MOUNT)
            .text(" are neither cached nor found");
        let instead = Message::new("use Trino 464 or later, or add a catalog in ")
            .field(&presto::COORDINATOR_CONFIGURATION)
            .text(" for them");
        found.warn(&ONE_ENDPOINT, &presto::PACKAGE_URI, message, instead);
    }
}
