//! The texts of S3's protocol: XML answers, ranges, chunked bodies. Knows no objects.

use std::fmt::Write as _;

use super::Refusal;
use super::store::Page;

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
const SPACE: &str = "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"";
/// Most entries of a page.
const PAGE: usize = 1000;

/// What a listing asks for.
#[derive(Debug, Default)]
pub struct Listing {
    pub prefix: String,
    pub delimiter: String,
    /// Keys up to this one are left out.
    pub after: String,
    pub most: usize,
}

impl Listing {
    pub fn of(query: &[(String, String)]) -> Self {
        let get = |name: &str| query.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
        let after = get("continuation-token").or_else(|| get("start-after")).or_else(|| get("marker"));
        Self {
            prefix: get("prefix").unwrap_or_default(),
            delimiter: get("delimiter").unwrap_or_default(),
            after: after.unwrap_or_default(),
            most: get("max-keys").and_then(|most| most.parse().ok()).unwrap_or(PAGE).min(PAGE),
        }
    }
}

pub fn escape(raw: &str) -> String {
    raw.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A percent-encoded path; a plus sign is itself.
pub fn decode(raw: &str) -> String {
    let pair = format!("k={}", raw.replace('+', "%2B").replace('&', "%26"));
    form_urlencoded::parse(pair.as_bytes()).next().map(|(_, value)| value.into_owned()).unwrap_or_default()
}

pub fn error(code: &str) -> String {
    format!("{HEAD}<Error><Code>{code}</Code><Message>{code}</Message><RequestId>real-nodes</RequestId></Error>")
}

pub fn location(region: &str) -> String {
    let region = if region == "us-east-1" { "" } else { region };
    format!("{HEAD}<LocationConstraint {SPACE}>{region}</LocationConstraint>")
}

pub fn versioning() -> String {
    format!("{HEAD}<VersioningConfiguration {SPACE}/>")
}

pub fn acl() -> String {
    format!(
        "{HEAD}<AccessControlPolicy {SPACE}><Owner><ID>owner</ID><DisplayName>owner</DisplayName></Owner><AccessControlList>\
         <Grant><Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"CanonicalUser\"><ID>owner</ID>\
         <DisplayName>owner</DisplayName></Grantee><Permission>FULL_CONTROL</Permission></Grant></AccessControlList>\
         </AccessControlPolicy>"
    )
}

pub fn no_uploads(bucket: &str) -> String {
    format!(
        "{HEAD}<ListMultipartUploadsResult {SPACE}><Bucket>{}</Bucket><IsTruncated>false</IsTruncated></ListMultipartUploadsResult>",
        escape(bucket)
    )
}

pub fn begun(bucket: &str, key: &str, id: &str) -> String {
    format!(
        "{HEAD}<InitiateMultipartUploadResult {SPACE}><Bucket>{}</Bucket><Key>{}</Key><UploadId>{id}</UploadId></InitiateMultipartUploadResult>",
        escape(bucket),
        escape(key)
    )
}

pub fn completed(bucket: &str, key: &str, tag: &str) -> String {
    format!(
        "{HEAD}<CompleteMultipartUploadResult {SPACE}><Bucket>{}</Bucket><Key>{}</Key><ETag>{}</ETag></CompleteMultipartUploadResult>",
        escape(bucket),
        escape(key),
        escape(tag)
    )
}

pub fn copied(tag: &str) -> String {
    let now = "2026-11-01T00:00:00.000Z";
    format!(
        "{HEAD}<CopyObjectResult {SPACE}><LastModified>{now}</LastModified><ETag>{}</ETag></CopyObjectResult>",
        escape(tag)
    )
}

pub fn deleted(keys: &[String]) -> String {
    let all: String = keys.iter().map(|key| format!("<Deleted><Key>{}</Key></Deleted>", escape(key))).collect();
    format!("{HEAD}<DeleteResult {SPACE}>{all}</DeleteResult>")
}

/// A page, in the form of the second version of the call or of the first.
pub fn list(bucket: &str, query: &[(String, String)], page: &Page) -> String {
    let listing = Listing::of(query);
    let second = query.iter().any(|(key, value)| key == "list-type" && value == "2");
    let encoded = query.iter().any(|(key, value)| key == "encoding-type" && value == "url");
    let show = |key: &str| {
        if encoded {
            form_urlencoded::byte_serialize(key.as_bytes()).collect::<String>().replace("%2F", "/")
        } else {
            escape(key)
        }
    };
    let mut out = format!(
        "{HEAD}<ListBucketResult {SPACE}><Name>{}</Name><Prefix>{}</Prefix><MaxKeys>{}</MaxKeys><IsTruncated>{}</IsTruncated>",
        escape(bucket),
        show(&listing.prefix),
        listing.most,
        page.next.is_some()
    );
    if encoded {
        out.push_str("<EncodingType>url</EncodingType>");
    }
    if !listing.delimiter.is_empty() {
        let _ = write!(out, "<Delimiter>{}</Delimiter>", show(&listing.delimiter));
    }
    if second {
        let _ = write!(out, "<KeyCount>{}</KeyCount>", page.objects.len() + page.prefixes.len());
    }
    if let Some(next) = &page.next {
        let name = if second { "NextContinuationToken" } else { "NextMarker" };
        let _ = write!(out, "<{name}>{}</{name}>", escape(next));
    }
    for (key, object) in &page.objects {
        let _ = write!(
            out,
            "<Contents><Key>{}</Key><LastModified>{}</LastModified><ETag>{}</ETag><Size>{}</Size><StorageClass>STANDARD</StorageClass></Contents>",
            show(key),
            object.modified.iso(),
            escape(&object.etag),
            object.size
        );
    }
    for prefix in &page.prefixes {
        let _ = write!(out, "<CommonPrefixes><Prefix>{}</Prefix></CommonPrefixes>", show(prefix));
    }
    out.push_str("</ListBucketResult>");
    out
}

/// The keys of a multiple deletion.
pub fn keys(body: &[u8]) -> Vec<String> {
    let body = String::from_utf8_lossy(body);
    let parts = body.split("<Key>").skip(1);
    parts.filter_map(|part| Some(unescape(part.split_once("</Key>")?.0))).collect()
}

fn unescape(raw: &str) -> String {
    let named = raw.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&apos;", "'");
    named.replace("&#13;", "\r").replace("&#10;", "\n").replace("&amp;", "&")
}

/// First and last byte of `bytes=FROM-TO`, `bytes=FROM-` or `bytes=-LAST`.
pub fn range(header: &str, size: u64) -> Result<(u64, u64), Refusal> {
    let end = size.saturating_sub(1);
    let Some(given) = header.strip_prefix("bytes=") else { return Ok((0, end)) };
    let (from, to) = given.split_once('-').unwrap_or((given, ""));
    let (from, to) = match (from.parse::<u64>(), to.parse::<u64>()) {
        (Ok(from), Ok(to)) => (from, to.min(end)),
        (Ok(from), Err(_)) => (from, end),
        (Err(_), Ok(last)) => (size.saturating_sub(last), end),
        _ => (0, end),
    };
    if from > to || from >= size { Err((416, "InvalidRange")) } else { Ok((from, to)) }
}

/// The payload of an `aws-chunked` body: hexadecimal size, extension, data, for each chunk.
pub fn unchunk(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len());
    let mut rest = body;
    while let Some(end) = rest.windows(2).position(|pair| pair == b"\r\n") {
        let line = String::from_utf8_lossy(&rest[..end]);
        let Ok(size) = usize::from_str_radix(line.split(';').next().unwrap_or_default(), 16) else { break };
        let data = &rest[end + 2..];
        if size == 0 || data.len() < size {
            break;
        }
        out.extend_from_slice(&data[..size]);
        rest = data.get(size + 2..).unwrap_or_default();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_as_http_has_them() {
        assert_eq!(range("", 10), Ok((0, 9)));
        assert_eq!(range("bytes=2-4", 10), Ok((2, 4)));
        assert_eq!(range("bytes=2-", 10), Ok((2, 9)));
        assert_eq!(range("bytes=-3", 10), Ok((7, 9)));
        assert_eq!(range("bytes=2-99", 10), Ok((2, 9)));
        assert_eq!(range("bytes=10-", 10), Err((416, "InvalidRange")));
    }

    #[test]
    fn keys_of_a_multiple_deletion_are_read_with_their_entities() {
        let body = b"<Delete><Object><Key>a/b</Key></Object><Object><Key>c &amp; d</Key></Object></Delete>";
        assert_eq!(keys(body), ["a/b", "c & d"]);
    }
}
