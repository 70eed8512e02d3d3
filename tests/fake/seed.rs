//! What every account and region holds from the start: a network, key pair, images, buckets.

use super::state::{Bucket, Place, Region};
use super::time::Timestamp;
use serde_json::{Value, json};

/// The seeded VPC.
pub const VPC: &str = "vpc-0a0a0a0a0a0a0a0a0";
/// A subnet whose nodes get public addresses.
pub const PUBLIC_SUBNET: &str = "subnet-0a0a0a0a0a0a0a0a0";
/// A subnet behind a NAT gateway.
pub const PRIVATE_SUBNET: &str = "subnet-0b0b0b0b0b0b0b0b0";
/// A subnet without a way out.
pub const ISOLATED_SUBNET: &str = "subnet-0c0c0c0c0c0c0c0c0";
/// A second VPC, for wrong combinations.
pub const OTHER_VPC: &str = "vpc-0f0f0f0f0f0f0f0f0";
/// A subnet of the second VPC.
pub const OTHER_SUBNET: &str = "subnet-0f0f0f0f0f0f0f0f0";
/// A security group of the VPC.
pub const SECURITY_GROUP: &str = "sg-0a0a0a0a0a0a0a0a0";
/// Another security group of the VPC.
pub const SECOND_SECURITY_GROUP: &str = "sg-0b0b0b0b0b0b0b0b0";
/// A security group of the second VPC.
pub const OTHER_SECURITY_GROUP: &str = "sg-0f0f0f0f0f0f0f0f0";
/// The key pair.
pub const KEY_PAIR: &str = "analytics";
/// The bucket.
pub const BUCKET: &str = "analytics-data";
/// The newest AL2023 image for x86_64.
pub const IMAGE_X86: &str = "ami-0a0a0a0a0a0a0a0a0";
/// The newest AL2023 image for arm64.
pub const IMAGE_ARM: &str = "ami-0b0b0b0b0b0b0b0b0";
/// An older AL2023 image for x86_64.
pub const OLD_X86: &str = "ami-01010101010101010";
const OLD_ARM: &str = "ami-02020202020202020";

fn put(region: &mut Region, kind: &'static str, id: &str, shape: Value) {
    region.kind(kind).insert(id.to_owned(), shape);
}

/// A fresh region.
#[must_use]
pub fn region(place: &Place, now: Timestamp) -> Region {
    let mut r = Region::default();
    let zone = |letter: &str| format!("{}{letter}", place.region);
    for (id, cidr, default) in [(VPC, "10.0.0.0/16", false), (OTHER_VPC, "172.31.0.0/16", true)] {
        put(
            &mut r,
            "vpc",
            id,
            json!({
                "vpcId": id, "state": "available", "cidrBlock": cidr, "isDefault": default, "ownerId": place.account,
                "dhcpOptionsId": "dopt-0a0a0a0a0a0a0a0a0", "instanceTenancy": "default",
                "cidrBlockAssociationSet": [{ "cidrBlock": cidr, "cidrBlockState": { "state": "associated" } }],
                "tagSet": [{ "key": "Name", "value": if default { "default" } else { "analytics" } }],
            }),
        );
    }
    for (id, vpc, cidr, letter, public, name) in [
        (PUBLIC_SUBNET, VPC, "10.0.0.0/22", "a", true, "public"),
        (PRIVATE_SUBNET, VPC, "10.0.4.0/22", "a", false, "private"),
        (ISOLATED_SUBNET, VPC, "10.0.8.0/22", "c", false, "isolated"),
        (OTHER_SUBNET, OTHER_VPC, "172.31.0.0/20", "b", true, "other"),
    ] {
        put(
            &mut r,
            "subnet",
            id,
            json!({
                "subnetId": id, "subnetArn": place.arn("ec2", &format!("subnet/{id}")), "vpcId": vpc, "state": "available",
                "cidrBlock": cidr, "availabilityZone": zone(letter), "availableIpAddressCount": 1019,
                "mapPublicIpOnLaunch": public, "defaultForAz": false, "ownerId": place.account,
                "tagSet": [{ "key": "Name", "value": name }],
            }),
        );
    }
    network(&mut r, place);
    images(&mut r, place);
    put(
        &mut r,
        "key-pair",
        KEY_PAIR,
        json!({
            "keyName": KEY_PAIR, "keyPairId": "key-0a0a0a0a0a0a0a0a0", "keyType": "ed25519",
            "keyFingerprint": "00:00:00:00", "createTime": "2026-01-05T08:00:00.000Z", "tagSet": [],
        }),
    );
    r.buckets.insert(BUCKET.into(), Bucket { created: now, ..Bucket::default() });
    r
}

