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
