//! The S3 of the nodes, path style: it lets in only keys that the metadata service of this world handed out, and counts
//! what each bucket gave away. Objects lie in files. What the model of AWS holds in memory, such as uploaded
//! configuration, can be read here too. Source of behaviour: Amazon S3 API reference.

mod signature;
mod store;
mod text;
mod uploads;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Result;
use bytes::Bytes;
use http::{Method, Request};
use http_body_util::{BodyExt, StreamBody};
use hyper::body::{Frame, Incoming};
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};

use super::credentials::Vault;
use super::network::HERE;
use super::web::{Answer, Web, answer, serve};
use crate::fake::World;
use crate::fake::state::Place;
pub use store::{Count, Object, Store};

/// Port on this side's address.
pub const PORT: u16 = 9000;
/// Read and sent at once.
const PIECE: usize = 256 * 1024;

/// An error as S3 writes it: status and code.
type Refusal = (u16, &'static str);

/// The S3 of the nodes.
pub struct S3 {
    pub(super) store: Store,
    vault: Arc<Vault>,
    model: Arc<World>,
    place: Place,
}

/// What is asked for.
struct Call {
    bucket: String,
    key: String,
    query: Vec<(String, String)>,
}

impl Call {
    fn has(&self, name: &str) -> bool {
        self.query.iter().any(|(key, _)| key == name)
    }

    fn get(&self, name: &str) -> &str {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str()).unwrap_or_default()
    }
}

/// URL of the endpoint.
#[must_use]
pub fn endpoint() -> String {
    format!("http://{HERE}:{PORT}")
}

impl S3 {
    /// Objects lie below `folder`.
    #[must_use]
    pub fn new(folder: PathBuf, vault: Arc<Vault>, model: Arc<World>, place: Place) -> Arc<Self> {
        Arc::new(Self { store: Store::new(folder), vault, model, place })
    }

    /// The buckets.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Serves it.
    pub async fn start(self: &Arc<Self>) -> Result<Web> {
        let s3 = Arc::clone(self);
        serve(SocketAddr::from((HERE, PORT)), move |peer, request| {
            let s3 = Arc::clone(&s3);
            async move {
                if !s3.model.reached_from(peer, &s3.place.region, "s3") {
                    // As in the model: what has no way gets lost.
                    std::future::pending::<()>().await;
                }
                let head = request.method() == Method::HEAD;
                match s3.handle(request).await {
                    Ok(answer) => answer,
                    Err((status, _)) if head => answer(status, "application/xml", ""),
                    Err((status, code)) => answer(status, "application/xml", text::error(code)),
                }
            }
        })
        .await
    }

    async fn handle(&self, request: Request<Incoming>) -> Result<Answer, Refusal> {
        let (parts, body) = request.into_parts();
        let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let path = text::decode(parts.uri.path().trim_start_matches('/'));
        let (bucket, key) = path.split_once('/').unwrap_or((&path, ""));
        let query = form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
        let call = Call { bucket: bucket.to_owned(), key: key.to_owned(), query };
        self.authorised(&call, &parts).inspect_err(|_| self.store.count(&call.bucket, |count| count.refused += 1))?;
        self.store.count(&call.bucket, |count| count.requests += 1);
        if matches!(parts.method, Method::GET | Method::HEAD) && !call.key.is_empty() && !call.has("uploadId") {
            return self.object(&call, parts.method == Method::HEAD, header("range")).await;
        }
        let chunked = header("content-encoding").contains("aws-chunked")
            || header("x-amz-content-sha256").starts_with("STREAMING");
        let body = body.collect().await.map_err(|_| (400, "IncompleteBody"))?.to_bytes();
        let body = if chunked { text::unchunk(&body) } else { body.to_vec() };
        if call.key.is_empty() { self.bucket(&call, &parts.method, &body) } else { self.write(&call, &parts, body) }
    }

    /// The caller must show keys that were handed out, with their token, and a signature made with them.
    fn authorised(&self, call: &Call, parts: &http::request::Parts) -> Result<(), Refusal> {
        let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let authorization = header("authorization");
        let credential = authorization.split_once("Credential=").map(|(_, rest)| rest);
        let id = credential.unwrap_or_default().split('/').next().unwrap_or_default();
        if id.is_empty() {
            return Err((403, "AccessDenied"));
        }
        let keys = self.vault.check(id, header("x-amz-security-token")).map_err(|code| match code {
            "ExpiredToken" => (400, code),
            _ => (403, code),
        })?;
        let (path, query) = (parts.uri.path(), parts.uri.query().unwrap_or_default());
        let signed = signature::Signed { method: parts.method.as_str(), path, query, headers: &parts.headers };
        if signature::matches(signed, authorization, &keys.secret) {
            return Ok(());
        }
        eprintln!("S3: the signature of {} {}/{} does not match", parts.method, call.bucket, call.key);
        Err((403, "SignatureDoesNotMatch"))
    }

