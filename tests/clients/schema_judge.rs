//! What the real client says of a schema, without a project.
//! It must not know how the schema was made.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};
use tempfile::TempDir;

use super::command::{Run, run};
use super::{pulumi, tools};

const LIMIT: Duration = Duration::from_secs(300);

/// `pulumi schema check FILE`, whatever its status.
pub fn check(schema_json: &Path) -> Result<Run> {
    client(&["schema", "check", &schema_json.display().to_string()])
}

/// `pulumi package get-schema PLUGIN`, which starts the plugin's executable and binds what it answers, whatever its
/// status. The path must be absolute: anything else could be the name of a published plugin.
pub fn get(plugin: &Path) -> Result<Run> {
    client(&["package", "get-schema", &plugin.display().to_string()])
}

fn client(args: &[&str]) -> Result<Run> {
    let folder = TempDir::with_prefix("starburst-").context("making a temporary folder")?;
    let mut command = Command::new(tools::pulumi()?);
    pulumi::isolate(&mut command, folder.path());
    run(command.args(args).current_dir(folder.path()), LIMIT)
}

#[cfg(test)]
mod tests {
    use super::super::missing::or_skip;
    use super::*;

    fn verdict(schema: &str) -> Result<Run> {
        let folder = TempDir::new()?;
        let file = folder.path().join("schema.json");
        std::fs::write(&file, schema)?;
        check(&file)
    }

    #[test]
    fn a_schema_with_an_unknown_type_is_refused() -> Result<()> {
        or_skip("a_schema_with_an_unknown_type_is_refused", refused())
    }

    fn refused() -> Result<()> {
        verdict(r#"{"name":"x","version":"1.0.0"}"#)?.success()?;
        verdict(r##"{"name":"x","version":"1.0.0","resources":{"x:index:A":{"properties":{"b":{"$ref":"#/types/x:index:B"}}}}}"##)?
            .failure()?;
        Ok(())
    }
}
