//! The signature of a request, computed again from what arrived. Source: Amazon S3, Signature Version 4 with the
//! Authorization header. Knows no keys but those it is given.

use http::HeaderMap;
use sha2::{Digest as _, Sha256};

/// SHA-256 works on blocks of so many bytes, which the keyed hash needs to know.
const BLOCK: usize = 64;

/// What of a request is signed.
#[derive(Debug, Clone, Copy)]
pub struct Signed<'a> {
    pub method: &'a str,
    /// Path as it was sent.
    pub path: &'a str,
    /// Query as it was sent.
    pub query: &'a str,
    pub headers: &'a HeaderMap,
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn keyed(key: &[u8], text: &str) -> [u8; 32] {
    let mut block = [0; BLOCK];
    if key.len() > BLOCK {
        block[..32].copy_from_slice(&Sha256::digest(key));
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let inner = Sha256::new().chain_update(block.map(|byte| byte ^ 0x36)).chain_update(text).finalize();
    Sha256::new().chain_update(block.map(|byte| byte ^ 0x5c)).chain_update(inner).finalize().into()
}

fn field<'a>(authorization: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = authorization.split_once(name)?;
    Some(rest.split([',', ' ']).next().unwrap_or_default())
}

/// Whether the request carries the signature that this secret makes.
pub fn matches(request: Signed<'_>, authorization: &str, secret: &str) -> bool {
    let parts = (field(authorization, "Credential="), field(authorization, "SignedHeaders="));
    let (Some(credential), Some(names)) = parts else { return false };
    let Some((_, scope)) = credential.split_once('/') else { return false };
    let header = |name: &str| {
        let values = request.headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
        values.map(|value| value.split_whitespace().collect::<Vec<_>>().join(" ")).collect::<Vec<_>>().join(",")
    };
    let headers: String = names.split(';').map(|name| format!("{name}:{}\n", header(name))).collect();
    let mut query: Vec<String> = request.query.split('&').filter(|pair| !pair.is_empty()).map(str::to_owned).collect();
    query.iter_mut().filter(|pair| !pair.contains('=')).for_each(|pair| pair.push('='));
    query.sort_by(|a, b| a.split('=').cmp(b.split('=')));
    let (query, payload) = (query.join("&"), header("x-amz-content-sha256"));
    let canonical = format!("{}\n{}\n{query}\n{headers}\n{names}\n{payload}", request.method, request.path);
    let digest = hex(&Sha256::digest(canonical));
    let text = format!("AWS4-HMAC-SHA256\n{}\n{scope}\n{digest}", header("x-amz-date"));
    let start = format!("AWS4{secret}").into_bytes();
    let key = scope.split('/').fold(start, |key, part| keyed(&key, part).to_vec());
    field(authorization, "Signature=") == Some(hex(&keyed(&key, &text)).as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first example of the S3 API reference.
    #[test]
    fn the_documented_example_matches_and_another_secret_does_not() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("host", "examplebucket.s3.amazonaws.com"),
            ("range", "bytes=0-9"),
            ("x-amz-content-sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("x-amz-date", "20130524T000000Z"),
        ] {
            headers.insert(name, value.parse().unwrap());
        }
        let request = Signed { method: "GET", path: "/test.txt", query: "", headers: &headers };
        let authorization = "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,\
            SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,\
            Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41";
        assert!(matches(request, authorization, "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"));
        assert!(!matches(request, authorization, "another"));
    }
}
