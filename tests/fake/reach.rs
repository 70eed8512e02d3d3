//! Which services of AWS an instance has a way to: by its subnet's route to the outside, or by a VPC endpoint. Must not
//! know who asks.

use serde_json::Value;

use super::state::Region;

/// Whether packets from this private address get to a service, named as its endpoint is. Addresses that no instance or
/// interface holds are outside of the VPC, and get everywhere.
#[must_use]
pub fn reaches(region: &Region, address: &str, service: &str) -> bool {
    let Some((vpc, subnet)) = place_of(region, address) else { return true };
    let Some(table) = table_of(region, &vpc, &subnet) else { return false };
    let has_way_out = |route: &Value| {
        route["destinationCidrBlock"] == "0.0.0.0/0" && route["state"] == "active" && route["gatewayId"] != "local"
    };
    if table["routeSet"].as_array().into_iter().flatten().any(has_way_out) {
        return true;
    }
    all(region, "vpc-endpoint").any(|endpoint| {
        let here = endpoint["vpcId"] == vpc.as_str() && endpoint["state"] == "available";
        let serves = endpoint["serviceName"].as_str().is_some_and(|name| name.ends_with(&format!(".{service}")));
        let way = match endpoint["vpcEndpointType"].as_str() {
            Some("Gateway") => {
                endpoint["routeTableIdSet"].as_array().is_some_and(|ids| ids.contains(&table["routeTableId"]))
            }
            // Its private name is that of the service in the whole VPC.
            _ => endpoint["privateDnsEnabled"] == true,
        };
        here && serves && way
    })
}

fn all<'a>(region: &'a Region, kind: &'static str) -> impl Iterator<Item = &'a Value> {
    region.ec2.get(kind).into_iter().flat_map(|objects| objects.values())
}

/// VPC and subnet of the instance or interface that holds an address.
fn place_of(region: &Region, address: &str) -> Option<(String, String)> {
    let holds = |object: &&Value| {
        let further = object["privateIpAddressesSet"].as_array().into_iter().flatten();
        object["privateIpAddress"] == address || further.clone().any(|one| one["privateIpAddress"] == address)
    };
    let lives = |object: &&Value| object["instanceState"]["name"] != "terminated";
    let holder = all(region, "network-interface").chain(all(region, "instance")).filter(lives).find(holds)?;
    let subnet = holder["subnetId"].as_str()?.to_owned();
    let vpc = region.ec2("subnet", &subnet)?["vpcId"].as_str()?.to_owned();
    Some((vpc, subnet))
}

/// The route table of a subnet: its own, or the VPC's main one.
fn table_of<'a>(region: &'a Region, vpc: &str, subnet: &str) -> Option<&'a Value> {
    let associated = |wanted: fn(&Value, &str) -> bool| {
        all(region, "route-table").find(|table| {
            let links = table["associationSet"].as_array();
            table["vpcId"] == vpc && links.into_iter().flatten().any(|link| wanted(link, subnet))
        })
    };
    associated(|link, subnet| link["subnetId"] == subnet).or_else(|| associated(|link, _| link["main"] == true))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::reaches;
    use crate::fake::seed;
    use crate::fake::state::Place;
    use crate::fake::time::Timestamp;

    #[test]
    fn an_instance_without_a_way_out_gets_to_what_has_an_endpoint_and_nowhere_else() {
        let place = Place { account: "123456789012".to_owned(), region: "us-east-1".to_owned() };
        let mut region = seed::region(&place, Timestamp(0));
        for (id, subnet, address) in
            [("i-1", seed::ISOLATED_SUBNET, "10.0.8.9"), ("i-2", seed::PRIVATE_SUBNET, "10.0.4.9")]
        {
            let instance =
                json!({ "privateIpAddress": address, "subnetId": subnet, "instanceState": { "name": "running" } });
            region.kind("instance").insert(id.to_owned(), instance);
        }
        for address in ["10.0.0.1", "10.0.4.9"] {
            assert!(reaches(&region, address, "ec2"), "{address} is outside, or behind NAT");
        }
        assert!(!reaches(&region, "10.0.8.9", "ec2") && !reaches(&region, "10.0.8.9", "s3"));
        let interface = json!({
            "vpcId": seed::VPC, "state": "available", "vpcEndpointType": "Interface", "privateDnsEnabled": true,
            "serviceName": "com.amazonaws.us-east-1.ec2",
        });
        region.kind("vpc-endpoint").insert("vpce-1".to_owned(), interface);
        let gateway = json!({
            "vpcId": seed::VPC, "state": "available", "vpcEndpointType": "Gateway",
            "serviceName": "com.amazonaws.us-east-1.s3", "routeTableIdSet": ["rtb-0c0c0c0c0c0c0c0c0"],
        });
        region.kind("vpc-endpoint").insert("vpce-2".to_owned(), gateway);
        assert!(reaches(&region, "10.0.8.9", "ec2") && reaches(&region, "10.0.8.9", "s3"));
        assert!(!reaches(&region, "10.0.8.9", "logs"), "an endpoint of another service is none");
    }
}
