//! Rules of Alluxio's properties. Texts of secret properties are never repeated.

use starburst_schema::Field;
use starburst_schema::codes::input::{
    COMMA_IN_PROPERTY, PROPERTIES_TOO_LONG, PROPERTY_OF_BOOTSTRAP, PROPERTY_TWICE, SECRET_IN_PROPERTIES, SECRET_TWICE,
};
use starburst_schema::fields::alluxio;

use super::room::room;
use super::{Found, Rule, View};
use crate::failure::{Message, Violation};
use crate::path::Path;

/// The rules.
pub static RULES: &[Rule] = &[carried, too_long, secret_keys, of_bootstrap, twice, two_forms];

/// Endings of keys, in lower case, whose values are secret.
const SECRET_ENDINGS: &[&str] = &[
    "secretkey",
    "secret.key",
    "accesskeyid",
    "accesskey",
    "access.key",
    "password",
    "secret",
    "account.key",
    "credential",
    "credentials",
];

/// Keys that the bootstrap computes from the cluster; those that end in a dot stand for all that begin so.
const OF_BOOTSTRAP: &[&str] = &[
    "alluxio.master.hostname",
    "alluxio.worker.hostname",
    "alluxio.master.embedded.journal.",
    "alluxio.master.journal.type",
    "alluxio.master.journal.folder",
    "alluxio.master.rpc.addresses",
    "alluxio.master.rpc.port",
    "alluxio.master.web.port",
    "alluxio.master.mount.table.root.",
    "alluxio.worker.rpc.port",
    "alluxio.worker.web.port",
    "alluxio.worker.tieredstore.",
    "alluxio.worker.ramdisk.size",
    "alluxio.worker.memory.size",
];

/// The maps travel as `KEY=VALUE,KEY=VALUE`.
fn carried(view: &View<'_>, found: &mut Found) {
    for field in [&alluxio::PROPERTIES, &alluxio::SECRET_PROPERTIES] {
        for (key, value) in view.pairs(field).unwrap_or_default() {
            let path = Path::from(field).key(&key);
            if key.is_empty() || key.contains(|c: char| c == '=' || c == ',' || c.is_whitespace()) {
                let message = Message::new("a property's name has no commas, equals signs or blanks");
                found.error_at(&COMMA_IN_PROPERTY, path, message, Message::new("correct the name"));
            } else if value.is_some_and(|value| value.contains([',', '\n', '\r'])) {
                let message =
                    Message::new("properties travel as KEY=VALUE,KEY=VALUE: a value has no commas and line breaks");
                let instead = Message::new("set this property in the bootstrap script");
                found.error_at(&COMMA_IN_PROPERTY, path, message, instead);
            }
        }
    }
}

fn too_long(view: &View<'_>, found: &mut Found) {
    for field in [&alluxio::PROPERTIES, &alluxio::SECRET_PROPERTIES] {
        let pairs = view.pairs(field).unwrap_or_default();
        let bytes: usize = pairs.iter().map(|(key, value)| key.len() + value.as_ref().map_or(0, String::len) + 2).sum();
        let bytes = bytes.saturating_sub(1);
        let room = room(view, field);
        if bytes > room {
            let message =
                Message::new(format!("the properties take {bytes} bytes together, and there is room for {room}"));
            found.error(
                &PROPERTIES_TOO_LONG,
                field,
                message,
                Message::new("set fewer, or some in the bootstrap script"),
            );
        }
    }
}

fn secret_keys(view: &View<'_>, found: &mut Found) {
    for (key, _) in view.pairs(&alluxio::PROPERTIES).unwrap_or_default() {
        let lower = key.to_lowercase();
        if SECRET_ENDINGS.iter().any(|ending| lower.ends_with(ending)) {
            let message = Message::new("this property holds a secret, and these properties are shown in the open");
            let instead = Message::new("write it in ").field(&alluxio::SECRET_PROPERTIES);
            found.error_at(&SECRET_IN_PROPERTIES, Path::from(&alluxio::PROPERTIES).key(&key), message, instead);
        }
    }
}

fn of_bootstrap(view: &View<'_>, found: &mut Found) {
    for (key, _) in view.pairs(&alluxio::PROPERTIES).unwrap_or_default() {
        let computed = |known: &&str| if known.ends_with('.') { key.starts_with(*known) } else { key == **known };
        if OF_BOOTSTRAP.iter().any(computed) {
            let message = Message::new(
                "the nodes compute this property from the cluster; another value can keep it from starting",
            );
            let path = Path::from(&alluxio::PROPERTIES).key(&key);
            found.push(Violation::warning(&PROPERTY_OF_BOOTSTRAP, path, message, Message::new("remove it")));
        }
    }
}

fn twice(view: &View<'_>, found: &mut Found) {
    let plain = view.pairs(&alluxio::PROPERTIES).unwrap_or_default();
    for (key, _) in view.pairs(&alluxio::SECRET_PROPERTIES).unwrap_or_default() {
        if plain.iter().any(|(other, _)| *other == key) {
            let message = Message::new("the same property stands in ").field(&alluxio::PROPERTIES);
            let path = Path::from(&alluxio::SECRET_PROPERTIES).key(&key);
            found.error_at(&PROPERTY_TWICE, path, message, Message::new("remove one of the two"));
        }
    }
}

fn two_forms(view: &View<'_>, found: &mut Found) {
    exactly_one_form(view, &alluxio::SECRET_PROPERTIES, &alluxio::SECRET_PROPERTIES_SECRET_ARN, found);
}

/// A secret is given as a value or as the ARN of a secret, not as both.
pub(super) fn exactly_one_form(view: &View<'_>, value: &Field, arn: &Field, found: &mut Found) {
    if view.known(value) && view.known(arn) {
        let message = Message::new("the same secret is given in ").field(value);
        let instead = Message::new("keep this input and remove ").field(value);
        found.error(&SECRET_TWICE, arn, message, instead);
    }
}
