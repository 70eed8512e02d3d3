//! The part of S3 that clients of a stack use: buckets that exist, objects put, read, listed and deleted.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::fake::error::ApiError;
use crate::fake::ids::hex;
use crate::fake::state::{Place, State};
use crate::fake::wire::xml;
use serde_json::json;
use sha2::{Digest, Sha256};

/// A request to a bucket or an object.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    pub method: &'a str,
    pub bucket: &'a str,
    /// Empty for the bucket itself.
    pub key: &'a str,
    pub query: &'a [(String, String)],
    pub body: &'a [u8],
    pub content_type: &'a str,
    /// `x-amz-checksum-sha256`, base64.
    pub sha256: Option<&'a str>,
    /// Whether `x-amz-checksum-mode` is `ENABLED`.
    pub shows_checksum: bool,
}

/// The reply: status, headers, body.
#[derive(Clone, Debug, Default)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

/// The action that a request is, as the call log names it.
#[must_use]
pub fn action(r: &Request<'_>) -> &'static str {
    let has = |name: &str| r.query.iter().any(|(k, _)| k == name);
    match (r.method, r.key.is_empty()) {
        ("HEAD", true) => "HeadBucket",
        ("GET", true) if has("location") => "GetBucketLocation",
        ("GET", true) if has("versioning") => "GetBucketVersioning",
        ("GET", true) => "ListObjectsV2",
        ("PUT", false) => "PutObject",
        ("GET", false) => "GetObject",
        ("HEAD", false) => "HeadObject",
        ("DELETE", false) => "DeleteObject",
        _ => "Unknown",
    }
}

/// Answers one request.
pub fn call(w: &mut State, place: &Place, r: &Request<'_>) -> Result<Reply, ApiError> {
    // Bucket names are global: a bucket of another region answers with a redirection.
    let home = w
        .places
        .iter()
        .find(|(p, region)| *p != place && region.buckets.contains_key(r.bucket))
        .map(|(p, _)| p.clone());
    let now = w.now;
    let region = w.region(place);
    let Some(bucket) = region.buckets.get_mut(r.bucket) else {
        return match home {
            Some(home) if home.account != place.account => Err(ApiError::new(403, "AccessDenied", "Access Denied")),
            Some(_) => Err(ApiError::new(
                301,
                "PermanentRedirect",
                "The bucket you are attempting to access must be addressed using the specified endpoint.",
            )),
            None => Err(ApiError::new(404, "NoSuchBucket", "The specified bucket does not exist")),
        };
    };
    let missing = || ApiError::new(404, "NoSuchKey", "The specified key does not exist.");
    let etag = |bytes: &[u8]| format!("\"{}\"", &hex(&Sha256::digest(bytes))[..32]);
    let ok = |headers: Vec<(&'static str, String)>, body: Vec<u8>| Ok(Reply { status: 200, headers, body });
    match action(r) {
        "HeadBucket" => ok(vec![("x-amz-bucket-region", place.region.clone())], Vec::new()),
        "GetBucketLocation" => {
            let constraint = if place.region == "us-east-1" { "" } else { place.region.as_str() };
            let body = format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<LocationConstraint xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">{constraint}</LocationConstraint>"
            );
            ok(Vec::new(), body.into_bytes())
        }
        "GetBucketVersioning" => {
            ok(Vec::new(), b"<VersioningConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"/>".to_vec())
        }
        "PutObject" => {
            let tag = etag(r.body);
            bucket.sums.remove(r.key);
            if let Some(sum) = r.sha256 {
                if STANDARD.encode(Sha256::digest(r.body)) != sum {
                    let text = "The sha256 you specified did not match the calculated checksum.";
                    return Err(ApiError::new(400, "BadDigest", text));
                }
                bucket.sums.insert(r.key.to_owned(), sum.to_owned());
            }
            bucket.objects.insert(r.key.to_owned(), (r.body.to_vec(), now, r.content_type.to_owned()));
            ok(vec![("etag", tag)], Vec::new())
        }
        "GetObject" | "HeadObject" => {
            let (bytes, at, kind) = bucket.objects.get(r.key).ok_or_else(missing)?;
            let mut headers = vec![
                ("etag", etag(bytes)),
                ("last-modified", at.http()),
                ("content-type", kind.clone()),
                ("content-length", bytes.len().to_string()),
            ];
            if let Some(sum) = bucket.sums.get(r.key).filter(|_| r.shows_checksum) {
                headers.push(("x-amz-checksum-sha256", sum.clone()));
            }
            ok(headers, if r.method == "HEAD" { Vec::new() } else { bytes.clone() })
        }
        "DeleteObject" => {
            bucket.objects.remove(r.key);
            bucket.sums.remove(r.key);
            Ok(Reply { status: 204, ..Reply::default() })
        }
        "ListObjectsV2" => {
            let get = |name: &str| r.query.iter().find(|(k, _)| k == name).map(|(_, v)| v.as_str()).unwrap_or_default();
            let most: usize = get("max-keys").parse().unwrap_or(1000);
            let after = get("continuation-token");
            let matching: Vec<_> =
                bucket.objects.iter().filter(|(k, _)| k.starts_with(get("prefix")) && k.as_str() > after).collect();
            let contents: Vec<_> = matching
                .iter()
                .take(most)
                .map(|(k, (bytes, at, _))| json!({ "Key": k, "Size": bytes.len(), "ETag": etag(bytes), "LastModified": at.iso(), "StorageClass": "STANDARD" }))
                .collect();
            let cut = matching.len() > most;
            let next = cut.then(|| matching.get(most.saturating_sub(1)).map(|(k, _)| (*k).clone())).flatten();
            let body = xml::s3_list(r.bucket, get("prefix"), most, cut, next.as_deref(), &contents);
            ok(vec![("content-type", "application/xml".into())], body.into_bytes())
        }
        _ => Err(ApiError::new(
            501,
            "NotImplemented",
            "A header you provided implies functionality that is not implemented.",
        )),
    }
}
