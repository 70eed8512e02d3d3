//! Forms of texts that AWS and the product define, and the check of each. A check answers what a right value looks
//! like; it never names the field, the caller adds the path.

/// The form of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// An AWS id: this prefix, a hyphen, 8 or 17 hexadecimal digits.
    Id(&'static str),
    /// An instance type such as `r5.4xlarge`.
    InstanceType,
    /// An ARN of this service (`*`: of any).
    Arn(&'static str),
    /// A name, or an ARN of this service.
    NameOrArn(&'static str),
    /// An `s3://bucket/key` URI.
    S3Uri,
    /// An `s3://bucket/directory` URI that may end in a slash; a whole bucket needs the slash.
    S3Mount,
    /// An `s3://`, `http://` or `https://` URI.
    Uri,
    /// An `http://` or `https://` URL.
    HttpUrl,
    /// An `s3://` URI or a path of a local file or folder.
    S3UriOrPath,
    /// An IPv4 or IPv6 network in CIDR notation.
    Cidr,
    /// 64 hexadecimal digits.
    Sha256,
    /// A CloudFormation stack name: a letter, then letters, digits and hyphens, at most 128.
    StackName,
    /// An S3 bucket name.
    BucketName,
    /// A number of nodes such as `2`, or a share such as `10%`.
    BatchSize,
    /// A length of time such as `90s`, `15m`, `2h`.
    Duration,
    /// A host name or an address, without scheme and port.
    Host,
    /// An AWS region such as `eu-central-1`.
    Region,
    /// A 12-digit account id.
    AccountId,
    /// A JSON document.
    Json,
}

impl Format {
    /// Whether a text has this form.
    ///
    /// # Errors
    /// What a right value looks like, as it continues "must be …".
    pub fn check(&self, text: &str) -> Result<(), String> {
        if self.holds(text) { Ok(()) } else { Err(self.describe()) }
    }

    /// What a right value looks like, as it continues "must be …".
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::Id(prefix) => format!("an id such as `{prefix}-0123456789abcdef0`"),
            Self::InstanceType => "an instance type such as `r5.4xlarge`".into(),
            Self::Arn("*") => "an ARN".into(),
            Self::Arn(service) => format!("an ARN that begins with `arn:aws:{service}:`"),
            Self::NameOrArn(service) => format!("a name, or an ARN that begins with `arn:aws:{service}:`"),
            Self::S3Uri => "a URI such as `s3://bucket/key`".into(),
            Self::S3Mount => "a URI such as `s3://bucket/directory`; for a whole bucket `s3://bucket/`".into(),
            Self::Uri => "a URI that begins with `s3://`, `https://` or `http://`".into(),
            Self::HttpUrl => "a URL that begins with `https://` or `http://`".into(),
            Self::S3UriOrPath => "a URI such as `s3://bucket/key`, or a local path".into(),
            Self::Cidr => "a network such as `10.0.0.0/16`".into(),
            Self::Sha256 => "64 hexadecimal digits".into(),
            Self::StackName => "a letter, then letters, digits and hyphens, at most 128 characters".into(),
            Self::BucketName => "the name of an S3 bucket: 3 to 63 lower-case letters, digits, dots and hyphens".into(),
            Self::BatchSize => "a number of nodes such as `2`, or a share such as `10%`".into(),
            Self::Duration => "a length of time such as `90s`, `15m` or `2h`".into(),
            Self::Host => "a host name or an address, without scheme and port".into(),
            Self::Region => "an AWS region such as `eu-central-1`".into(),
            Self::AccountId => "an account id of 12 digits".into(),
            Self::Json => "a JSON document".into(),
        }
    }

    fn holds(self, text: &str) -> bool {
        match self {
            Self::Id(prefix) => is_id(prefix, text),
            Self::InstanceType => is_instance_type(text),
            Self::Arn(service) => is_arn(service, text),
            Self::NameOrArn(service) => {
                is_arn(service, text) || (!text.is_empty() && text.len() <= 128 && text.chars().all(is_name_character))
            }
            Self::S3Uri => s3_parts(text).is_some_and(|(bucket, key)| is_bucket(bucket) && !key.is_empty()),
            Self::S3Mount => s3_parts(text).is_some_and(|(bucket, _)| is_bucket(bucket)),
            Self::Uri => Self::S3Uri.holds(text) || Self::HttpUrl.holds(text),
            Self::HttpUrl => ["https://", "http://"].iter().any(|scheme| {
                text.strip_prefix(scheme)
                    .is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/') && no_blank(rest))
            }),
            Self::S3UriOrPath => match text.split_once("://") {
                Some(_) => Self::S3Uri.holds(text),
                None => !text.is_empty(),
            },
            Self::Cidr => is_cidr(text),
            Self::Sha256 => text.len() == 64 && text.chars().all(|c| c.is_ascii_hexdigit()),
            Self::StackName => {
                text.len() <= 128
                    && text.starts_with(|c: char| c.is_ascii_alphabetic())
                    && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
            }
            Self::BucketName => is_bucket(text),
            Self::BatchSize => parse_batch_size(text).is_some(),
            Self::Duration => parse_duration(text).is_some(),
            Self::Host => {
                !text.is_empty()
                    && text.len() <= 255
                    && text.chars().all(|c| c.is_ascii_alphanumeric() || ".-_".contains(c))
            }
            Self::Region => is_region(text),
            Self::AccountId => text.len() == 12 && text.chars().all(|c| c.is_ascii_digit()),
            Self::Json => {
                let text = text.trim();
                (text.starts_with('{') && text.ends_with('}')) || (text.starts_with('[') && text.ends_with(']'))
            }
        }
    }
}

