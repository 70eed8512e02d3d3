//! One value against its row of the table: kind, constraints, normal form. Knows no other field.

use std::collections::{BTreeMap, BTreeSet};

use starburst_schema::codes::input::{BAD_FORM, NOT_A_CHOICE, OUT_OF_BOUNDS, WRONG_KIND};
use starburst_schema::{Constraint, Field, Format, Kind};

use super::found::Found;
use super::nearest::nearest;
use crate::failure::Message;
use crate::path::Path;
use crate::value::{FileSource, FileValue, Value};

/// The normal form of a leaf; violations go to `found`, and what violates is kept as it is.
pub fn normalise(field: &Field, path: &Path, value: &Value, found: &mut Found) -> Value {
    if value.is_null() || value.is_unknown() {
        return value.peeled().clone();
    }
    let normal = match field.kind {
        Kind::Bool => scalar(path, value, matches!(value.peeled(), Value::Bool(_)), "true or false", found),
        Kind::Integer => integer(field, path, value, found),
        Kind::Text => text(field, path, value, found),
        Kind::Choice(choices) => choice(choices, path, value, found),
        Kind::List => list(field, path, value, false, found),
        Kind::Set => list(field, path, value, true, found),
        Kind::Map => map(field, path, value, found),
        Kind::File => file(field, path, value, false, found),
        Kind::Folder => file(field, path, value, true, found),
        Kind::Objects(rows) => objects(field, rows, path, value, found),
    };
    // What an unknown holds is wrapped once it is known.
    if field.is_secret() && !normal.is_null() && !normal.is_unknown() { normal.exposed().secret() } else { normal }
}

/// A value's kind in words.
pub fn kind_of(value: &Value) -> &'static str {
    match value.peeled() {
        Value::Null => "nothing",
        Value::Bool(_) => "a boolean",
        Value::Number(number) if number.fract() != 0.0 => "a fraction",
        Value::Number(_) => "a number",
        Value::Text(_) => "a text",
        Value::List(_) => "a list",
        Value::Map(_) => "an object",
        Value::Unknown => "an unknown value",
        Value::Secret(_) => "a secret",
        Value::File(file) if file.archive => "an archive",
        Value::File(_) => "a file",
    }
}

fn wrong_kind(path: &Path, value: &Value, wanted: &str, found: &mut Found) {
    let hint = match value.peeled() {
        Value::Text(_) if wanted.starts_with("a whole") || wanted.starts_with("true") => "write it without quotes",
        _ => "",
    };
    found.error_at(
        &WRONG_KIND,
        path.clone(),
        Message::new(format!("the value must be {wanted}, and is {}", kind_of(value))),
        Message::new(hint),
    );
}

fn scalar(path: &Path, value: &Value, fits: bool, wanted: &str, found: &mut Found) -> Value {
    if !fits {
        wrong_kind(path, value, wanted, found);
    }
    value.clone()
}

fn integer(field: &Field, path: &Path, value: &Value, found: &mut Found) -> Value {
    let Some(number) = value.as_integer() else {
        wrong_kind(path, value, "a whole number", found);
        return value.clone();
    };
    for constraint in field.constraints {
        let (fits, wanted) = match constraint {
            Constraint::Range(least, most) => {
                ((*least..=*most).contains(&number), format!("between {least} and {most}"))
            }
            Constraint::OneOf(numbers) => {
                let listed: Vec<String> = numbers.iter().map(ToString::to_string).collect();
                (numbers.contains(&number), format!("one of {}", listed.join(", ")))
            }
            _ => continue,
        };
        if !fits {
            let message = Message::new(format!("the number must be {wanted}, and is {number}"));
            found.error_at(&OUT_OF_BOUNDS, path.clone(), message, nearest_number(constraint, number));
        }
    }
    value.clone()
}

fn nearest_number(constraint: &Constraint, number: i64) -> Message {
    let near = match constraint {
        Constraint::Range(least, most) => Some(number.clamp(*least, *most)),
        Constraint::OneOf(numbers) => numbers.iter().copied().min_by_key(|allowed| allowed.abs_diff(number)),
        _ => None,
    };
    near.map_or_else(Message::default, |near| Message::new(format!("the nearest allowed number is {near}")))
}

