//! The mirror in S3: files under a prefix, and SHA256SUMS as `sha256sum` writes it. Knows nothing of where files come from.

use std::path::Path;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use starburst_core::ports::{CallError, ObjectStore as _};

use super::fetch::bar;
use crate::aws::s3::S3Client;

/// The list of checksums, at the top of the mirror.
const SUMS: &str = "SHA256SUMS";

/// An `s3://` prefix.
pub struct Mirror<'a> {
    uri: &'a str,
    bucket: &'a str,
    prefix: &'a str,
    objects: &'a S3Client,
}

impl<'a> Mirror<'a> {
    /// The mirror at `s3://BUCKET/PREFIX`; the prefix may be empty.
    pub fn at(uri: &'a str, objects: &'a S3Client) -> Result<Self, String> {
        let uri = uri.trim_end_matches('/');
        let wrong = || format!("{uri} is no mirror: give s3://BUCKET/PREFIX");
        let rest = uri.strip_prefix("s3://").ok_or_else(wrong)?;
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        if bucket.is_empty() {
            return Err(wrong());
        }
        Ok(Self { uri, bucket, prefix, objects })
    }

    /// Whether the bucket is there and may be looked at, before anything is fetched.
    pub async fn reachable(&self) -> Result<(), String> {
        self.objects.bucket(self.bucket).await.map(drop).map_err(|error| self.words(&error))
    }

    fn key(&self, file: &str) -> String {
        if self.prefix.is_empty() { file.to_owned() } else { format!("{}/{file}", self.prefix) }
    }

    fn words(&self, error: &CallError) -> String {
        let code = if error.code.is_empty() { String::new() } else { format!("{}: ", error.code) };
        format!("{} ({}): {code}{}", self.uri, error.action, error.message)
    }

    /// Stores a file unless it is there with this SHA-256 (hex) already.
    pub async fn upload(&self, path: &Path, file: &str, sha256: &str, count: &str) -> Result<(), String> {
        let (key, sum) = (self.key(file), base64_of(sha256));
        let stored = self.objects.stored(self.bucket, &key).await.map_err(|error| self.words(&error))?;
        if stored.is_some_and(|stored| stored.sha256.as_deref() == Some(sum.as_str())) {
            println!("there     {file}");
            return Ok(());
        }
        let bar = bar(&format!("{count}  storing {file}"));
        bar.enable_steady_tick(Duration::from_millis(500));
        let put = self.objects.put_file(self.bucket, &key, path, &sum).await;
        bar.finish_and_clear();
        put.map_err(|error| self.words(&error))?;
        println!("stored    {file}");
        Ok(())
    }

    /// Writes the list of checksums: from now on it is a mirror.
    pub async fn finish(&self, sums: &[(String, String)]) -> Result<(), String> {
        let text: String = sums.iter().map(|(sha256, file)| format!("{sha256}  {file}\n")).collect();
        let put = self.objects.put(self.bucket, &self.key(SUMS), text.into_bytes()).await;
        put.map_err(|error| self.words(&error))
    }

    /// Compares what is stored with the list of checksums; everything that is wrong at once.
    pub async fn check(&self) -> Result<(), String> {
        let sums = self.objects.text(self.bucket, &self.key(SUMS)).await.map_err(|error| self.words(&error))?;
        let sums = sums.ok_or_else(|| format!("{} has no {SUMS}: it is no mirror, or one half made", self.uri))?;
        let (mut wrong, mut compared, mut listed) = (Vec::new(), 0, 0);
        for line in sums.lines() {
            let Some((sha256, file)) = line.split_once("  ") else {
                wrong.push(format!("{SUMS}: this is no line of sha256sum: {line}"));
                continue;
            };
            listed += 1;
            let stored = self.objects.stored(self.bucket, &self.key(file)).await.map_err(|error| self.words(&error))?;
            match stored.map(|stored| stored.sha256) {
                None => wrong.push(format!("{file} is listed and not there")),
                Some(Some(sum)) if sum != base64_of(sha256) => {
                    wrong.push(format!("{file} has another checksum than {SUMS} says"));
                }
                Some(sum) => compared += usize::from(sum.is_some()),
            }
        }
        if !wrong.is_empty() {
            return Err(wrong.join("\nerror: "));
        }
        println!("{}: {listed} files are there, the checksums of {compared} compared by S3", self.uri);
        println!("packages.mirrorUri: {}", self.uri);
        Ok(())
    }
}

/// A checksum as S3 writes it.
fn base64_of(hex: &str) -> String {
    let digit = |at: usize| hex.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok()).unwrap_or_default();
    let bytes: Vec<u8> = (0..hex.len() / 2).map(|byte| digit(byte * 2)).collect();
    STANDARD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::base64_of;

    #[test]
    fn a_checksum_is_written_as_s3_writes_it() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(base64_of(empty), "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
    }
}