    async fn object(&self, call: &Call, head: bool, range: &str) -> Result<Answer, Refusal> {
        let object = match self.store.get(&call.bucket, &call.key) {
            Some(object) => object,
            None => self.of_model(call)?,
        };
        let (from, to) = text::range(range, object.size)?;
        let length = if object.size == 0 { 0 } else { to - from + 1 };
        let mut out = if head || length == 0 {
            answer(200, "application/octet-stream", Bytes::new())
        } else {
            self.store.count(&call.bucket, |count| count.bytes += length);
            let mut file = tokio::fs::File::open(&object.file).await.map_err(|_| (500, "InternalError"))?;
            file.seek(std::io::SeekFrom::Start(from)).await.map_err(|_| (500, "InternalError"))?;
            let pieces = futures_util::stream::unfold((file, length), |(mut file, left)| async move {
                if left == 0 {
                    return None;
                }
                let mut piece = vec![0; PIECE.min(usize::try_from(left).unwrap_or(PIECE))];
                let read = file.read(&mut piece).await;
                let read = match read {
                    Ok(0) => Err(std::io::ErrorKind::UnexpectedEof.into()),
                    other => other,
                };
                let taken = *read.as_ref().unwrap_or(&0);
                piece.truncate(taken);
                Some((read.map(|_| Frame::data(Bytes::from(piece))), (file, left - taken as u64)))
            });
            http::Response::new(BodyExt::boxed_unsync(StreamBody::new(pieces)))
        };
        if !range.is_empty() && object.size > 0 {
            *out.status_mut() = http::StatusCode::PARTIAL_CONTENT;
            set(&mut out, "content-range", &format!("bytes {from}-{to}/{}", object.size));
        }
        for (name, value) in [
            ("content-length", length.to_string()),
            ("content-type", "application/octet-stream".to_owned()),
            ("accept-ranges", "bytes".to_owned()),
            ("etag", object.etag.clone()),
            ("last-modified", object.modified.http()),
        ] {
            set(&mut out, name, &value);
        }
        Ok(out)
    }

    /// An object that the model of AWS holds, taken over.
    fn of_model(&self, call: &Call) -> Result<Object, Refusal> {
        let found = self.model.with(|w| {
            let bucket = w.region(&self.place).buckets.get(&call.bucket)?;
            Some(bucket.objects.get(&call.key).map(|(bytes, ..)| bytes.clone()))
        });
        match found {
            None if !self.store.has(&call.bucket) => Err((404, "NoSuchBucket")),
            Some(Some(bytes)) => self.store.put(&call.bucket, &call.key, &bytes).map_err(|_| (500, "InternalError")),
            _ => Err((404, "NoSuchKey")),
        }
    }

    fn bucket(&self, call: &Call, method: &Method, body: &[u8]) -> Result<Answer, Refusal> {
        let known = self.store.has(&call.bucket)
            || self.model.with(|w| w.region(&self.place).buckets.contains_key(&call.bucket));
        if !known {
            return Err((404, "NoSuchBucket"));
        }
        let xml = |body: String| Ok(answer(200, "application/xml", body));
        match method.as_str() {
            "HEAD" => Ok(answer(200, "application/xml", "")),
            "POST" if call.has("delete") => {
                let keys = text::keys(body);
                keys.iter().for_each(|key| self.store.delete(&call.bucket, key));
                xml(text::deleted(&keys))
            }
            "GET" if call.has("location") => xml(text::location(&self.place.region)),
            "GET" if call.has("versioning") => xml(text::versioning()),
            "GET" if call.has("acl") => xml(text::acl()),
            "GET" if call.has("uploads") => xml(text::no_uploads(&call.bucket)),
            "GET" => {
                let page = self.store.list(&call.bucket, &text::Listing::of(&call.query));
                xml(text::list(&call.bucket, &call.query, &page))
            }
            _ => Err((501, "NotImplemented")),
        }
    }
}

fn set(answer: &mut Answer, name: &'static str, value: &str) {
    if let Ok(value) = value.parse() {
        answer.headers_mut().insert(name, value);
    }
}