fn text(field: &Field, path: &Path, value: &Value, found: &mut Found) -> Value {
    match value.as_text() {
        Some(text) => texts_constraints(field, path, text, found),
        None => wrong_kind(path, value, "a text", found),
    }
    value.clone()
}

/// Length and form of one text. What a secret holds is not repeated.
fn texts_constraints(field: &Field, path: &Path, text: &str, found: &mut Found) {
    for constraint in field.constraints {
        match constraint {
            Constraint::Length(least, most) => {
                let length = text.chars().count();
                if !(*least..=*most).contains(&length) {
                    let message = format!("the text must have {least} to {most} characters, and has {length}");
                    found.error_at(&OUT_OF_BOUNDS, path.clone(), Message::new(message), Message::default());
                }
            }
            Constraint::Form(format) => form(*format, field, path, text, found),
            _ => {}
        }
    }
}

fn form(format: Format, field: &Field, path: &Path, text: &str, found: &mut Found) {
    if let Err(wanted) = format.check(text) {
        let given = if field.is_secret() { String::new() } else { format!(", and is `{}`", shortened(text)) };
        let message = Message::new(format!("the value must be {wanted}{given}"));
        found.error_at(&BAD_FORM, path.clone(), message, Message::default());
    }
}

/// Forms of a map's key and of its value.
fn entry(field: &Field, path: &Path, key: &str, text: &str, found: &mut Found) {
    keys_form(field, path, key, found);
    for constraint in field.constraints {
        if let Constraint::Values(format) = constraint {
            form(*format, field, path, text, found);
        }
    }
}

/// The form of a map's key, which is known even where its value is not.
fn keys_form(field: &Field, path: &Path, key: &str, found: &mut Found) {
    for constraint in field.constraints {
        let Constraint::Keys(format) = constraint else { continue };
        if let Err(wanted) = format.check(key) {
            let message = Message::new(format!("the key must be {wanted}"));
            found.error_at(&BAD_FORM, path.clone(), message, Message::default());
        }
    }
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= 60 {
        text.to_owned()
    } else {
        format!("{}…", text.chars().take(60).collect::<String>())
    }
}

fn choice(choices: &[&str], path: &Path, value: &Value, found: &mut Found) -> Value {
    let Some(text) = value.as_text() else {
        wrong_kind(path, value, "a text", found);
        return value.clone();
    };
    if !choices.contains(&text) {
        let listed: Vec<String> = choices.iter().map(|choice| format!("`{choice}`")).collect();
        let instead = nearest(text, choices.iter().copied())
            .map_or_else(Message::default, |near| Message::new(format!("write `{near}`")));
        let message = format!("the value must be one of {}, and is `{}`", listed.join(", "), shortened(text));
        found.error_at(&NOT_A_CHOICE, path.clone(), Message::new(message), instead);
    }
    value.clone()
}

fn list(field: &Field, path: &Path, value: &Value, set: bool, found: &mut Found) -> Value {
    let Some(items) = value.as_list() else {
        wrong_kind(path, value, "a list of texts", found);
        return value.clone();
    };
    for (at, item) in items.iter().enumerate().filter(|(_, item)| !item.is_unknown()) {
        match item.as_text() {
            Some(text) => texts_constraints(field, &path.index(at), text, found),
            None => wrong_kind(&path.index(at), item, "a text", found),
        }
    }
    let mut normal = items.to_vec();
    if set {
        normal.sort_by_key(sort_key);
        normal.dedup_by(|a, b| !a.is_unknown() && sort_key(a) == sort_key(b));
    }
    let unknown = normal.iter().filter(|item| item.is_unknown()).count();
    count(field, path, normal.len() - unknown, unknown, found);
    if normal.is_empty() {
        return Value::Null;
    }
    if value.is_secret() { Value::List(normal).secret() } else { Value::List(normal) }
}

fn sort_key(item: &Value) -> (bool, String) {
    (item.is_unknown(), item.as_text().unwrap_or_default().to_owned())
}

