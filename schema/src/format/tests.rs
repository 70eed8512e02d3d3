//! Good and bad texts of each form.

use super::{BatchSize, Format, parse_batch_size, parse_duration, s3_parts};

/// Form, texts that AWS takes, texts that it refuses.
const ROWS: &[(Format, &[&str], &[&str])] = &[
    (
        Format::Id("vpc"),
        &["vpc-0123456789abcdef0", "vpc-12345678"],
        &["vpc-xyz", "subnet-12345678", "vpc-", "vpc-1234567G"],
    ),
    (
        Format::InstanceType,
        &["r5.4xlarge", "m7i-flex.large", "u-6tb1.metal", "g4dn.metal"],
        &["r5", "R5.large", "r5.", ".large", "r5.4 xlarge"],
    ),
    (
        Format::Arn("sns"),
        &["arn:aws:sns:eu-central-1:123456789012:a"],
        &["arn:aws:sqs:x:1:a", "a", "arn:aws:sns:x:1:", "arn:aws:sns"],
    ),
    (
        Format::Arn("cloudwatch"),
        &["arn:aws-us-gov:cloudwatch:us-gov-west-1:123456789012:alarm:slow queries"],
        &["alarm:slow"],
    ),
    (
        Format::Arn("*"),
        &["arn:aws-cn:sqs:cn-north-1:123456789012:a", "arn:aws:s3:::bucket"],
        &["arn:gcp:sqs:x:1:a", "arn:aws::x:1:a"],
    ),
    (Format::NameOrArn("iam"), &["nodes", "arn:aws:iam::123456789012:instance-profile/x"], &["a b", "", "a:b"]),
    (
        Format::KmsKey,
        &[
            "alias/analytics",
            "1234abcd-12ab-34cd-56ef-1234567890ab",
            "mrk-1234abcd12ab34cd56ef1234567890ab",
            "arn:aws:kms:eu-central-1:123456789012:key/1234",
        ],
        &["", "analytics", "alias/", "alias/a b"],
    ),
    (
        Format::S3Uri,
        &["s3://bucket/key", "s3://my-bucket.1/a/b.zip"],
        &["s3://bucket", "s3://bucket/", "https://x/y", "s3://b/k", "s3://bucket/a b"],
    ),
    (
        Format::S3Mount,
        &["s3://bucket/", "s3://bucket/dir/", "s3://bucket/dir"],
        &["s3://bucket", "bucket/dir", "s3://", "s3:///dir", "s3://Bucket/dir"],
    ),
    (Format::Uri, &["s3://bucket/k", "https://example.com/x"], &["ftp://x", "https://", "file:///x", "example.com/x"]),
    (
        Format::HttpUrl,
        &["http://10.0.0.1:9000", "https://s3.example.com/"],
        &["10.0.0.1:9000", "https:///x", "https://?x", "http://:80", "https://a b"],
    ),
    (Format::S3UriOrPath, &["./conf", "/etc/presto", "s3://bucket/k"], &["", "  ", "https://x/y", "s3://bucket"]),
    (
        Format::Cidr,
        &["0.0.0.0/0", "10.1.2.3/16", "::/0", "2001:db8::/32"],
        &["10.0.0.0", "10.0.0.0/33", "10.0.0/8", "::/129", "10.0.0.0/+8", "10.0.0.0/"],
    ),
    (
        Format::Sha256,
        &["0123456789abcdefABCDEF0123456789abcdef0123456789abcdef0123456789"],
        &["0", "g123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"],
    ),
    (Format::StackName, &["a", "analytics-dev", "A1"], &["1a", "a_b", "", "-a", "ä"]),
    (Format::ParameterName, &["WorkersCount"], &["", "Workers-Count", "Workers.Count"]),
    (Format::BucketName, &["my-bucket.1", "abc"], &["My-bucket", "ab", "-ab", "ab-", "a..b", "10.0.0.1", "a_b"]),
    (Format::BatchSize, &["2", "10%"], &["0", "two"]),
    (Format::Duration, &["90s", "100h"], &["90", "1d"]),
    (
        Format::Host,
        &["db.example.com", "10.0.0.1", "db.example.com.", "my_db"],
        &["http://x", "x:1", "", "a..b", "-a.b"],
    ),
    (
        Format::Region,
        &["eu-central-1", "us-gov-west-1", "us-isob-east-1"],
        &["eu", "eu-central", "EU-central-1", "eu-central-1a", "eu--1"],
    ),
    (Format::AccountId, &["123456789012"], &["12345678901", "12345678901a"]),
    (Format::Json, &["{}", " [1] ", "{\"Statement\":[]}"], &["x", "{", "{} {}", ""]),
    (Format::TagKey, &["team", "cost centre", "a:b/c"], &["", "aws:cloudformation:stack-name", "AWS:x"]),
    (Format::TagValue, &["", "a value"], &[]),
    (Format::OneOf(&["CAPABILITY_IAM"]), &["CAPABILITY_IAM"], &["CAPABILITY_ALL", ""]),
];

