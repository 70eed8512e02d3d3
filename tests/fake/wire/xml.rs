//! Writes answers as XML. Lists become `member` or `item` elements; nulls are left out.

use crate::fake::error::ApiError;
use crate::fake::intrinsics::text;
use serde_json::Value;
use std::fmt::Write as _;

fn escape(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    for c in raw.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\r' => out.push_str("&#xD;"),
            c if c < ' ' && c != '\n' && c != '\t' => out.push('?'),
            c => out.push(c),
        }
    }
    out
}

fn element(out: &mut String, name: &str, value: &Value, item: &str) {
    match value {
        Value::Null => {}
        Value::Array(items) => {
            let _ = write!(out, "<{name}>");
            for one in items {
                element(out, item, one, item);
            }
            let _ = write!(out, "</{name}>");
        }
        Value::Object(map) => {
            let _ = write!(out, "<{name}>");
            for (key, inner) in map {
                element(out, key, inner, item);
            }
            let _ = write!(out, "</{name}>");
        }
        scalar => {
            let _ = write!(out, "<{name}>{}</{name}>", escape(&text(scalar)));
        }
    }
}

fn members(value: &Value, item: &str) -> String {
    let mut out = String::new();
    for (key, inner) in value.as_object().into_iter().flatten() {
        element(&mut out, key, inner, item);
    }
    out
}

/// The answer of a Query service other than EC2.
#[must_use]
pub fn query(action: &str, namespace: &str, answer: &Value, request: &str) -> String {
    format!(
        "<{action}Response xmlns=\"{namespace}\"><{action}Result>{}</{action}Result><ResponseMetadata><RequestId>{request}</RequestId></ResponseMetadata></{action}Response>",
        members(answer, "member")
    )
}

/// The error of a Query service other than EC2.
#[must_use]
pub fn query_error(error: &ApiError, namespace: &str, request: &str) -> String {
    let who = if error.status >= 500 { "Receiver" } else { "Sender" };
    format!(
        "<ErrorResponse xmlns=\"{namespace}\"><Error><Type>{who}</Type><Code>{}</Code><Message>{}</Message></Error><RequestId>{request}</RequestId></ErrorResponse>",
        escape(&error.code),
        escape(&error.message)
    )
}

/// The answer of EC2.
#[must_use]
pub fn ec2(action: &str, answer: &Value, request: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{action}Response xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\"><requestId>{request}</requestId>{}</{action}Response>",
        members(answer, "item")
    )
}

/// The error of EC2.
#[must_use]
pub fn ec2_error(error: &ApiError, request: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response><Errors><Error><Code>{}</Code><Message>{}</Message></Error></Errors><RequestID>{request}</RequestID></Response>",
        escape(&error.code),
        escape(&error.message)
    )
}

/// The error of S3.
#[must_use]
pub fn s3_error(error: &ApiError, request: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{}</Code><Message>{}</Message><RequestId>{request}</RequestId></Error>",
        escape(&error.code),
        escape(&error.message)
    )
}

/// The answer of ListObjectsV2.
#[must_use]
pub fn s3_list(bucket: &str, prefix: &str, most: usize, cut: bool, next: Option<&str>, contents: &[Value]) -> String {
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>{}</Name><Prefix>{}</Prefix><KeyCount>{}</KeyCount><MaxKeys>{most}</MaxKeys><IsTruncated>{cut}</IsTruncated>",
        escape(bucket),
        escape(prefix),
        contents.len()
    );
    if let Some(next) = next {
        let _ = write!(out, "<NextContinuationToken>{}</NextContinuationToken>", escape(next));
    }
    for one in contents {
        element(&mut out, "Contents", one, "item");
    }
    out.push_str("</ListBucketResult>");
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn trees_become_elements() {
        let answer = json!({ "A": [1, { "B": "<&>" }], "C": null, "D": [] });
        let text = query("Do", "ns", &answer, "r");
        assert!(text.contains("<A><member>1</member><member><B>&lt;&amp;&gt;</B></member></A><D></D>"), "{text}");
        assert!(!text.contains("<C>"));
    }
}
