//! Rules of tags. Source: EC2 and CloudFormation, tag restrictions.

use starburst_schema::codes::input::{TAG_NOT_ALLOWED, TOO_MANY_TAGS};
use starburst_schema::fields::stack;

use super::{Found, Rule, View};
use crate::failure::Message;
use crate::path::Path;

/// The rules.
pub static RULES: &[Rule] = &[keys, count];

/// Characters of a key and of a value, at most.
const LONGEST_KEY: usize = 128;
const LONGEST_VALUE: usize = 256;
/// Tags of a stack at most, without the two of the plugin.
const MOST: usize = 48;

fn keys(view: &View<'_>, found: &mut Found) {
    for (key, value) in view.pairs(&stack::TAGS).unwrap_or_default() {
        let lower = key.to_lowercase();
        let length = key.chars().count();
        let message = if lower.starts_with("aws:") {
            "keys that begin with `aws:` belong to AWS".to_owned()
        } else if lower.starts_with("starburst:") {
            "keys that begin with `starburst:` belong to this plugin".to_owned()
        } else if length == 0 || length > LONGEST_KEY {
            format!("a key has 1 to {LONGEST_KEY} characters, and this one {length}")
        } else if let Some(length) = value.map(|value| value.chars().count()).filter(|length| *length > LONGEST_VALUE) {
            format!("a value has at most {LONGEST_VALUE} characters, and this one {length}")
        } else {
            continue;
        };
        let path = Path::from(&stack::TAGS).key(&key);
        found.error_at(&TAG_NOT_ALLOWED, path, Message::new(message), Message::new("rename or shorten the tag"));
    }
}

fn count(view: &View<'_>, found: &mut Found) {
    let count = view.pairs(&stack::TAGS).unwrap_or_default().len();
    if count > MOST {
        let message =
            Message::new(format!("a stack has 50 tags at most, two of them the plugin's own, and {count} are given"));
        found.error(&TOO_MANY_TAGS, &stack::TAGS, message, Message::new(format!("keep {MOST}")));
    }
}
