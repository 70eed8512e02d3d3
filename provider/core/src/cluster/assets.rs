//! Files and folders of the program's machine: packed canonically, named by their content, uploaded once.

use starburst_schema::{FIELDS, Field, Kind};

use super::own_template::{Own, Source};
use super::parameters::Uploaded;
use super::preflight::Facts;
use crate::failure::{Failure, FailureKind, Message};
use crate::path::Path;
use crate::ports::{LocalEntry, Ports, TemplateSource};
use crate::stack::call_failure::from_call;
use crate::template::LARGEST_BODY;
use crate::value::{FileSource, FileValue, Value};

/// A file or folder, ready to be uploaded.
struct Packed {
    path: Path,
    key: String,
    content: Vec<u8>,
}

/// Whether files are written, or only named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Upload {
    /// What is not in the bucket yet is written.
    Yes,
    /// Nothing is written: a preview.
    No,
}

/// Where the assets of a cluster lie in its bucket.
#[must_use]
pub fn prefix(inputs: &Value) -> String {
    format!("starburst/{}", super::request::name_of(inputs).unwrap_or_default())
}

/// The URI of each file and folder that the inputs name locally; what is not in the bucket yet is uploaded if wanted.
///
/// # Errors
/// A file that cannot be read, and whatever kept S3 from taking it. Nothing else was touched by then.
pub async fn places(
    ports: Ports<'_>,
    inputs: &Value,
    bucket: Option<&str>,
    prefix: &str,
    upload: Upload,
) -> Result<Uploaded, Failure> {
    let mut uploaded = Uploaded::new();
    for field in FIELDS.iter().filter(|field| matches!(field.kind, Kind::File | Kind::Folder)) {
        let Some(packed) = pack(ports, field, inputs.at(&Path::from(*field)), prefix).await? else { continue };
        let Some(bucket) = bucket else {
            return Err(unreadable(&packed.path, "there is no bucket to upload it to"));
        };
        store(ports, bucket, &packed.key, packed.content, upload).await?;
        uploaded.insert(packed.path, format!("s3://{bucket}/{}", packed.key));
    }
    Ok(uploaded)
}

/// Writes what is not in the bucket yet, if that is wanted.
async fn store(ports: Ports<'_>, bucket: &str, key: &str, content: Vec<u8>, upload: Upload) -> Result<(), Failure> {
    let there = upload == Upload::No || ports.objects.exists(bucket, key).await.map_err(|error| from_call(&error))?;
    if there { Ok(()) } else { ports.objects.put(bucket, key, content).await.map_err(|error| from_call(&error)) }
}

/// The part of a key that follows from the content.
fn name_of(content: &[u8]) -> String {
    let mut digest = crate::stack::token::digest(&[content]);
    digest.truncate(32);
    digest
}

/// The template of the user's and where AWS finds it: a body that no request takes lies in the bucket, under a name that
/// follows from its content.
///
/// # Errors
/// Whatever kept S3 from taking it.
pub async fn own_template<'a>(
    ports: Ports<'_>,
    inputs: &Value,
    facts: &'a Facts,
    upload: Upload,
) -> Result<Option<(&'a Own, TemplateSource)>, Failure> {
    let Some(own) = &facts.own else { return Ok(None) };
    let source = match &own.source {
        Source::Current => TemplateSource::Previous,
        Source::Url(url) => TemplateSource::Url(url.clone()),
        Source::Body(body) if body.len() <= LARGEST_BODY => TemplateSource::Body(body.clone()),
        Source::Body(body) => {
            let bucket = super::request::text(inputs, &starburst_schema::fields::stack::ASSET_BUCKET);
            let bucket = bucket.unwrap_or_default();
            let content = body.clone().into_bytes();
            let key = format!("{}/template-{}", prefix(inputs), name_of(&content));
            store(ports, &bucket, &key, content, upload).await?;
            let suffix = if ports.identity.partition() == "aws-cn" { "amazonaws.com.cn" } else { "amazonaws.com" };
            TemplateSource::Url(format!("https://{bucket}.s3.{}.{suffix}/{key}", ports.identity.region()))
        }
    };
    Ok(Some((own, source)))
}

async fn pack(ports: Ports<'_>, field: &Field, value: &Value, prefix: &str) -> Result<Option<Packed>, Failure> {
    let path = Path::from(field);
    let folder = matches!(field.kind, Kind::Folder);
    let Some(entries) = local_entries(ports, &path, value).await? else { return Ok(None) };
    let (content, ending) = if folder {
        (ports.files.pack(&entries).map_err(|why| unreadable(&path, &why))?, "zip")
    } else {
        (entries.into_iter().next().map(|entry| entry.content).unwrap_or_default(), "sh")
    };
    let name = field.path.rsplit('.').next().unwrap_or(field.path);
    Ok(Some(Packed { path, key: format!("{prefix}/{name}-{}.{ending}", name_of(&content)), content }))
}

/// The files behind a value; `None` for what AWS fetches itself, and for nothing.
///
/// # Errors
/// A file that cannot be read.
pub async fn local_entries(ports: Ports<'_>, path: &Path, value: &Value) -> Result<Option<Vec<LocalEntry>>, Failure> {
    let local = match value.peeled() {
        Value::Text(text) if text.starts_with("s3://") || text.is_empty() => return Ok(None),
        Value::Text(text) => text.clone(),
        Value::File(file) => return from_asset(ports, path, file).await,
        _ => return Ok(None),
    };
    ports.files.entries(&local).await.map(Some).map_err(|why| unreadable(path, &why))
}

async fn from_asset(ports: Ports<'_>, path: &Path, file: &FileValue) -> Result<Option<Vec<LocalEntry>>, Failure> {
    match &file.source {
        None => Err(unreadable(path, "the client sent its digest alone")),
        Some(FileSource::Uri(uri)) if uri.starts_with("s3://") => Ok(None),
        Some(FileSource::Uri(uri)) => match uri.strip_prefix("file://") {
            Some(local) => ports.files.entries(local).await.map(Some).map_err(|why| unreadable(path, &why)),
            None => Err(unreadable(path, "only s3:// URIs and local files can be used")),
        },
        Some(FileSource::Path(local)) => {
            ports.files.entries(local).await.map(Some).map_err(|why| unreadable(path, &why))
        }
        Some(FileSource::Text(text)) => {
            Ok(Some(vec![LocalEntry { name: "content".to_owned(), content: text.clone().into_bytes() }]))
        }
        Some(FileSource::Assets(assets)) => {
            let mut entries = Vec::new();
            for (name, asset) in assets {
                let Some(inner) = Box::pin(from_asset(ports, path, asset)).await? else { continue };
                for entry in inner {
                    let below = if asset.archive { format!("{name}/{}", entry.name) } else { name.clone() };
                    entries.push(LocalEntry { name: below, content: entry.content });
                }
            }
            entries.sort_by(|a, b| a.name.cmp(&b.name));
            Ok(Some(entries))
        }
    }
}

fn unreadable(path: &Path, why: &str) -> Failure {
    Failure::new(
        FailureKind::Invalid,
        &starburst_schema::codes::input::UNREADABLE_FILE,
        Message::default().path(path).text(format!(" cannot be read: {why}")),
    )
}
