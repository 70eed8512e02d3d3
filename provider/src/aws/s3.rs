//! S3: buckets and objects. HEAD answers carry no body, so their status alone tells what a failure means.

use std::path::Path;

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::ChecksumMode;
use starburst_core::ports::{CallError, CallErrorKind, Called, ObjectStore};

use super::call_error::Failures;
use super::redact::Redactor;
use super::retry;

/// The header by which S3 tells where a bucket is, whatever else it answers.
const REGION_HEADER: &str = "x-amz-bucket-region";
/// "The bucket is in another region."
const MOVED: u16 = 301;

/// S3.
pub struct S3Client {
    client: Client,
    failures: Failures,
}

impl S3Client {
    /// `endpoint` in place of AWS's own; `path_style` puts the bucket into the path instead of the host's name.
    #[must_use]
    pub fn new(sdk: &SdkConfig, endpoint: Option<String>, path_style: bool, redactor: Redactor) -> Self {
        let mut config = aws_sdk_s3::config::Builder::from(sdk)
            .interceptor(super::call_log::CallLog)
            .force_path_style(path_style)
            .timeout_config(retry::upload_timeouts());
        if let Some(url) = endpoint {
            config = config.endpoint_url(url);
        }
        Self { client: Client::from_conf(config.build()), failures: Failures::new("s3", redactor) }
    }

    /// Writes an object from a file of at most 5 GiB, without holding it in memory; `sha256`, base64, is what S3 compares
    /// and keeps.
    ///
    /// # Errors
    /// Those of PutObject; [`CallErrorKind::Other`] for a file that cannot be read.
    pub async fn put_file(&self, bucket: &str, key: &str, file: &Path, sha256: &str) -> Called<()> {
        let body = ByteStream::from_path(file).await.map_err(|error| CallError {
            kind: CallErrorKind::Other,
            action: "s3:PutObject".to_owned(),
            code: String::new(),
            message: format!("{} cannot be read: {error}", file.display()),
        })?;
        let call = self.client.put_object().bucket(bucket).key(key).checksum_sha256(sha256).body(body);
        call.send().await.map(drop).map_err(|error| self.failures.call("PutObject", &error))
    }

    /// What S3 says of an object without sending it; `None` when there is none.
    ///
    /// # Errors
    /// Those of HeadObject.
    pub async fn stored(&self, bucket: &str, key: &str) -> Called<Option<Stored>> {
        let call = self.client.head_object().bucket(bucket).key(key).checksum_mode(ChecksumMode::Enabled);
        match call.send().await {
            Ok(found) => Ok(Some(Stored {
                bytes: found.content_length.and_then(|bytes| u64::try_from(bytes).ok()).unwrap_or_default(),
                sha256: found.checksum_sha256,
            })),
            Err(error) => unless_absent(self.failures.call("GetObject", &error), None),
        }
    }
}

/// An object as HeadObject shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Its size in bytes.
    pub bytes: u64,
    /// The SHA-256 that it was written with, base64; `None` when it was written without one.
    pub sha256: Option<String>,
}

fn unless_absent<T>(error: CallError, absent: T) -> Called<T> {
    if error.kind == CallErrorKind::NotFound { Ok(absent) } else { Err(error) }
}

#[async_trait]
impl ObjectStore for S3Client {
    async fn text(&self, bucket: &str, key: &str) -> Called<Option<String>> {
        let answer = match self.client.get_object().bucket(bucket).key(key).send().await {
            Ok(answer) => answer,
            Err(error) => return unless_absent(self.failures.call("GetObject", &error), None),
        };
        let content = answer.body.collect().await.map_err(|error| CallError {
            kind: CallErrorKind::Transport,
            action: "s3:GetObject".to_owned(),
            code: String::new(),
            message: error.to_string(),
        })?;
        Ok(Some(String::from_utf8_lossy(&content.into_bytes()).into_owned()))
    }

    async fn bucket(&self, bucket: &str) -> Called<Option<String>> {
        match self.client.head_bucket().bucket(bucket).send().await {
            Ok(answer) => Ok(Some(answer.bucket_region.unwrap_or_default())),
            Err(error) => {
                let moved = error.raw_response().filter(|answer| answer.status().as_u16() == MOVED);
                match moved.and_then(|answer| answer.headers().get(REGION_HEADER)) {
                    Some(region) => Ok(Some(region.to_owned())),
                    None => Err(self.failures.call("ListBucket", &error)),
                }
            }
        }
    }

    async fn exists(&self, bucket: &str, key: &str) -> Called<bool> {
        match self.client.head_object().bucket(bucket).key(key).send().await {
            Ok(_) => Ok(true),
            Err(error) => unless_absent(self.failures.call("GetObject", &error), false),
        }
    }

    async fn put(&self, bucket: &str, key: &str, content: Vec<u8>) -> Called<()> {
        let body = ByteStream::from(content);
        let answer = self.client.put_object().bucket(bucket).key(key).body(body).send().await;
        answer.map(drop).map_err(|error| self.failures.call("PutObject", &error))
    }

    async fn delete(&self, bucket: &str, key: &str) -> Called<()> {
        match self.client.delete_object().bucket(bucket).key(key).send().await {
            Ok(_) => Ok(()),
            Err(error) => unless_absent(self.failures.call("DeleteObject", &error), ()),
        }
    }

    async fn keys(&self, bucket: &str, prefix: &str) -> Called<Vec<String>> {
        let mut pages = self.client.list_objects_v2().bucket(bucket).prefix(prefix).into_paginator().send();
        let mut keys = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| self.failures.call("ListBucket", &error))?;
            keys.extend(page.contents.unwrap_or_default().into_iter().filter_map(|object| object.key));
        }
        Ok(keys)
    }
}
