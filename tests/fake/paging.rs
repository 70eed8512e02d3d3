//! Pages of lists. A token is opaque to callers and bound to the call that gave it.

use super::error::ApiError;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The token for position `at` of `call`.
#[must_use]
pub fn token(call: &str, at: usize) -> String {
    URL_SAFE_NO_PAD.encode(format!("{call}|{at}"))
}

/// The position that a token stands for; an empty token stands for `start`.
pub fn position(call: &str, token: &str, start: usize) -> Result<usize, ApiError> {
    if token.is_empty() {
        return Ok(start);
    }
    URL_SAFE_NO_PAD
        .decode(token)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .and_then(|text| text.rsplit_once('|').filter(|(c, _)| *c == call)?.1.parse().ok())
        .ok_or_else(|| ApiError::validation("NextToken is invalid"))
}

/// One page of `items` and the next token.
pub fn page<T: Clone>(items: &[T], call: &str, given: &str, size: usize) -> Result<(Vec<T>, Option<String>), ApiError> {
    let start = position(call, given, 0)?.min(items.len());
    let end = (start + size.max(1)).min(items.len());
    let next = (end < items.len()).then(|| token(call, end));
    Ok((items[start..end].to_vec(), next))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_serve_their_own_call_only() {
        let (first, next) = page(&[1, 2, 3], "a", "", 2).unwrap();
        assert_eq!(first, [1, 2]);
        let next = next.unwrap();
        assert_eq!(page(&[1, 2, 3], "a", &next, 2).unwrap(), (vec![3], None));
        assert!(page(&[1, 2, 3], "b", &next, 2).is_err());
        assert!(page(&[1], "a", "garbage", 2).is_err());
    }
}
