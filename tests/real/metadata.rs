//! The instance metadata service, version 2 only, answered from the model of AWS. It tells nodes apart by the address
//! that they call from. Sources: EC2 user guide, instance metadata categories and IMDSv2.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Result;
use http::{Method, Request};
use hyper::body::Incoming;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::credentials::Vault;
use super::network::{self, METADATA};
use super::web::{Answer, Web, answer, serve};
use crate::fake::resources::network::addresses;
use crate::fake::state::Place;
use crate::fake::{Timestamp, World, machines};

/// Name of the nodes' role.
const ROLE: &str = "nodes";
/// Longest life of a token in seconds.
const LONGEST: u64 = 21_600;

/// What the service answers from.
struct Service {
    model: Arc<World>,
    place: Place,
    vault: Arc<Vault>,
    /// Tokens with the address that got them and their end.
    tokens: Mutex<BTreeMap<String, (IpAddr, Instant)>>,
}

/// Starts the service on its address.
pub async fn start(model: Arc<World>, place: Place, vault: Arc<Vault>) -> Result<Web> {
    let service = Arc::new(Service { model, place, vault, tokens: Mutex::default() });
    serve(SocketAddr::from((METADATA, 80)), move |peer, request| {
        let service = Arc::clone(&service);
        async move { service.answer(peer, &request) }
    })
    .await
}

impl Service {
    fn answer(&self, peer: IpAddr, request: &Request<Incoming>) -> Answer {
        let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let path = request.uri().path().trim_start_matches('/');
        if path == "latest/api/token" {
            let seconds: u64 = header("x-aws-ec2-metadata-token-ttl-seconds").parse().unwrap_or(0);
            if request.method() != Method::PUT {
                return answer(405, "text/plain", "");
            }
            if !(1..=LONGEST).contains(&seconds) || !header("x-forwarded-for").is_empty() {
                return answer(400, "text/plain", "");
            }
            return answer(200, "text/plain", self.token(peer, seconds));
        }
        let tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        let good = tokens
            .get(header("x-aws-ec2-metadata-token"))
            .is_some_and(|(owner, end)| *owner == peer && *end > Instant::now());
        drop(tokens);
        if !good {
            return answer(401, "text/plain", "");
        }
        match self.instance(peer).and_then(|instance| self.look(&instance, path.strip_prefix("latest/")?)) {
            Some(text) => answer(200, "text/plain", text),
            None => answer(404, "text/plain", ""),
        }
    }

    fn token(&self, peer: IpAddr, seconds: u64) -> String {
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        let digest = Sha256::digest(format!("{peer} {} {:?}", tokens.len(), Instant::now()));
        let token: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        tokens.insert(token.clone(), (peer, Instant::now() + Duration::from_secs(seconds)));
        token
    }

    /// The living instance with this primary address.
    fn instance(&self, peer: IpAddr) -> Option<Value> {
        let address = peer.to_string();
        self.model.with(|w| {
            let instances = w.region(&self.place).kind("instance").values();
            let state = |i: &&Value| i.pointer("/instanceState/name") != Some(&json!("terminated"));
            instances.filter(state).find(|i| i["privateIpAddress"] == address.as_str()).cloned()
        })
    }

    /// The private addresses of an interface of the instance, one a line: `…/macs/MAC/local-ipv4s`.
    fn addresses(&self, instance: &str, path: &str) -> Option<String> {
        let hardware = path.strip_prefix("meta-data/network/interfaces/macs/")?.strip_suffix("/local-ipv4s")?;
        self.model.with(|w| {
            let mut all = w.region(&self.place).kind("network-interface").iter();
            let own = |(id, interface): &(&String, &Value)| {
                network::hardware(id) == hardware && machines::holder(interface) == instance
            };
            all.find(own).map(|(_, interface)| addresses(interface).join("\n"))
        })
    }

    fn look(&self, instance: &Value, path: &str) -> Option<String> {
        let text = |field: &str| instance[field].as_str().unwrap_or_default().to_owned();
        let id = text("instanceId");
        let zone = instance.pointer("/placement/availabilityZone").and_then(Value::as_str).unwrap_or_default();
        let credentials = "meta-data/iam/security-credentials";
        Some(match path.trim_end_matches('/') {
            "meta-data/instance-id" => id,
            "meta-data/local-ipv4" => text("privateIpAddress"),
            "meta-data/local-hostname" | "meta-data/hostname" => text("privateDnsName"),
            "meta-data/instance-type" => text("instanceType"),
            "meta-data/ami-id" => text("imageId"),
            "meta-data/placement/region" => self.place.region.clone(),
            "meta-data/placement/availability-zone" => zone.to_owned(),
            "meta-data/autoscaling/target-lifecycle-state" => {
                self.model.with(|w| machines::target_state(w, &self.place, &id))?.to_owned()
            }
            "dynamic/instance-identity/document" => json!({
                "accountId": self.place.account, "region": self.place.region, "availabilityZone": zone,
                "instanceId": id, "instanceType": text("instanceType"), "imageId": text("imageId"),
                "pendingTime": text("launchTime"), "version": "2017-09-30", "billingProducts": null,
                "devpayProductCodes": null, "marketplaceProductCodes": null, "kernelId": null, "ramdiskId": null,
                "privateIp": text("privateIpAddress"), "architecture": text("architecture"),
            })
            .to_string(),
            "user-data" => return None,
            path if path.starts_with("meta-data/network/interfaces/macs/") => self.addresses(&id, path)?,
            path if path == credentials => ROLE.to_owned(),
            path if path.strip_prefix(credentials) == Some("/nodes") => {
                let keys = self.vault.of(&id);
                let end = keys.expires.duration_since(std::time::UNIX_EPOCH).unwrap_or_default().as_millis();
                json!({
                    "Code": "Success", "Type": "AWS-HMAC", "LastUpdated": self.model.now().iso_seconds(),
                    "AccessKeyId": keys.id, "SecretAccessKey": keys.secret, "Token": keys.token,
                    "Expiration": Timestamp(i64::try_from(end).unwrap_or_default()).iso_seconds(),
                })
                .to_string()
            }
            _ => return None,
        })
    }
}
