//! One predicate a form. Knows nothing of fields and messages.

use std::net::IpAddr;

/// Bucket and key of an `s3://` URI; the key is empty where the URI names a whole bucket.
#[must_use]
pub fn s3_parts(uri: &str) -> Option<(&str, &str)> {
    let rest = uri.strip_prefix("s3://").filter(|rest| !has_blank(rest))?;
    Some(rest.split_once('/').unwrap_or((rest, "")))
}

fn has_blank(text: &str) -> bool {
    text.chars().any(char::is_whitespace)
}

/// IAM names, with the slashes of paths; 128 characters is the longest that IAM gives an instance profile.
pub(super) fn is_name(text: &str) -> bool {
    (1..=128).contains(&text.len()) && text.chars().all(|c| c.is_ascii_alphanumeric() || "+=,.@_-/".contains(c))
}

/// EC2 has ids of 8 digits from before 2016 and of 17 since.
pub(super) fn is_id(prefix: &str, text: &str) -> bool {
    text.strip_prefix(prefix)
        .and_then(|rest| rest.strip_prefix('-'))
        .is_some_and(|digits| matches!(digits.len(), 8 | 17) && digits.chars().all(is_lower_hex))
}

fn is_lower_hex(c: char) -> bool {
    c.is_ascii_digit() || ('a'..='f').contains(&c)
}

pub(super) fn is_instance_type(text: &str) -> bool {
    let word = |part: &str| !part.is_empty() && part.chars().all(|c| is_lower_alphanumeric(c) || c == '-');
    text.split_once('.').is_some_and(|(family, size)| {
        family.starts_with(|c: char| c.is_ascii_lowercase()) && word(family) && word(size)
    })
}

fn is_lower_alphanumeric(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit()
}

/// `arn:partition:service:region:account:resource`; the resource may hold colons, and an alarm's name even blanks.
pub(super) fn is_arn(service: &str, text: &str) -> bool {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let ["arn", partition, named, region, account, resource] = parts.as_slice() else { return false };
    partition.starts_with("aws")
        && !named.is_empty()
        && (service == "*" || *named == service)
        && ![partition, named, region, account].iter().any(|part| has_blank(part))
        && resource.trim() == *resource
        && !resource.is_empty()
}

pub(super) fn is_kms_key(text: &str) -> bool {
    let alias = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "/_-".contains(c));
    let id = |id: &str| id.len() >= 32 && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    is_arn("kms", text) || text.strip_prefix("alias/").is_some_and(alias) || id(text)
}

/// The rules for names of buckets since 2018; older names with capitals or underscores cannot be addressed by host
/// name, which Alluxio and the vendor's templates rely on.
/// Source: Amazon S3, general purpose bucket naming rules.
pub(super) fn is_bucket(text: &str) -> bool {
    (3..=63).contains(&text.len())
        && text.chars().all(|c| is_lower_alphanumeric(c) || c == '-' || c == '.')
        && text.starts_with(is_lower_alphanumeric)
        && text.ends_with(is_lower_alphanumeric)
        && !text.contains("..")
        && text.parse::<IpAddr>().is_err()
}

pub(super) fn is_http_url(text: &str) -> bool {
    ["https://", "http://"].iter().filter_map(|scheme| text.strip_prefix(scheme)).any(|rest| {
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        !host.is_empty() && !host.starts_with(':') && !has_blank(rest)
    })
}

pub(super) fn is_cidr(text: &str) -> bool {
    let Some((address, bits)) = text.split_once('/') else { return false };
    let most = match address.parse::<IpAddr>() {
        Ok(IpAddr::V4(_)) => 32,
        Ok(IpAddr::V6(_)) => 128,
        Err(_) => return false,
    };
    is_decimal(bits) && bits.parse::<u8>().is_ok_and(|bits| bits <= most)
}

/// Digits alone: `parse` also takes a plus sign.
fn is_decimal(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_digit())
}

pub(super) fn is_stack_name(text: &str) -> bool {
    text.len() <= 128
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
}

pub(super) fn is_host(text: &str) -> bool {
    let label = |part: &str| {
        (1..=63).contains(&part.len())
            && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
            && !part.starts_with('-')
            && !part.ends_with('-')
    };
    text.len() <= 255 && text.strip_suffix('.').unwrap_or(text).split('.').all(label)
}

pub(super) fn is_region(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    parts.len() >= 3
        && parts.iter().all(|part| !part.is_empty() && part.chars().all(is_lower_alphanumeric))
        && parts.last().is_some_and(|last| is_decimal(last))
}