#[test]
fn good_and_bad_texts_of_each_form() {
    for (format, good, bad) in ROWS {
        for text in *good {
            assert_eq!(format.check(text), Ok(()), "{format:?} {text}");
        }
        for text in *bad {
            assert_eq!(format.check(text), Err(format.describe()), "{format:?} {text}");
        }
    }
}

#[test]
fn limits_of_length_are_exact() {
    for (format, most) in [
        (Format::TagKey, 128),
        (Format::TagValue, 256),
        (Format::StackName, 128),
        (Format::BucketName, 63),
        (Format::ParameterName, 255),
    ] {
        assert!(format.check(&"a".repeat(most)).is_ok(), "{format:?} of {most}");
        assert!(format.check(&"a".repeat(most + 1)).is_err(), "{format:?} of {}", most + 1);
    }
    assert!(Format::TagKey.check(&"ä".repeat(128)).is_ok(), "AWS counts characters, not bytes");
}

#[test]
fn examples_in_descriptions_have_the_form() {
    for (format, ..) in ROWS.iter().filter(|(format, ..)| !matches!(format, Format::Arn(_) | Format::NameOrArn(_))) {
        let description = format.describe();
        let quoted: Vec<&str> = description.split('`').skip(1).step_by(2).collect();
        for example in quoted.iter().filter(|quoted| !quoted.ends_with("//") && !quoted.ends_with(':')) {
            assert_eq!(format.check(example), Ok(()), "{format:?} names {example}");
        }
    }
}

#[test]
fn durations_are_read_with_their_units() {
    for (text, seconds) in [("90s", 90), ("15m", 900), ("2h", 7200), ("1s", 1)] {
        assert_eq!(parse_duration(text), Some(seconds), "{text}");
    }
    for bad in ["", "m", "0m", "15", "1d", "-5m", "+5m", "1.5h", "99999999999999999999h", "18446744073709551615h"] {
        assert_eq!(parse_duration(bad), None, "{bad}");
    }
}

#[test]
fn batches_are_numbers_or_shares() {
    assert_eq!(parse_batch_size("2"), Some(BatchSize::Nodes(2)));
    assert_eq!(parse_batch_size("1000"), Some(BatchSize::Nodes(1000)));
    assert_eq!(parse_batch_size("10%"), Some(BatchSize::Percent(10)));
    assert_eq!(parse_batch_size("100%"), Some(BatchSize::Percent(100)));
    for bad in ["", "0", "%", "0%", "101%", "1001", "1.5", "-1", "+2", "2 %"] {
        assert_eq!(parse_batch_size(bad), None, "{bad}");
    }
}

#[test]
fn buckets_and_keys_are_told_apart() {
    assert_eq!(s3_parts("s3://bucket/a/b"), Some(("bucket", "a/b")));
    assert_eq!(s3_parts("s3://bucket"), Some(("bucket", "")));
    assert_eq!(s3_parts("https://bucket/a"), None);
}
