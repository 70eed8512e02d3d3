//! Local files and folders that the program names by path alone: the plugin takes the digest of a canonical packing,
//! so that a change of their content is a change of the input. Files that the client wrapped bring their own digest.

use starburst_schema::codes::input::UNREADABLE_FILE;
use starburst_schema::{FIELDS, Kind};

use crate::failure::{Message, Violation};
use crate::path::Path;
use crate::ports::LocalFiles;
use crate::value::{FileSource, FileValue, Value};

/// Gives every local path in a field for files or folders its digest; what cannot be read is a violation.
pub async fn digest_local_paths(files: &dyn LocalFiles, inputs: &mut Value) -> Vec<Violation> {
    let mut violations = Vec::new();
    for field in FIELDS.iter().filter(|field| matches!(field.kind, Kind::File | Kind::Folder)) {
        let path = Path::from(*field);
        let Some(local) = inputs.at(&path).as_text().filter(|text| is_local(text)).map(str::to_owned) else { continue };
        let archive = matches!(field.kind, Kind::Folder);
        match digest(files, &local).await {
            Ok(hash) => {
                let file = FileValue { archive, hash, source: Some(FileSource::Path(local)) };
                inputs.put(&path, Value::File(file));
            }
            Err(why) => violations.push(Violation::error(
                &UNREADABLE_FILE,
                path.clone(),
                Message::default().path(&path).text(format!(" names a local file that cannot be read: {why}")),
                Message::new("write an s3:// URI, or a path that begins at the program's folder"),
            )),
        }
    }
    violations
}

/// Whether a text names something on the program's machine.
#[must_use]
pub fn is_local(text: &str) -> bool {
    !text.is_empty() && !text.contains("://")
}

async fn digest(files: &dyn LocalFiles, path: &str) -> Result<String, String> {
    let entries = files.entries(path).await?;
    let packed = files.pack(&entries)?;
    Ok(crate::stack::token::digest(&[&packed]))
}
