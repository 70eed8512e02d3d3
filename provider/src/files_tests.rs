//! Tests of local files and of the canonical archive.

use std::fs;

use super::*;

/// A folder of its own that is gone afterwards.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("starburst-files-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(path.join("conf/catalog")).expect("a folder");
        Self(path)
    }
    fn write(&self, name: &str, content: &str) -> &Self {
        fs::write(self.0.join(name), content).expect("a file");
        self
    }
    fn files(&self) -> ProgramFiles {
        ProgramFiles::new(&self.0)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn names(entries: &[LocalEntry]) -> Vec<&str> {
    entries.iter().map(|entry| entry.name.as_str()).collect()
}

fn entry(name: &str, content: &str) -> LocalEntry {
    LocalEntry { name: name.into(), content: content.into() }
}

#[tokio::test]
async fn a_folder_is_read_in_the_order_of_names() {
    let folder = Folder::new("order");
    folder.write("conf/z", "1").write("conf/catalog/hive.properties", "2").write("conf/a", "3");
    let entries = folder.files().entries("conf").await.expect("entries");
    assert_eq!(names(&entries), ["a", "catalog/hive.properties", "z"]);
    assert_eq!(entries[2].content, b"1");
}

#[tokio::test]
async fn a_single_file_is_one_entry_and_an_absent_one_is_named() {
    let folder = Folder::new("single");
    folder.write("script.sh", "#!/bin/sh\n");
    assert_eq!(names(&folder.files().entries("script.sh").await.expect("entries")), ["script.sh"]);
    let error = folder.files().entries("nothing.sh").await.expect_err("absent");
    assert_eq!(error, "nothing.sh does not exist");
}

#[test]
fn equal_content_gives_equal_bytes_in_any_order() {
    let files = ProgramFiles::here();
    let forward = files.pack(&[entry("a", "1"), entry("b/c", "#!/bin/sh")]).expect("bytes");
    let backward = files.pack(&[entry("b/c", "#!/bin/sh"), entry("a", "1")]).expect("bytes");
    assert_eq!(forward, backward);
    assert_ne!(forward, files.pack(&[entry("a", "2"), entry("b/c", "#!/bin/sh")]).expect("bytes"));
    let mut archive = ZipArchive::new(Cursor::new(forward)).expect("an archive");
    let modes: Vec<_> = (0..archive.len()).map(|at| archive.by_index(at).expect("an entry").unix_mode()).collect();
    assert_eq!(modes, [Some(0o100_644), Some(0o100_755)]);
    let time = archive.by_index(0).expect("an entry").last_modified().expect("a time");
    assert_eq!((time.year(), time.month(), time.day(), time.hour()), (1980, 1, 1, 0));
}

#[tokio::test]
async fn an_archive_reads_as_the_folder_that_it_was_made_of() {
    let folder = Folder::new("archive");
    folder.write("conf/a", "1").write("conf/catalog/b", "2");
    let files = folder.files();
    let entries = files.entries("conf").await.expect("entries");
    fs::write(folder.0.join("conf.zip"), files.pack(&entries).expect("bytes")).expect("written");
    assert_eq!(files.entries("conf.zip").await.expect("entries"), entries);
}

#[test]
fn names_cannot_be_packed_twice() {
    assert!(ProgramFiles::here().pack(&[entry("a", "1"), entry("a", "2")]).is_err());
}

#[tokio::test]
async fn what_is_no_archive_is_told() {
    let folder = Folder::new("broken");
    folder.write("broken.zip", "not an archive");
    let error = folder.files().entries("broken.zip").await.expect_err("refused");
    assert!(error.starts_with("broken.zip is not an archive"), "{error}");
}

#[test]
fn size_and_number_are_bounded_without_reading_everything() {
    let mut collected = Collected::new("conf");
    let error = collected.add("big".into(), std::io::repeat(0).take(LARGEST + 1)).expect_err("too big");
    assert!(error.contains("256 MiB"), "{error}");
    let mut collected = Collected::new("conf");
    for at in 0..MOST {
        collected.add(at.to_string(), std::io::empty()).expect("room");
    }
    let error = collected.add("one more".into(), std::io::empty()).expect_err("too many");
    assert!(error.contains("10000 files"), "{error}");
}

#[cfg(unix)]
#[tokio::test]
async fn links_are_followed_inside_the_folder_alone() {
    use std::os::unix::fs::symlink;
    let folder = Folder::new("links");
    folder.write("conf/a", "1").write("outside", "secret");
    symlink("a", folder.0.join("conf/b")).expect("a link");
    let entries = folder.files().entries("conf").await.expect("entries");
    assert_eq!(names(&entries), ["a", "b"]);
    symlink("../outside", folder.0.join("conf/c")).expect("a link");
    let error = folder.files().entries("conf").await.expect_err("refused");
    assert!(error.contains("c in conf is a link that leads out"), "{error}");
    fs::remove_file(folder.0.join("conf/c")).expect("removed");
    symlink(".", folder.0.join("conf/loop")).expect("a link");
    let error = folder.files().entries("conf").await.expect_err("refused");
    assert!(error.contains("leads back"), "{error}");
}
