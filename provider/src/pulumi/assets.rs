//! Local files and folders that the program names by path alone: the plugin takes the digest of a canonical packing,
//! so that a change of their content is a change of the input. Files that the client wrapped bring their own digest.

use starburst_core::failure::{Message, Violation};
use starburst_core::path::Path;
use starburst_core::ports::LocalFiles;
use starburst_core::value::{FileSource, FileValue, Value};
use starburst_schema::codes::input::UNREADABLE_FILE;
use starburst_schema::{FIELDS, Kind};

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

fn is_local(text: &str) -> bool {
    !text.is_empty() && !text.contains("://")
}

async fn digest(files: &dyn LocalFiles, path: &str) -> Result<String, String> {
    let entries = files.entries(path).await?;
    let packed = files.pack(&entries)?;
    Ok(starburst_core::stack::token::digest(&[&packed]))
}
