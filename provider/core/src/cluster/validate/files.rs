//! Local files need a bucket.

use starburst_schema::codes::input::{BUCKET_FOR_ASSETS, SUPERSET_UNUSED};
use starburst_schema::fields::{stack, superset};
use starburst_schema::{FIELDS, Kind};

use super::{Found, Rule, View};
use crate::failure::Message;

/// The rules.
pub static RULES: &[Rule] = &[bucket, superset_unused];

fn bucket(view: &View<'_>, found: &mut Found) {
    if !view.absent(&stack::ASSET_BUCKET) {
        return;
    }
    for field in FIELDS.iter().filter(|field| matches!(field.kind, Kind::File | Kind::Folder) && view.is_local(field)) {
        let message = Message::new("nodes fetch files from S3, and this one is local");
        let instead =
            Message::new("write a bucket for uploads in ").field(&stack::ASSET_BUCKET).text(", or an s3:// URI here");
        found.error(&BUCKET_FOR_ASSETS, field, message, instead);
    }
}

fn superset_unused(view: &View<'_>, found: &mut Found) {
    if view.known(&superset::INSTANCE_TYPE) && view.flag(&superset::ENABLED) == Some(false) {
        let message = Message::new("no node of this type is started");
        let instead = Message::new("set ").field(&superset::ENABLED).text(", or remove the type");
        found.warn(&SUPERSET_UNUSED, &superset::INSTANCE_TYPE, message, instead);
    }
}
