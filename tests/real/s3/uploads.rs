//! Writing calls on objects: whole, as a copy, in parts. Part of the S3 of the nodes.

use http::request::Parts;

use super::store::etag;
use super::{Answer, Call, Refusal, S3, answer, set, text};

const BROKEN: Refusal = (500, "InternalError");

impl S3 {
    pub(super) fn write(&self, call: &Call, parts: &Parts, body: Vec<u8>) -> Result<Answer, Refusal> {
        let copied = parts.headers.get("x-amz-copy-source").and_then(|value| value.to_str().ok());
        let copy = copied.is_some();
        let body = match copied {
            Some(source) => self.source(source, parts)?,
            None => body,
        };
        let upload = call.get("uploadId");
        match (parts.method.as_str(), upload.is_empty()) {
            ("PUT", true) => {
                let object = self.store.put(&call.bucket, &call.key, &body).map_err(|_| BROKEN)?;
                Ok(written(&object.etag, copy))
            }
            ("PUT", false) => {
                let (number, tag) = (call.get("partNumber").parse().unwrap_or(1), etag(&body));
                let known = self.store.upload(upload, |upload| upload.parts.insert(number, body));
                known.map(|_| written(&tag, copy)).ok_or((404, "NoSuchUpload"))
            }
            ("POST", true) if call.has("uploads") => {
                let id = self.store.begin(&call.key);
                Ok(answer(200, "application/xml", text::begun(&call.bucket, &call.key, &id)))
            }
            ("POST", false) => {
                let done =
                    self.store.end(upload).filter(|upload| upload.key == call.key).ok_or((404, "NoSuchUpload"))?;
                let bytes = done.parts.into_values().flatten().collect::<Vec<_>>();
                let object = self.store.put(&call.bucket, &call.key, &bytes).map_err(|_| BROKEN)?;
                Ok(answer(200, "application/xml", text::completed(&call.bucket, &call.key, &object.etag)))
            }
            ("DELETE", true) => {
                self.store.delete(&call.bucket, &call.key);
                Ok(answer(204, "application/xml", ""))
            }
            ("DELETE", false) => {
                self.store.end(upload);
                Ok(answer(204, "application/xml", ""))
            }
            _ => Err((501, "NotImplemented")),
        }
    }

    /// The bytes of a copy's source, or a range of them.
    fn source(&self, source: &str, parts: &Parts) -> Result<Vec<u8>, Refusal> {
        let path = text::decode(source.trim_start_matches('/'));
        let (bucket, key) = path.split_once('/').unwrap_or((&path, ""));
        let object = self.store.get(bucket, key).ok_or((404, "NoSuchKey"))?;
        let bytes = std::fs::read(&object.file).map_err(|_| BROKEN)?;
        let range = parts.headers.get("x-amz-copy-source-range").and_then(|value| value.to_str().ok());
        let (from, to) = text::range(range.unwrap_or_default(), object.size)?;
        let at = |place: u64| usize::try_from(place).unwrap_or(bytes.len());
        Ok(if bytes.is_empty() { bytes } else { bytes[at(from)..=at(to)].to_vec() })
    }
}

fn written(tag: &str, copy: bool) -> Answer {
    let body = if copy { text::copied(tag) } else { String::new() };
    let mut out = answer(200, "application/xml", body);
    set(&mut out, "etag", tag);
    out
}
