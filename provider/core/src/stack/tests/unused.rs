//! The ports that the engine never touches: every call is a mistake.

use std::collections::BTreeMap;

use async_trait::async_trait;

use crate::ports::{
    CallError, CallErrorKind, Called, Caller, Compute, Identity, Image, InstanceType, LocalEntry, LocalFiles,
    ObjectStore, RouteTable, Secrets, SecurityGroup, Subnet, Vpc, VpcEndpoint,
};

pub struct Unused;

fn unused<T>() -> Called<T> {
    Err(CallError {
        kind: CallErrorKind::Other,
        action: "none".into(),
        code: "Unused".into(),
        message: "the engine calls CloudFormation alone".into(),
    })
}

#[async_trait]
impl Compute for Unused {
    async fn subnet(&self, _: &str) -> Called<Option<Subnet>> {
        unused()
    }
    async fn vpc(&self, _: &str) -> Called<Option<Vpc>> {
        unused()
    }
    async fn security_groups(&self, _: &[String]) -> Called<Vec<SecurityGroup>> {
        unused()
    }
    async fn key_pair_exists(&self, _: &str) -> Called<bool> {
        unused()
    }
    async fn route_tables(&self, _: &str) -> Called<Vec<RouteTable>> {
        unused()
    }
    async fn vpc_endpoints(&self, _: &str) -> Called<Vec<VpcEndpoint>> {
        unused()
    }
    async fn instance_types(&self, _: &[String]) -> Called<Vec<InstanceType>> {
        unused()
    }
    async fn offered_types(&self, _: &str, _: Option<&str>) -> Called<Vec<String>> {
        unused()
    }
    async fn image(&self, _: &str) -> Called<Option<Image>> {
        unused()
    }
    async fn newest_image(&self, _: &str) -> Called<Option<Image>> {
        unused()
    }
    async fn tag_of(&self, _: &[String], _: &str) -> Called<BTreeMap<String, String>> {
        unused()
    }
    async fn tag(&self, _: &[String], _: &BTreeMap<String, String>) -> Called<()> {
        unused()
    }
}

#[async_trait]
impl Identity for Unused {
    async fn caller(&self) -> Called<Caller> {
        unused()
    }
    fn region(&self) -> String {
        String::new()
    }
    fn partition(&self) -> String {
        String::new()
    }
}

#[async_trait]
impl ObjectStore for Unused {
    async fn bucket(&self, _: &str) -> Called<Option<String>> {
        unused()
    }
    async fn exists(&self, _: &str, _: &str) -> Called<bool> {
        unused()
    }
    async fn put(&self, _: &str, _: &str, _: Vec<u8>) -> Called<()> {
        unused()
    }
    async fn delete(&self, _: &str, _: &str) -> Called<()> {
        unused()
    }
    async fn keys(&self, _: &str, _: &str) -> Called<Vec<String>> {
        unused()
    }
}

#[async_trait]
impl Secrets for Unused {
    async fn value(&self, _: &str) -> Called<Option<String>> {
        unused()
    }
    async fn version(&self, _: &str) -> Called<Option<String>> {
        unused()
    }
}

#[async_trait]
impl LocalFiles for Unused {
    async fn entries(&self, _: &str) -> Result<Vec<LocalEntry>, String> {
        Err("unused".into())
    }
    fn pack(&self, _: &[LocalEntry]) -> Result<Vec<u8>, String> {
        Err("unused".into())
    }
}
