//! Rules of the buckets.

use starburst_schema::codes::input::{BUCKET_ABSENT, BUCKET_ELSEWHERE};

use super::Case;
use super::reads::Bucket;
use crate::cluster::validate::Found;
use crate::failure::Message;

/// All rules of this file.
pub fn rules(case: &Case<'_>, found: &mut Found) {
    for (field, name, bucket) in &case.read.buckets {
        match bucket {
            Bucket::Absent => {
                let message = Message::new(format!("bucket {name} does not exist"));
                found.error(&BUCKET_ABSENT, field, message, Message::new("make the bucket first, or correct its name"));
            }
            Bucket::There(Some(region)) if *region != case.region => {
                let message = Message::new(format!("bucket {name} is in {region}, and the cluster in {}", case.region));
                let instead =
                    Message::new("use a bucket of the cluster's region: reads across regions are slow and are charged");
                found.warn(&BUCKET_ELSEWHERE, field, message, instead);
            }
            Bucket::There(_) => {}
        }
    }
}
