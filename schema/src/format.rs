//! Forms of texts that AWS and the product define, and the check of each. A check answers what a right value looks
//! like; it never names the field, the caller adds the path. Knows no field.
//!
//! A form refuses what AWS is certain to refuse and lets the rest through: AWS is the judge of what exists.

mod forms;
mod quantity;
#[cfg(test)]
mod tests;

pub use forms::s3_parts;
pub use quantity::{BatchSize, parse_batch_size, parse_duration};

/// The form of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// An AWS id: this prefix, a hyphen, 8 or 17 lower-case hexadecimal digits.
    Id(&'static str),
    /// An instance type such as `r5.4xlarge`.
    InstanceType,
    /// An ARN of this service (`*`: of any), in any partition.
    Arn(&'static str),
    /// A name, or an ARN of this service.
    NameOrArn(&'static str),
    /// The id or ARN of a KMS key, or an alias with `alias/` in front, or an alias's ARN.
    KmsKey,
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
    /// An IPv4 or IPv6 network in CIDR notation. Bits behind the prefix may be set: EC2 clears them.
    Cidr,
    /// 64 hexadecimal digits.
    Sha256,
    /// A CloudFormation stack name: a letter, then letters, digits and hyphens, at most 128.
    StackName,
    /// A CloudFormation parameter's name: letters and digits, at most 255.
    ParameterName,
    /// An S3 bucket name.
    BucketName,
    /// A number of nodes such as `2`, or a share such as `10%`.
    BatchSize,
    /// A length of time such as `90s`, `15m`, `2h`.
    Duration,
    /// A host name or an IPv4 address, without scheme and port.
    Host,
    /// An AWS region such as `eu-central-1`.
    Region,
    /// A 12-digit account id.
    AccountId,
    /// A JSON document.
    Json,
    /// A tag's key: 1 to 128 characters, without `aws:` in front.
    TagKey,
    /// A tag's value: at most 256 characters.
    TagValue,
    /// One of these texts.
    OneOf(&'static [&'static str]),
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
        let fixed = match self {
            Self::Id(prefix) => return format!("an id such as `{prefix}-0123456789abcdef0`"),
            Self::Arn("*") => "an ARN",
            Self::Arn(service) => return format!("an ARN that begins with `arn:aws:{service}:`"),
            Self::NameOrArn(service) => return format!("a name, or an ARN that begins with `arn:aws:{service}:`"),
            Self::OneOf(texts) => return format!("one of `{}`", texts.join("`, `")),
            Self::InstanceType => "an instance type such as `r5.4xlarge`",
            Self::KmsKey => "the id or the ARN of a KMS key, or an alias such as `alias/analytics`",
            Self::S3Uri => "a URI such as `s3://bucket/key`",
            Self::S3Mount => "a URI such as `s3://bucket/directory`; for a whole bucket `s3://bucket/`",
            Self::Uri => "a URI that begins with `s3://`, `https://` or `http://`",
            Self::HttpUrl => "a URL that begins with `https://` or `http://`",
            Self::S3UriOrPath => "a URI such as `s3://bucket/key`, or a local path",
            Self::Cidr => "a network such as `10.0.0.0/16`",
            Self::Sha256 => "64 hexadecimal digits",
            Self::StackName => "a letter, then letters, digits and hyphens, at most 128 characters",
            Self::ParameterName => "the name of a template parameter: letters and digits",
            Self::BucketName => "the name of an S3 bucket: 3 to 63 lower-case letters, digits, dots and hyphens",
            Self::BatchSize => "a number of nodes such as `2`, or a share such as `10%`",
            Self::Duration => "a length of time such as `90s`, `15m` or `2h`",
            Self::Host => "a host name or an IPv4 address, without scheme and port",
            Self::Region => "an AWS region such as `eu-central-1`",
            Self::AccountId => "an account id of 12 digits",
            Self::Json => "a JSON document",
            Self::TagKey => "a tag key of 1 to 128 characters that does not begin with `aws:`",
            Self::TagValue => "a tag value of at most 256 characters",
        };
        fixed.to_owned()
    }

    fn holds(self, text: &str) -> bool {
        match self {
            Self::Id(prefix) => forms::is_id(prefix, text),
            Self::InstanceType => forms::is_instance_type(text),
            Self::Arn(service) => forms::is_arn(service, text),
            Self::NameOrArn(service) => forms::is_arn(service, text) || forms::is_name(text),
            Self::KmsKey => forms::is_kms_key(text),
            Self::S3Uri => s3_parts(text).is_some_and(|(bucket, key)| forms::is_bucket(bucket) && !key.is_empty()),
            Self::S3Mount => s3_parts(text)
                .is_some_and(|(bucket, _)| forms::is_bucket(bucket) && text.len() > bucket.len() + "s3://".len()),
            Self::Uri => Self::S3Uri.holds(text) || forms::is_http_url(text),
            Self::HttpUrl => forms::is_http_url(text),
            Self::S3UriOrPath => match text.split_once("://") {
                Some(_) => Self::S3Uri.holds(text),
                None => !text.trim().is_empty(),
            },
            Self::Cidr => forms::is_cidr(text),
            Self::Sha256 => text.len() == 64 && text.chars().all(|c| c.is_ascii_hexdigit()),
            Self::StackName => forms::is_stack_name(text),
            Self::ParameterName => (1..=255).contains(&text.len()) && text.chars().all(|c| c.is_ascii_alphanumeric()),
            Self::BucketName => forms::is_bucket(text),
            Self::BatchSize => parse_batch_size(text).is_some(),
            Self::Duration => parse_duration(text).is_some(),
            Self::Host => forms::is_host(text),
            Self::Region => forms::is_region(text),
            Self::AccountId => text.len() == 12 && text.chars().all(|c| c.is_ascii_digit()),
            Self::Json => serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok(),
            Self::TagKey => (1..=128).contains(&text.chars().count()) && !text.to_ascii_lowercase().starts_with("aws:"),
            Self::TagValue => text.chars().count() <= 256,
            Self::OneOf(texts) => texts.contains(&text),
        }
    }
}