/// Number of elements; unknown ones may turn out to be anything.
fn count(field: &Field, path: &Path, known: usize, unknown: usize, found: &mut Found) {
    for constraint in field.constraints {
        let Constraint::Items(least, most) = constraint else { continue };
        if known > *most || (known + unknown < *least && known + unknown > 0) {
            let message = Message::new(format!("there must be {least} to {most} elements, and there are {known}"));
            found.error_at(&OUT_OF_BOUNDS, path.clone(), message, Message::default());
        }
    }
}

fn map(field: &Field, path: &Path, value: &Value, found: &mut Found) -> Value {
    let Some(entries) = value.as_map() else {
        wrong_kind(path, value, "an object of texts", found);
        return value.clone();
    };
    let mut normal = BTreeMap::new();
    for (key, item) in entries.iter().filter(|(_, item)| !item.is_null()) {
        match item.as_text() {
            Some(text) => {
                texts_constraints(field, &path.key(key), text, found);
                entry(field, &path.key(key), key, text, found);
            }
            None if item.is_unknown() => keys_form(field, &path.key(key), key, found),
            None => wrong_kind(&path.key(key), item, "a text", found),
        }
        normal.insert(key.clone(), item.clone());
    }
    let unknown = normal.values().filter(|item| item.is_unknown()).count();
    count(field, path, normal.len() - unknown, unknown, found);
    if normal.is_empty() {
        return Value::Null;
    }
    if value.is_secret() { Value::Map(normal).secret() } else { Value::Map(normal) }
}

fn file(field: &Field, path: &Path, value: &Value, folder: bool, found: &mut Found) -> Value {
    let wanted = if folder { "an archive, or the path or URI of a folder" } else { "a file, or its path or URI" };
    match value.peeled() {
        Value::Text(_) => return text(field, path, value, found),
        Value::File(file) if file.archive == folder => {
            if let Some(uri) = foreign_uri(file) {
                let message = format!("only s3:// URIs and local files can be used, and it is `{}`", shortened(uri));
                let instead = Message::new("copy it to S3, or to the program's folder");
                found.error_at(&BAD_FORM, path.clone(), Message::new(message), instead);
            }
        }
        _ => wrong_kind(path, value, wanted, found),
    }
    value.clone()
}

fn foreign_uri(file: &FileValue) -> Option<&str> {
    match &file.source {
        Some(FileSource::Uri(uri)) if !uri.starts_with("s3://") && !uri.starts_with("file://") => Some(uri),
        _ => None,
    }
}

fn objects(field: &Field, rows: &'static [Field], path: &Path, value: &Value, found: &mut Found) -> Value {
    let Some(items) = value.as_list() else {
        wrong_kind(path, value, "a list of objects", found);
        return value.clone();
    };
    let normal: Vec<Value> =
        items.iter().enumerate().map(|(at, item)| object(rows, &path.index(at), item, found)).collect();
    let unknown = normal.iter().filter(|item| item.is_unknown()).count();
    count(field, path, normal.len() - unknown, unknown, found);
    if normal.is_empty() { Value::Null } else { Value::List(normal) }
}

fn object(rows: &'static [Field], path: &Path, item: &Value, found: &mut Found) -> Value {
    if item.is_unknown() {
        return Value::Unknown;
    }
    let Some(entries) = item.as_map() else {
        wrong_kind(path, item, "an object", found);
        return item.clone();
    };
    let known: BTreeSet<&str> = rows.iter().map(|row| row.path).collect();
    for key in entries.keys().filter(|key| !known.contains(key.as_str()) && !key.starts_with("__")) {
        let instead = nearest(key, known.iter().copied())
            .map_or_else(Message::default, |near| Message::new("write ").path(&path.key(near)));
        let message = Message::new("no input has this name");
        found.error_at(&starburst_schema::codes::input::UNKNOWN_KEY, path.key(key), message, instead);
    }
    let mut normal = BTreeMap::new();
    for row in rows {
        let given = entries.get(row.path).cloned().unwrap_or_default();
        if given.is_null() && row.required {
            let message = Message::new("every element needs this value");
            found.error_at(&starburst_schema::codes::input::REQUIRED, path.key(row.path), message, Message::default());
        }
        let value = normalise(row, &path.key(row.path), &given, found);
        if !value.is_null() {
            normal.insert(row.path.to_owned(), value);
        }
    }
    let normal = Value::Map(normal);
    if item.is_secret() { normal.secret() } else { normal }
}
