//! Rules of local files and folders. Reads them; calls no AWS.

use starburst_schema::codes::input::{EMPTY_SCRIPT, FOLDER_WITHOUT_ETC, UNREADABLE_FILE};
use starburst_schema::{FIELDS, Kind};

use super::configuration;
use crate::cluster::api::Prior;
use crate::cluster::assets::local_entries;
use crate::cluster::validate::Found;
use crate::failure::{Failure, Message};
use crate::path::Path;
use crate::ports::{LocalEntry, Ports};
use crate::value::Value;

/// What Presto's configuration lies below.
const TOP: &str = "etc/";

/// Reads local files and folders that are new, and looks at them.
///
/// # Errors
/// A mistake of the plugin's own; a file that cannot be read is a violation.
pub async fn rules(ports: Ports<'_>, prior: Option<&Prior>, inputs: &Value, found: &mut Found) -> Result<(), Failure> {
    for field in FIELDS.iter().filter(|field| matches!(field.kind, Kind::File | Kind::Folder)) {
        let path = Path::from(*field);
        let value = inputs.at(&path);
        if prior.is_some_and(|prior| prior.inputs.at(&path) == value) {
            continue;
        }
        match local_entries(ports, &path, value).await {
            Ok(None) => {}
            Ok(Some(entries)) if matches!(field.kind, Kind::Folder) => {
                folder(&path, &entries, found);
                configuration::rules(&path, inputs, &entries, found);
            }
            Ok(Some(entries)) => script(&path, &entries, found),
            Err(failure) if failure.code == &UNREADABLE_FILE => {
                found.error_at(&UNREADABLE_FILE, path, failure.summary, Message::default());
            }
            Err(failure) => return Err(failure),
        }
    }
    Ok(())
}

fn folder(path: &Path, entries: &[LocalEntry], found: &mut Found) {
    if entries.iter().any(|entry| entry.name.starts_with(TOP)) {
        return;
    }
    let first = entries.first().map_or("it is empty".to_owned(), |entry| format!("it begins with `{}`", entry.name));
    let message = Message::new(format!("the configuration needs a folder `{TOP}` at its top, and {first}"));
    found.error_at(&FOLDER_WITHOUT_ETC, path.clone(), message, Message::new("move the files below `etc/`"));
}

fn script(path: &Path, entries: &[LocalEntry], found: &mut Found) {
    let blank = |entry: &LocalEntry| entry.content.iter().all(u8::is_ascii_whitespace);
    if entries.iter().all(blank) {
        let message = Message::new("the script is empty");
        found.error_at(&EMPTY_SCRIPT, path.clone(), message, Message::new("write the script, or remove the input"));
    }
}
