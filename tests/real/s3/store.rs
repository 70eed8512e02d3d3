//! Buckets whose objects lie in files, with an index in memory. Knows no HTTP.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use anyhow::{Context, Result};
use md5::{Digest as _, Md5};

use super::text::Listing;
use crate::fake::Timestamp;

/// One object.
#[derive(Debug, Clone)]
pub struct Object {
    /// Where its bytes lie.
    pub file: PathBuf,
    /// Bytes.
    pub size: u64,
    /// With its quotes.
    pub etag: String,
    /// When it was written.
    pub modified: Timestamp,
}

/// What a bucket was asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// Requests that were let in.
    pub requests: u64,
    /// Requests that were not.
    pub refused: u64,
    /// Bytes of objects that were given away.
    pub bytes: u64,
}

/// One page of a listing.
#[derive(Debug, Default)]
pub struct Page {
    /// Objects by key.
    pub objects: Vec<(String, Object)>,
    /// Common prefixes.
    pub prefixes: Vec<String>,
    /// Where the next page begins; none for the last one.
    pub next: Option<String>,
}

/// A multipart upload: its key and its parts by number.
#[derive(Debug, Default)]
pub struct Upload {
    pub key: String,
    pub parts: BTreeMap<u32, Vec<u8>>,
}

#[derive(Debug, Default)]
struct Inner {
    buckets: BTreeMap<String, BTreeMap<String, Object>>,
    counts: BTreeMap<String, Count>,
    uploads: BTreeMap<String, Upload>,
    number: u64,
}

/// All buckets.
#[derive(Debug)]
pub struct Store {
    folder: PathBuf,
    inner: Mutex<Inner>,
}

impl Store {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self { folder, inner: Mutex::default() }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A bucket without objects; nothing happens where it is there.
    pub fn make(&self, bucket: &str) {
        self.inner().buckets.entry(bucket.to_owned()).or_default();
    }

    /// A bucket with the files of a folder under `prefix/`, which are not copied.
    pub fn of_folder(&self, bucket: &str, prefix: &str, folder: &Path) -> Result<()> {
        self.make(bucket);
        for entry in std::fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))? {
            let entry = entry?;
            let (key, found) = (format!("{prefix}/{}", entry.file_name().to_string_lossy()), entry.metadata()?);
            if found.is_file() {
                let etag = etag(format!("{key} {} {:?}", found.len(), found.modified()?).as_bytes());
                let object = Object { file: entry.path(), size: found.len(), etag, modified: now() };
                self.inner().buckets.entry(bucket.to_owned()).or_default().insert(key, object);
            }
        }
        Ok(())
    }

    /// Whether the bucket is here.
    #[must_use]
    pub fn has(&self, bucket: &str) -> bool {
        self.inner().buckets.contains_key(bucket)
    }

    /// An object.
    #[must_use]
    pub fn get(&self, bucket: &str, key: &str) -> Option<Object> {
        self.inner().buckets.get(bucket)?.get(key).cloned()
    }

    /// Writes an object.
    pub fn put(&self, bucket: &str, key: &str, bytes: &[u8]) -> Result<Object> {
        let mut inner = self.inner();
        inner.number += 1;
        std::fs::create_dir_all(&self.folder)?;
        let file = self.folder.join(inner.number.to_string());
        std::fs::write(&file, bytes).with_context(|| format!("writing {}", file.display()))?;
        let object = Object { file, size: bytes.len() as u64, etag: etag(bytes), modified: now() };
        inner.buckets.entry(bucket.to_owned()).or_default().insert(key.to_owned(), object.clone());
        Ok(object)
    }

    /// Deletes an object; nothing happens where there is none.
    pub fn delete(&self, bucket: &str, key: &str) {
        if let Some(objects) = self.inner().buckets.get_mut(bucket) {
            objects.remove(key);
        }
    }

    /// Changes what a bucket was asked for.
    pub(super) fn count(&self, bucket: &str, change: impl FnOnce(&mut Count)) {
        change(self.inner().counts.entry(bucket.to_owned()).or_default());
    }

    /// What a bucket was asked for so far.
    #[must_use]
    pub fn counted(&self, bucket: &str) -> Count {
        self.inner().counts.get(bucket).copied().unwrap_or_default()
    }

    /// Starts a multipart upload.
    pub(super) fn begin(&self, key: &str) -> String {
        let mut inner = self.inner();
        inner.number += 1;
        let id = format!("upload-{}", inner.number);
        inner.uploads.insert(id.clone(), Upload { key: key.to_owned(), ..Upload::default() });
        id
    }

    /// Changes an upload; `None` where there is none.
    pub(super) fn upload<T>(&self, id: &str, change: impl FnOnce(&mut Upload) -> T) -> Option<T> {
        self.inner().uploads.get_mut(id).map(change)
    }

    /// Ends an upload.
    pub(super) fn end(&self, id: &str) -> Option<Upload> {
        self.inner().uploads.remove(id)
    }

    pub(super) fn list(&self, bucket: &str, listing: &Listing) -> Page {
        let inner = self.inner();
        let mut page = Page::default();
        let Some(objects) = inner.buckets.get(bucket) else { return page };
        let after = Bound::Excluded(listing.after.clone());
        let mut last = String::new();
        for (key, object) in
            objects.range((after, Bound::Unbounded)).filter(|(key, _)| key.starts_with(&listing.prefix))
        {
            let rest = &key[listing.prefix.len()..];
            let cut = rest.find(listing.delimiter.as_str()).filter(|_| !listing.delimiter.is_empty());
            let common = cut.map(|at| key[..listing.prefix.len() + at + listing.delimiter.len()].to_owned());
            if common
                .as_ref()
                .is_some_and(|common| page.prefixes.last() == Some(common) || listing.after.starts_with(common))
            {
                last.clone_from(key);
                continue;
            }
            if page.objects.len() + page.prefixes.len() == listing.most {
                page.next = Some(last);
                break;
            }
            match common {
                Some(common) => page.prefixes.push(common),
                None => page.objects.push((key.clone(), object.clone())),
            }
            last.clone_from(key);
        }
        page
    }
}

fn now() -> Timestamp {
    let passed = SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(passed.as_millis()).unwrap_or_default())
}

/// The MD5 of the bytes: clients compare it with what they sent.
pub(super) fn etag(bytes: &[u8]) -> String {
    let hex: String = Md5::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("\"{hex}\"")
}