fn network(r: &mut Region, place: &Place) {
    for (id, vpc, name) in [
        (SECURITY_GROUP, VPC, "analytics"),
        (SECOND_SECURITY_GROUP, VPC, "administration"),
        (OTHER_SECURITY_GROUP, OTHER_VPC, "default"),
    ] {
        put(
            r,
            "security-group",
            id,
            json!({
                "groupId": id, "groupName": name, "groupDescription": format!("{name} access"), "vpcId": vpc,
                "ownerId": place.account, "tagSet": [], "ipPermissions": [],
                "ipPermissionsEgress": [{ "ipProtocol": "-1", "ipRanges": [{ "cidrIp": "0.0.0.0/0" }], "groups": [] }],
            }),
        );
    }
    for (id, vpc, subnet, target) in [
        ("rtb-0a0a0a0a0a0a0a0a0", VPC, Some(PUBLIC_SUBNET), Some(("gatewayId", "igw-0a0a0a0a0a0a0a0a0"))),
        ("rtb-0b0b0b0b0b0b0b0b0", VPC, Some(PRIVATE_SUBNET), Some(("natGatewayId", "nat-0a0a0a0a0a0a0a0a0"))),
        ("rtb-0c0c0c0c0c0c0c0c0", VPC, None, None),
        ("rtb-0f0f0f0f0f0f0f0f0", OTHER_VPC, None, Some(("gatewayId", "igw-0f0f0f0f0f0f0f0f0"))),
    ] {
        let mut routes =
            vec![json!({ "destinationCidrBlock": "10.0.0.0/16", "gatewayId": "local", "state": "active" })];
        if let Some((field, id)) = target {
            routes.push(json!({ "destinationCidrBlock": "0.0.0.0/0", field: id, "state": "active" }));
        }
        let association = match subnet {
            Some(subnet) => {
                json!([{ "routeTableAssociationId": format!("rtbassoc-{}", &id[4..]), "routeTableId": id, "subnetId": subnet, "main": false }])
            }
            None => {
                json!([{ "routeTableAssociationId": format!("rtbassoc-{}", &id[4..]), "routeTableId": id, "main": true }])
            }
        };
        put(
            r,
            "route-table",
            id,
            json!({
                "routeTableId": id, "vpcId": vpc, "ownerId": place.account, "routeSet": routes,
                "associationSet": association, "tagSet": [],
            }),
        );
    }
}

fn images(r: &mut Region, place: &Place) {
    for (id, architecture, date, version) in [
        (IMAGE_X86, "x86_64", "2026-10-19T22:01:33.000Z", "20261019.0"),
        (IMAGE_ARM, "arm64", "2026-10-19T22:02:41.000Z", "20261019.0"),
        (OLD_X86, "x86_64", "2026-07-13T20:11:02.000Z", "20260713.0"),
        (OLD_ARM, "arm64", "2026-07-13T20:12:54.000Z", "20260713.0"),
    ] {
        put(
            r,
            "image",
            id,
            json!({
                "imageId": id, "name": format!("al2023-ami-2023.9.{version}-kernel-6.1-{architecture}"),
                "imageLocation": "amazon/al2023", "imageState": "available", "imageOwnerId": "137112412989",
                "imageOwnerAlias": "amazon", "isPublic": true, "architecture": architecture, "imageType": "machine",
                "creationDate": date, "rootDeviceType": "ebs", "rootDeviceName": "/dev/xvda", "virtualizationType": "hvm",
                "hypervisor": "xen", "description": "Amazon Linux 2023 AMI", "enaSupport": true,
                "blockDeviceMapping": [{ "deviceName": "/dev/xvda", "ebs": { "volumeSize": 8, "volumeType": "gp3", "encrypted": false } }],
            }),
        );
    }
    for (architecture, id) in [("x86_64", IMAGE_X86), ("arm64", IMAGE_ARM)] {
        for kernel in ["kernel-default", "kernel-6.1"] {
            let name = format!("/aws/service/ami-amazon-linux-latest/al2023-ami-{kernel}-{architecture}");
            r.ssm.insert(name, id.to_owned());
        }
    }
    r.ssm.insert("/aws/service/global-infrastructure/current-region".into(), place.region.clone());
}
