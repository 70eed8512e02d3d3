//! What local files and folders hold, as digests kept among the checked inputs: a path is text, and only its content
//! tells whether anything differs. The digest is that of the canonical packing which is uploaded.

use std::collections::BTreeMap;

use starburst_schema::codes::input::UNREADABLE_FILE;
use starburst_schema::{FIELDS, Field, Kind};

use crate::failure::{Message, Violation};
use crate::path::Path;
use crate::ports::LocalFiles;
use crate::value::Value;

/// Key under which the digests stand among the checked inputs: field path to hexadecimal SHA-256.
pub const CONTENT_KEY: &str = "__content";

/// Digests of everything that the inputs name by a local path, put among the inputs.
///
/// Returns a violation for each that cannot be read. Reads local files alone.
pub async fn remember(files: &dyn LocalFiles, inputs: &mut Value) -> Vec<Violation> {
    let mut digests = BTreeMap::new();
    let mut violations = Vec::new();
    for field in FIELDS.iter().filter(|field| matches!(field.kind, Kind::File | Kind::Folder)) {
        let path = Path::from(*field);
        let Some(local) = local_path(inputs.at(&path)) else { continue };
        match digest_of(files, field, local).await {
            Ok(digest) => {
                digests.insert(field.path.to_owned(), Value::Text(digest));
            }
            Err(why) => violations.push(Violation::error(
                &UNREADABLE_FILE,
                path.clone(),
                Message::default().path(&path).text(format!(" names {local}, which cannot be read: {why}")),
                Message::new("write a path relative to the program's folder, or an s3:// URI"),
            )),
        }
    }
    let kept = if digests.is_empty() { Value::Null } else { Value::Map(digests) };
    inputs.put(&Path::root().key(CONTENT_KEY), kept);
    violations
}

/// What stands for the content of a file or folder in comparisons; the value itself for anything else.
#[must_use]
pub fn identity(inputs: &Value, field: &Field, value: Value) -> Value {
    if !matches!(field.kind, Kind::File | Kind::Folder) {
        return value;
    }
    match value.peeled() {
        Value::File(file) => Value::Text(file.hash.clone()),
        Value::Text(_) => match inputs.at(&Path::root().key(CONTENT_KEY).key(field.path)) {
            Value::Text(digest) => Value::Text(digest.clone()),
            _ => value,
        },
        _ => value,
    }
}

fn local_path(value: &Value) -> Option<&str> {
    value.as_text().filter(|text| !text.is_empty() && !text.contains("://"))
}

async fn digest_of(files: &dyn LocalFiles, field: &Field, path: &str) -> Result<String, String> {
    let entries = files.entries(path).await?;
    let content = if matches!(field.kind, Kind::Folder) {
        files.pack(&entries)?
    } else {
        entries.into_iter().next().map(|entry| entry.content).ok_or_else(|| "the file is not there".to_owned())?
    };
    Ok(crate::stack::token::digest(&[&content]))
}
