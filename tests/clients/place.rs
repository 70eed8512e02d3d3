//! Where things are: the workspace, the build folder, and folders in it that are filled once.
//! It must not know what fills them.

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

/// Written last into a folder that [`fill_once`] made; holds the digest of what the folder was made from.
pub const COMPLETE: &str = ".complete";

/// The root of the workspace.
pub fn workspace() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().unwrap_or(manifest).to_path_buf()
}

/// The folder of this module's pin files.
pub fn pins() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("clients")
}

/// Cargo writes it into the root of every build folder, also into one that it did not make itself.
const BUILD_FOLDER_MARK: &str = ".rustc_info.json";

/// The build folder that the running program lies in; `target` of the workspace for a program that was moved away.
pub fn target() -> PathBuf {
    std::env::current_exe()
        .ok()
        .and_then(|exe| exe.ancestors().find(|folder| folder.join(BUILD_FOLDER_MARK).is_file()).map(Path::to_path_buf))
        .unwrap_or_else(|| workspace().join("target"))
}

/// The folder `<build folder>/tools/<name>`, for what is obtained once and kept.
pub fn tool_folder(name: &str) -> PathBuf {
    target().join("tools").join(name)
}

/// Lower-case hex SHA-256 of the files' names and contents, in the given order.
pub fn digest_of(files: &[PathBuf]) -> Result<String> {
    let mut hash = Sha256::new();
    for file in files {
        let content = fs::read(file).with_context(|| format!("reading {}", file.display()))?;
        let name = file.file_name().unwrap_or_default().as_encoded_bytes();
        hash.update((name.len() as u64).to_be_bytes());
        hash.update(name);
        hash.update((content.len() as u64).to_be_bytes());
        hash.update(&content);
    }
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Calls `fill` with an empty folder unless `folder` was already filled from the same `digest`, by this or any other
/// process; others wait meanwhile. A fill that fails or is killed leaves a folder that the next call empties.
pub fn fill_once(folder: &Path, digest: &str, fill: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    if is_complete(folder, digest) {
        return Ok(());
    }
    let _guard = lock(folder)?;
    if is_complete(folder, digest) {
        return Ok(());
    }
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("emptying {}", folder.display()))?;
    }
    fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    fill(folder)?;
    fs::write(folder.join(COMPLETE), digest).with_context(|| format!("completing {}", folder.display()))
}

fn is_complete(folder: &Path, digest: &str) -> bool {
    fs::read_to_string(folder.join(COMPLETE)).is_ok_and(|found| found.trim() == digest)
}

/// An exclusive lock beside the folder; the system gives it back when the holder ends, however it ends.
fn lock(folder: &Path) -> Result<File> {
    let mut name = folder.file_name().unwrap_or(OsStr::new("tools")).to_os_string();
    name.push(".lock");
    let path = folder.with_file_name(name);
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).with_context(|| format!("making {}", parent.display()))?;
    }
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .with_context(|| format!("opening {}", path.display()))?;
    file.lock().with_context(|| format!("waiting for {}", path.display()))?;
    Ok(file)
}

/// The executable `name` in the folders of `PATH`, if there is one.
pub fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| is_executable(file))
}

fn is_executable(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(file).is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_filled_once_for_a_digest_and_again_for_another() -> Result<()> {
        let base = tempfile::tempdir()?;
        let folder = base.path().join("tool");
        let mut fills = 0;
        for digest in ["a", "a", "b"] {
            fill_once(&folder, digest, |empty| {
                assert_eq!(fs::read_dir(empty)?.count(), 0);
                fills += 1;
                Ok(fs::write(empty.join("file"), digest)?)
            })?;
        }
        assert_eq!(fills, 2);
        assert_eq!(fs::read_to_string(folder.join("file"))?, "b");
        Ok(())
    }

    #[test]
    fn a_failed_fill_is_repeated() -> Result<()> {
        let base = tempfile::tempdir()?;
        let folder = base.path().join("tool");
        assert!(fill_once(&folder, "a", |_| anyhow::bail!("no network")).is_err());
        fill_once(&folder, "a", |_| Ok(()))?;
        assert!(is_complete(&folder, "a"));
        Ok(())
    }

    #[test]
    fn parallel_callers_fill_once() -> Result<()> {
        use std::sync::atomic::{AtomicUsize, Ordering};
        let base = tempfile::tempdir()?;
        let folder = base.path().join("tool");
        let fills = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    fill_once(&folder, "a", |_| {
                        fills.fetch_add(1, Ordering::SeqCst);
                        Ok(())
                    })
                });
            }
        });
        assert_eq!(fills.load(Ordering::SeqCst), 1);
        Ok(())
    }
}
