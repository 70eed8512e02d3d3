//! The reads behind a template of the user's: what CloudFormation says of it, its text, and what the stack has.

use std::collections::BTreeSet;

use serde_json::Value as Json;
use starburst_schema::codes::input::{TEMPLATE_TOO_LARGE, TEMPLATE_UNREADABLE};
use starburst_schema::fields::stack as fields;

use super::policies::mentioned;
use super::source::{Source, source};
use super::summary::summary_of;
use super::text::{Tree, tree};
use crate::cluster::api::Prior;
use crate::cluster::request::text;
use crate::failure::{Failure, Message, Violation};
use crate::path::Path;
use crate::ports::{CallError, CallErrorKind, Ports, SummaryOf, TemplateSummary};
use crate::stack::call_failure::from_call;
use crate::template::LARGEST_BODY;
use crate::value::Value;

/// A template of the user's as it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Own {
    /// Where it comes from.
    pub source: Source,
    /// What it declares.
    pub summary: TemplateSummary,
    /// The text as a tree; `None` where it may not be read or is not understood.
    pub tree: Option<Tree>,
    /// Names of the parameters that the stack has; `None` before it exists.
    pub on_stack: Option<BTreeSet<String>>,
    /// Keys of outputs that show what must not be shown.
    pub sensitive: BTreeSet<String>,
}

/// Reads the template that the inputs name: at most three calls. `None` for the bundled one. The inner error is a template
/// that cannot be used.
///
/// # Errors
/// Whatever kept AWS from answering.
pub async fn read(
    ports: Ports<'_>,
    prior: Option<&Prior>,
    inputs: &Value,
) -> Result<Option<Result<Own, Violation>>, Failure> {
    let Some(source) = source(inputs) else { return Ok(None) };
    let refused = |message: Message| {
        let field = match source {
            Source::Url(_) => &fields::TEMPLATE_URL,
            Source::Body(_) => &fields::TEMPLATE_BODY,
            Source::Current => &fields::TEMPLATE_CURRENT,
        };
        Ok(Some(Err(Violation::error(&TEMPLATE_UNREADABLE, Path::from(field), message, Message::default()))))
    };
    if let Source::Body(body) = &source
        && body.len() > LARGEST_BODY
        && text(inputs, &fields::ASSET_BUCKET).is_none()
    {
        let message =
            Message::new(format!("the template has {} bytes, and a request takes {LARGEST_BODY}", body.len()));
        let instead = Message::new("write ").field(&fields::ASSET_BUCKET).text(", through which up to 1 MB goes");
        let path = Path::from(&fields::TEMPLATE_BODY);
        return Ok(Some(Err(Violation::error(&TEMPLATE_TOO_LARGE, path, message, instead))));
    }
    let text = match (&source, prior) {
        (Source::Body(body), _) => Some(body.clone()),
        (Source::Url(url), _) => object(ports, url).await,
        (Source::Current, Some(prior)) => ports.cloud_formation.template(&prior.id).await.ok(),
        (Source::Current, None) => {
            return refused(Message::new("there is no stack yet whose template could be kept; import one first"));
        }
    };
    let read = text.as_deref().map(tree);
    if let (Source::Body(_), Some(Err(why))) = (&source, &read) {
        return refused(Message::new(why.clone()));
    }
    let read = read.and_then(Result::ok);
    let summary = match (&source, prior, &read) {
        // What goes through a bucket lies nowhere yet.
        (Source::Body(body), _, Some(tree)) if body.len() > LARGEST_BODY => Ok(summary_of(tree)),
        (Source::Body(body), _, _) => ports.cloud_formation.template_summary(SummaryOf::Body(body)).await,
        (Source::Url(url), _, _) => ports.cloud_formation.template_summary(SummaryOf::Url(url)).await,
        (Source::Current, prior, _) => {
            let id = prior.map_or("", |prior| prior.id.as_str());
            ports.cloud_formation.template_summary(SummaryOf::Stack(id)).await
        }
    };
    let summary = match summary {
        Ok(summary) => summary,
        Err(error) if is_the_templates(&error) => return refused(Message::new(error.message)),
        Err(error) => return Err(from_call(&error)),
    };
    let on_stack = match prior {
        Some(prior) => {
            let stack = ports.cloud_formation.describe_stack(&prior.id).await.map_err(|error| from_call(&error))?;
            Some(stack.map(|stack| stack.parameters.into_keys().collect()).unwrap_or_default())
        }
        None => None,
    };
    let sensitive = read.as_ref().map(|tree| sensitive_outputs(tree, &summary)).unwrap_or_default();
    Ok(Some(Ok(Own { source, summary, tree: read, on_stack, sensitive })))
}

/// Keys of outputs that refer to a hidden parameter, or to a value in Secrets Manager.
#[must_use]
pub fn sensitive_outputs(tree: &Tree, summary: &TemplateSummary) -> BTreeSet<String> {
    let hidden = |name: &String| summary.parameter(name).is_some_and(|parameter| parameter.no_echo);
    let shows = |output: &Json| {
        mentioned(&output["Value"]).iter().any(hidden) || {
            let text = output["Value"].to_string();
            text.contains("{{resolve:secretsmanager:") || text.contains("{{resolve:ssm-secure:")
        }
    };
    let outputs = tree["Outputs"].as_object().into_iter().flatten();
    outputs.filter(|(_, output)| shows(output)).map(|(key, _)| key.clone()).collect()
}

/// Whether the template is at fault rather than the call.
fn is_the_templates(error: &CallError) -> bool {
    matches!(error.kind, CallErrorKind::Refused | CallErrorKind::NotFound)
}

/// The text behind a URL of S3; `None` when it may not be read, or the URL has another form.
async fn object(ports: Ports<'_>, url: &str) -> Option<String> {
    let (bucket, key) = s3_object(url)?;
    ports.objects.text(&bucket, &key).await.ok().flatten()
}

/// Bucket and key of a URL: `https://BUCKET.s3.REGION.amazonaws.com/KEY`, or with the bucket as the first part of the path.
/// Source: Amazon S3 user guide, methods for accessing a bucket.
fn s3_object(url: &str) -> Option<(String, String)> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    let (host, path) = rest.split_once('/')?;
    let path = path.split('?').next()?;
    let (bucket, key) = match host.split_once(".s3.").or_else(|| host.split_once(".s3-")) {
        Some((bucket, _)) => (bucket, path),
        None if host.starts_with("s3.") || host.starts_with("s3-") => path.split_once('/')?,
        None => return None,
    };
    (!bucket.is_empty() && !key.is_empty()).then(|| (bucket.to_owned(), key.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::s3_object;

    #[test]
    fn objects_are_found_behind_every_form_of_a_url() {
        for url in [
            "https://templates.s3.amazonaws.com/a/joint.yaml",
            "https://templates.s3.eu-central-1.amazonaws.com/a/joint.yaml",
            "https://templates.s3-eu-west-1.amazonaws.com/a/joint.yaml?versionId=1",
            "https://s3.amazonaws.com/templates/a/joint.yaml",
            "https://s3.cn-north-1.amazonaws.com.cn/templates/a/joint.yaml",
        ] {
            assert_eq!(s3_object(url), Some(("templates".to_owned(), "a/joint.yaml".to_owned())), "{url}");
        }
        assert_eq!(s3_object("https://example.com/joint.yaml"), None);
    }
}