/// A number of nodes, or a share of them in percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BatchSize {
    /// So many nodes, at least 1.
    Nodes(u32),
    /// So many percent, 1 to 100.
    Percent(u32),
}

/// `2` or `10%`; `None` for anything else, for zero, and for more than 100 %.
#[must_use]
pub fn parse_batch_size(text: &str) -> Option<BatchSize> {
    match text.strip_suffix('%') {
        Some(share) => share.parse().ok().filter(|share| (1..=100).contains(share)).map(BatchSize::Percent),
        None => text.parse().ok().filter(|nodes| (1..=1000).contains(nodes)).map(BatchSize::Nodes),
    }
}

/// Seconds of `90s`, `15m` or `2h`; `None` for anything else and for zero.
#[must_use]
pub fn parse_duration(text: &str) -> Option<u64> {
    let unit = text.chars().last()?;
    let number: u64 = text.strip_suffix(unit)?.parse().ok()?;
    let seconds = match unit {
        's' => number,
        'm' => number.checked_mul(60)?,
        'h' => number.checked_mul(3600)?,
        _ => return None,
    };
    (seconds > 0).then_some(seconds)
}

/// Bucket and key of an `s3://` URI.
#[must_use]
pub fn s3_parts(uri: &str) -> Option<(&str, &str)> {
    let rest = uri.strip_prefix("s3://").filter(|rest| no_blank(rest))?;
    Some(rest.split_once('/').unwrap_or((rest, "")))
}

fn no_blank(text: &str) -> bool {
    !text.chars().any(char::is_whitespace)
}

fn is_name_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || "+=,.@_-/".contains(c)
}

fn is_id(prefix: &str, text: &str) -> bool {
    text.strip_prefix(prefix)
        .and_then(|rest| rest.strip_prefix('-'))
        .is_some_and(|digits| matches!(digits.len(), 8 | 17) && digits.chars().all(|c| c.is_ascii_hexdigit()))
}

fn is_instance_type(text: &str) -> bool {
    text.split_once('.').is_some_and(|(family, size)| {
        let word = |part: &str| {
            !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        };
        family.starts_with(|c: char| c.is_ascii_lowercase()) && word(family) && word(size)
    })
}

fn is_arn(service: &str, text: &str) -> bool {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    matches!(parts.as_slice(), ["arn", partition, named, _, _, resource]
        if partition.starts_with("aws") && (service == "*" || *named == service) && !named.is_empty()
            && !resource.is_empty() && no_blank(text))
}

fn is_bucket(text: &str) -> bool {
    (3..=63).contains(&text.len())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.')
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.ends_with(|c: char| c.is_ascii_alphanumeric())
}

