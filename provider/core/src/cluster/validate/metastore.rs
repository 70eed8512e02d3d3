//! What each type of Hive metastore needs and refuses.

use starburst_schema::Field;
use starburst_schema::codes::input::{METASTORE_NEEDS, METASTORE_REFUSES};
use starburst_schema::fields::hive_metastore as hive;

use super::alluxio::exactly_one_form;
use super::{Found, Rule, View};
use crate::cluster::defaults::effective;
use crate::failure::Message;

/// The rules.
pub static RULES: &[Rule] = &[needs, password, refuses, two_forms];

/// Inputs that a type needs beside a password.
fn needed(kind: &str) -> Vec<&'static Field> {
    match kind {
        "mysql" | "postgresql" => vec![&hive::HOST, &hive::USER_NAME, &hive::DATABASE_NAME],
        "external" => vec![&hive::HOST],
        _ => vec![],
    }
}

/// Inputs that a type has no use for.
fn refused(kind: &str) -> Vec<&'static Field> {
    match kind {
        "mysql" => vec![],
        "postgresql" => vec![&hive::MYSQL_DRIVER_URI],
        "external" => vec![
            &hive::USER_NAME,
            &hive::PASSWORD,
            &hive::PASSWORD_SECRET_ARN,
            &hive::DATABASE_NAME,
            &hive::MYSQL_DRIVER_URI,
        ],
        _ => vec![
            &hive::HOST,
            &hive::PORT,
            &hive::USER_NAME,
            &hive::PASSWORD,
            &hive::PASSWORD_SECRET_ARN,
            &hive::DATABASE_NAME,
            &hive::MYSQL_DRIVER_URI,
        ],
    }
}

/// Whether the metastore's type needs a database.
fn has_database(kind: &str) -> bool {
    matches!(kind, "mysql" | "postgresql")
}

fn needs(view: &View<'_>, found: &mut Found) {
    let Some(kind) = view.text(&hive::TYPE) else { return };
    for field in needed(&kind).into_iter().filter(|field| view.absent(field)) {
        let message = Message::new(format!("a metastore of type {kind} needs this input"));
        found.error(&METASTORE_NEEDS, field, message, Message::new(format!("write a value such as {}", field.example)));
    }
}

/// AWS never gives a password back: an imported cluster of the same type keeps the one that it has.
fn password(view: &View<'_>, found: &mut Found) {
    let Some(kind) = view.text(&hive::TYPE).filter(|kind| has_database(kind)) else { return };
    if !view.absent(&hive::PASSWORD) || !view.absent(&hive::PASSWORD_SECRET_ARN) {
        return;
    }
    let kept = view.prior().is_some_and(|prior| {
        let same = effective(prior, &hive::TYPE).as_text() == Some(kind.as_str());
        same && effective(prior, &hive::PASSWORD).is_null() && effective(prior, &hive::PASSWORD_SECRET_ARN).is_null()
    });
    if !kept {
        let message = Message::new(format!("a metastore of type {kind} needs the password of its user"));
        let instead = Message::new("write it here, or its secret in ").field(&hive::PASSWORD_SECRET_ARN);
        found.error(&METASTORE_NEEDS, &hive::PASSWORD, message, instead);
    }
}

fn refuses(view: &View<'_>, found: &mut Found) {
    let Some(kind) = view.text(&hive::TYPE) else { return };
    for field in refused(&kind).into_iter().filter(|field| view.known(field)) {
        // Port 0 stands for the type's own port, and for none.
        if view.integer(field) == Some(0) {
            continue;
        }
        let message = Message::new(format!("a metastore of type {kind} has no use for this input"));
        let instead = Message::new("remove it, or choose another ").field(&hive::TYPE);
        found.error(&METASTORE_REFUSES, field, message, instead);
    }
}

fn two_forms(view: &View<'_>, found: &mut Found) {
    exactly_one_form(view, &hive::PASSWORD, &hive::PASSWORD_SECRET_ARN, found);
}
