//! Rules of the S3 keys.

use starburst_schema::codes::input::{KEYS_ARE_A_PAIR, KEYS_WITHOUT_ENDPOINT};
use starburst_schema::fields::s3;

use super::alluxio::exactly_one_form;
use super::{Found, Rule, View};
use crate::cluster::defaults::effective;
use crate::failure::Message;

/// The rules.
pub static RULES: &[Rule] = &[pair, two_forms, without_endpoint];

fn pair(view: &View<'_>, found: &mut Found) {
    let rows = [
        (&s3::ACCESS_KEY, &s3::ACCESS_KEY_SECRET_ARN, &s3::SECRET_KEY, &s3::SECRET_KEY_SECRET_ARN),
        (&s3::SECRET_KEY, &s3::SECRET_KEY_SECRET_ARN, &s3::ACCESS_KEY, &s3::ACCESS_KEY_SECRET_ARN),
    ];
    for (one, one_arn, other, other_arn) in rows {
        let given = view.known(one) || view.known(one_arn);
        // AWS never gives keys back: an imported cluster keeps the half that the program does not write anew.
        let kept = view.prior().is_some_and(|prior| {
            let here = |field| !effective(prior, field).is_null();
            !here(other) && !here(other_arn) && (here(one) || here(one_arn))
        });
        if given && view.absent(other) && view.absent(other_arn) && !kept {
            let message = Message::new("the keys come as a pair, and the other one is given");
            let instead = Message::new("write it here, or its secret in ").field(other_arn);
            found.error(&KEYS_ARE_A_PAIR, other, message, instead);
        }
    }
}

fn two_forms(view: &View<'_>, found: &mut Found) {
    exactly_one_form(view, &s3::ACCESS_KEY, &s3::ACCESS_KEY_SECRET_ARN, found);
    exactly_one_form(view, &s3::SECRET_KEY, &s3::SECRET_KEY_SECRET_ARN, found);
}

fn without_endpoint(view: &View<'_>, found: &mut Found) {
    let keys = view.known(&s3::ACCESS_KEY) || view.known(&s3::ACCESS_KEY_SECRET_ARN);
    if keys && view.absent(&s3::ENDPOINT) {
        let message = Message::new("some distributions do not read keys when no endpoint is given");
        let instead = Message::new("write the endpoint of the region, such as `https://s3.eu-central-1.amazonaws.com`");
        found.warn(&KEYS_WITHOUT_ENDPOINT, &s3::ENDPOINT, message, instead);
    }
}
