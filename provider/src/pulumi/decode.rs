//! Wire values to values of the core: unknown sentinels, secrets, assets, archives, references. Knows no field.

use std::collections::BTreeMap;

use prost_types::value::Kind;
use prost_types::{Struct, Value as Wire};
use starburst_core::path::{Casing, Path};
use starburst_core::value::{FileSource, FileValue, Value};
use tonic::Status;

/// The key whose text says what a special object is.
pub const SIGNATURE: &str = "4dabf18193072939515e22adb298388d";
/// Signature of a secret.
pub const SECRET: &str = "1b47061264138c4ac30d75fd1eb44270";
/// Signature of a reference to a resource.
pub const RESOURCE: &str = "5cf8f73096256a8f31e491e813e4eb8e";
/// Signature of an output value.
pub const OUTPUT: &str = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
/// Signature of an asset.
pub const ASSET: &str = "c44067f5952c0a294b673a41bacd8c17";
/// Signature of an archive.
pub const ARCHIVE: &str = "0def7320c3a5731c473e5ecbe6d01bc7";
/// The sentinel of an unknown text, which stands for any unknown value.
pub const UNKNOWN: &str = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
/// Every text that means "not known yet": text, boolean, number, list, object, asset, archive.
pub const UNKNOWNS: [&str; 7] = [
    UNKNOWN,
    "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
    "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
    "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
    "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
    "030794c1-ac77-496b-92df-f27374a8bd58",
    "e48ece36-62e2-4504-bad9-02848725956a",
];

/// Levels of lists and objects that are followed. The wire's own decoder stops before (its limit of 100 nested
/// messages is 32 objects or 48 lists); this guard holds the stack when a value comes another way.
pub const DEEPEST: usize = 64;

/// A wire value that means nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed {
    /// Where it stands.
    pub path: Path,
    /// What is wrong, without the value.
    pub what: String,
}

impl From<Malformed> for Status {
    fn from(malformed: Malformed) -> Self {
        let place = malformed.path.render(Casing::Camel);
        let place = if place.is_empty() { "the whole value" } else { place.as_str() };
        Self::invalid_argument(format!("{place}: {}", malformed.what))
    }
}

type Decoded<T> = Result<T, Malformed>;

/// The fields of a message's struct; an absent struct is an empty object.
///
/// # Errors
/// Where a special object has an unknown signature or the wrong shape.
pub fn decode(object: Option<&Struct>) -> Decoded<Value> {
    match object {
        Some(object) => Ok(Value::Map(fields(object, &Path::root(), 0)?)),
        None => Ok(Value::Map(BTreeMap::new())),
    }
}

fn fields(object: &Struct, path: &Path, depth: usize) -> Decoded<BTreeMap<String, Value>> {
    object.fields.iter().map(|(key, wire)| Ok((key.clone(), value(wire, &path.key(key), depth + 1)?))).collect()
}

fn value(wire: &Wire, path: &Path, depth: usize) -> Decoded<Value> {
    if depth > DEEPEST {
        return Err(malformed(path, format!("is nested deeper than {DEEPEST} levels")));
    }
    match &wire.kind {
        None | Some(Kind::NullValue(_)) => Ok(Value::Null),
        Some(Kind::BoolValue(flag)) => Ok(Value::Bool(*flag)),
        Some(Kind::NumberValue(number)) => Ok(Value::Number(*number)),
        Some(Kind::StringValue(text)) if UNKNOWNS.contains(&text.as_str()) => Ok(Value::Unknown),
        Some(Kind::StringValue(text)) => Ok(Value::Text(text.clone())),
        Some(Kind::ListValue(list)) => {
            let items = list.values.iter().enumerate();
            Ok(Value::List(items.map(|(at, item)| value(item, &path.index(at), depth + 1)).collect::<Decoded<_>>()?))
        }
        Some(Kind::StructValue(object)) => match object.fields.get(SIGNATURE) {
            Some(signature) => special(object, signature, path, depth),
            None => Ok(Value::Map(fields(object, path, depth)?)),
        },
    }
}

fn special(object: &Struct, signature: &Wire, path: &Path, depth: usize) -> Decoded<Value> {
    let signature = text_of(Some(signature)).ok_or_else(|| malformed(path, "has a signature that is no text"))?;
    match signature {
        SECRET => match object.fields.get("value") {
            Some(inner) => Ok(value(inner, path, depth + 1)?.secret()),
            None => Err(malformed(path, "is a secret without a value")),
        },
        OUTPUT => output(object, path, depth),
        RESOURCE => reference(object, path),
        ASSET | ARCHIVE => Ok(Value::File(file(object, signature == ARCHIVE, path, depth)?)),
        _ => Err(malformed(path, "is a special object of a kind that this version does not know")),
    }
}

fn output(object: &Struct, path: &Path, depth: usize) -> Decoded<Value> {
    let inner = match object.fields.get("value") {
        Some(inner) => value(inner, path, depth + 1)?,
        None => Value::Unknown,
    };
    let secret = matches!(object.fields.get("secret").map(|wire| &wire.kind), Some(Some(Kind::BoolValue(true))));
    Ok(if secret { inner.secret() } else { inner })
}

/// A reference stands for the id of the resource, or for its URN where it has none.
fn reference(object: &Struct, path: &Path) -> Decoded<Value> {
    if let Some(id) = object.fields.get("id") {
        return match text_of(Some(id)) {
            Some(id) if id.is_empty() || UNKNOWNS.contains(&id) => Ok(Value::Unknown),
            Some(id) => Ok(Value::text(id)),
            None => Err(malformed(path, "is a resource reference whose id is no text")),
        };
    }
    match text_of(object.fields.get("urn")) {
        Some(urn) => Ok(Value::text(urn)),
        None => Err(malformed(path, "is a resource reference without a URN")),
    }
}

fn file(object: &Struct, archive: bool, path: &Path, depth: usize) -> Decoded<FileValue> {
    let text = |key: &str| text_of(object.fields.get(key)).filter(|text| !text.is_empty()).map(str::to_owned);
    let mut source = text("path").map(FileSource::Path).or_else(|| text("uri").map(FileSource::Uri));
    if archive {
        if let Some(Wire { kind: Some(Kind::StructValue(assets)) }) = object.fields.get("assets") {
            source = Some(FileSource::Assets(members(assets, path, depth)?));
        }
    } else if source.is_none() {
        source = match text_of(object.fields.get("text")) {
            Some("") if text("hash").is_some_and(|hash| hash != EMPTY) => None,
            Some(content) => Some(FileSource::Text(content.to_owned())),
            None => None,
        };
    }
    Ok(FileValue { archive, hash: text("hash").unwrap_or_default(), source })
}

/// SHA-256 of nothing: a text asset with it is empty, while one with another digest had its content left out.
const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

fn members(assets: &Struct, path: &Path, depth: usize) -> Decoded<BTreeMap<String, FileValue>> {
    let each = assets.fields.iter().map(|(name, wire)| {
        let place = path.key(name);
        match value(wire, &place, depth + 2)?.peeled() {
            Value::File(file) => Ok((name.clone(), file.clone())),
            _ => Err(malformed(&place, "is in an archive, and is neither an asset nor an archive")),
        }
    });
    each.collect()
}

fn text_of(wire: Option<&Wire>) -> Option<&str> {
    match wire.map(|wire| &wire.kind) {
        Some(Some(Kind::StringValue(text))) => Some(text),
        _ => None,
    }
}

fn malformed(path: &Path, what: impl Into<String>) -> Malformed {
    Malformed { path: path.clone(), what: what.into() }
}