fn is_cidr(text: &str) -> bool {
    let Some((address, bits)) = text.split_once('/') else { return false };
    let most = match address.parse::<std::net::IpAddr>() {
        Ok(std::net::IpAddr::V4(_)) => 32,
        Ok(std::net::IpAddr::V6(_)) => 128,
        Err(_) => return false,
    };
    !bits.starts_with('+') && bits.parse::<u8>().is_ok_and(|bits| bits <= most)
}

fn is_region(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    parts.len() >= 3
        && parts.iter().all(|part| !part.is_empty())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        && parts.last().is_some_and(|last| last.chars().all(|c| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::{BatchSize, Format, parse_batch_size, parse_duration};

    #[test]
    fn good_and_bad_texts_of_each_form() {
        let rows: &[(Format, &[&str], &[&str])] = &[
            (Format::Id("vpc"), &["vpc-0123456789abcdef0", "vpc-12345678"], &["vpc-xyz", "subnet-12345678", "vpc-"]),
            (Format::InstanceType, &["r5.4xlarge", "m7i-flex.large", "u-6tb1.metal"], &["r5", "R5.large", "r5."]),
            (Format::Arn("sns"), &["arn:aws:sns:eu-central-1:123456789012:a"], &["arn:aws:sqs:x:1:a", "a"]),
            (Format::Arn("*"), &["arn:aws-cn:sqs:cn-north-1:123456789012:a"], &["arn:gcp:sqs:x:1:a"]),
            (Format::NameOrArn("iam"), &["nodes", "arn:aws:iam::123456789012:instance-profile/x"], &["a b", ""]),
            (Format::S3Uri, &["s3://bucket/key"], &["s3://bucket", "s3://bucket/", "https://x/y", "s3://b/k"]),
            (Format::S3Mount, &["s3://bucket/", "s3://bucket/dir/"], &["bucket/dir", "s3://", "s3:///dir"]),
            (Format::Uri, &["s3://bucket/k", "https://example.com/x"], &["ftp://x", "https://", "file:///x"]),
            (Format::HttpUrl, &["http://10.0.0.1:9000"], &["10.0.0.1:9000", "https:///x"]),
            (Format::S3UriOrPath, &["./conf", "s3://bucket/k"], &["", "https://x/y"]),
            (Format::Cidr, &["0.0.0.0/0", "10.1.2.3/16", "::/0"], &["10.0.0.0", "10.0.0.0/33", "10.0.0/8", "::/129"]),
            (Format::StackName, &["a", "analytics-dev"], &["1a", "a_b", ""]),
            (Format::BucketName, &["my-bucket.1"], &["My", "ab", "-ab", "ab-"]),
            (Format::Region, &["eu-central-1", "us-gov-west-1"], &["eu", "eu-central", "EU-central-1"]),
            (Format::AccountId, &["123456789012"], &["12345678901", "12345678901a"]),
            (Format::Host, &["db.example.com", "10.0.0.1"], &["http://x", "x:1", ""]),
            (Format::Json, &["{}", " [1] "], &["x", "{"]),
        ];
        for (format, good, bad) in rows {
            for text in *good {
                assert_eq!(format.check(text), Ok(()), "{format:?} {text}");
            }
            for text in *bad {
                assert!(format.check(text).is_err(), "{format:?} {text}");
            }
        }
    }

    #[test]
    fn lengths_and_batches_are_read_with_their_units() {
        assert_eq!(parse_duration("90s"), Some(90));
        assert_eq!(parse_duration("15m"), Some(900));
        assert_eq!(parse_duration("2h"), Some(7200));
        for bad in ["", "m", "0m", "15", "1d", "-5m", "99999999999999999999h"] {
            assert_eq!(parse_duration(bad), None, "{bad}");
        }
        assert_eq!(parse_batch_size("2"), Some(BatchSize::Nodes(2)));
        assert_eq!(parse_batch_size("10%"), Some(BatchSize::Percent(10)));
        for bad in ["", "0", "%", "101%", "1.5", "-1"] {
            assert_eq!(parse_batch_size(bad), None, "{bad}");
        }
    }
}
