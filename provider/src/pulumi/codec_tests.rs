//! Values over the wire and back, and what is refused.

use std::collections::BTreeMap;

use prost::Message as _;
use prost_types::value::Kind;
use prost_types::{Struct, Value as Wire};
use starburst_core::path::Casing;
use starburst_core::value::{FileSource, FileValue, Value};

use super::decode::{ARCHIVE, ASSET, DEEPEST, OUTPUT, RESOURCE, SECRET, SIGNATURE, UNKNOWN, UNKNOWNS, decode};
use super::encode::{Unknowns, encode};

fn text(text: &str) -> Wire {
    Wire { kind: Some(Kind::StringValue(text.to_owned())) }
}

fn object(fields: &[(&str, Wire)]) -> Wire {
    let fields = fields.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
    Wire { kind: Some(Kind::StructValue(Struct { fields })) }
}

fn special(signature: &str, fields: &[(&str, Wire)]) -> Wire {
    let mut all = vec![(SIGNATURE, text(signature))];
    all.extend_from_slice(fields);
    object(&all)
}

fn with(wire: Wire) -> Struct {
    Struct { fields: BTreeMap::from([("a".to_owned(), wire)]) }
}

fn decoded(wire: Wire) -> Value {
    let whole = decode(Some(&with(wire))).expect("a value that can be read");
    whole.as_map().and_then(|map| map.get("a")).cloned().expect("the value")
}

fn refused(wire: Wire) -> (String, String) {
    let malformed = decode(Some(&with(wire))).expect_err("a value that cannot be read");
    (malformed.path.render(Casing::Camel), malformed.what)
}

fn file(archive: bool, hash: &str, source: Option<FileSource>) -> Value {
    Value::File(FileValue { archive, hash: hash.to_owned(), source })
}

#[test]
fn every_kind_of_value_survives_the_round_trip() {
    let member = FileValue { archive: false, hash: "aa".into(), source: Some(FileSource::Text("x".into())) };
    let values = [
        Value::Null,
        Value::Bool(true),
        Value::Number(0.5),
        Value::text("a \u{1F980} text"),
        Value::text(""),
        Value::List(vec![Value::Null, Value::integer(3)]),
        Value::List(Vec::new()),
        Value::Map(BTreeMap::new()),
        Value::Unknown,
        Value::text("hidden").secret(),
        Value::Unknown.secret(),
        Value::List(vec![Value::text("inner").secret()]).secret(),
        file(false, "bb", Some(FileSource::Path("./a".into()))),
        file(false, "", Some(FileSource::Uri("s3://a/b".into()))),
        file(false, "bb", Some(FileSource::Text("content".into()))),
        file(false, "bb", None),
        file(true, "cc", Some(FileSource::Path("./folder".into()))),
        file(true, "cc", Some(FileSource::Assets(BTreeMap::from([("a/b".to_owned(), member)])))),
        file(true, "cc", None),
    ];
    for value in values {
        let whole = Value::Map(BTreeMap::from([("a".to_owned(), value)]));
        let wire = encode(&whole, Unknowns::Kept);
        let bytes = Struct::decode(wire.encode_to_vec().as_slice()).expect("bytes that can be read");
        assert_eq!(decode(Some(&bytes)), Ok(whole));
    }
}

#[test]
fn every_sentinel_is_unknown_and_one_is_written() {
    for sentinel in UNKNOWNS {
        assert_eq!(decoded(text(sentinel)), Value::Unknown, "{sentinel}");
        assert_eq!(decoded(special(SECRET, &[("value", text(sentinel))])), Value::Unknown.secret());
    }
    let near = format!("{UNKNOWN} ");
    assert_eq!(decoded(text(&near)), Value::Text(near));
}

#[test]
fn what_happened_holds_no_unknown() {
    let whole = Value::Map(BTreeMap::from([
        ("gone".to_owned(), Value::Unknown),
        ("list".to_owned(), Value::List(vec![Value::Unknown])),
        ("kept".to_owned(), Value::text("x")),
    ]));
    let wire = encode(&whole, Unknowns::LeftOut);
    assert_eq!(wire.fields.keys().collect::<Vec<_>>(), ["kept", "list"]);
    assert!(!format!("{wire:?}").contains(UNKNOWN));
}

#[test]
fn a_secret_in_a_secret_is_one_secret() {
    let inner = special(SECRET, &[("value", text("x"))]);
    assert_eq!(decoded(special(SECRET, &[("value", inner)])), Value::text("x").secret());
}

#[test]
fn a_reference_is_an_id_else_a_urn() {
    let urn = ("urn", text("urn:pulumi:x"));
    assert_eq!(decoded(special(RESOURCE, &[urn.clone(), ("id", text("vpc-1"))])), Value::text("vpc-1"));
    assert_eq!(decoded(special(RESOURCE, &[urn.clone(), ("id", text(""))])), Value::Unknown);
    assert_eq!(decoded(special(RESOURCE, &[urn.clone(), ("id", text(UNKNOWN))])), Value::Unknown);
    assert_eq!(decoded(special(RESOURCE, &[urn])), Value::text("urn:pulumi:x"));
}

#[test]
fn an_output_value_is_its_value() {
    let yes = Wire { kind: Some(Kind::BoolValue(true)) };
    assert_eq!(decoded(special(OUTPUT, &[("value", text("x"))])), Value::text("x"));
    assert_eq!(decoded(special(OUTPUT, &[("value", text("x")), ("secret", yes.clone())])), Value::text("x").secret());
    assert_eq!(decoded(special(OUTPUT, &[("secret", yes)])), Value::Unknown.secret());
}

#[test]
fn an_absent_kind_and_an_absent_struct_are_nothing() {
    assert_eq!(decoded(Wire { kind: None }), Value::Null);
    assert_eq!(decode(None), Ok(Value::Map(BTreeMap::new())));
}

#[test]
fn an_empty_asset_is_told_from_one_without_its_content() {
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let asset = |hash: &str| decoded(special(ASSET, &[("hash", text(hash)), ("text", text(""))]));
    assert_eq!(asset(empty), file(false, empty, Some(FileSource::Text(String::new()))));
    assert_eq!(asset("ab"), file(false, "ab", None));
}

#[test]
fn what_is_malformed_is_refused_by_its_path() {
    let list = |item: Wire| Wire { kind: Some(Kind::ListValue(prost_types::ListValue { values: vec![item] })) };
    let byte_string = special("803fd3297a5875dc03ca845dda5d2a98", &[("value", text("aGk="))]);
    assert_eq!(refused(list(byte_string)).0, "a[0]");
    assert_eq!(refused(object(&[("b c", special("nonsense", &[]))])).0, "a[\"b c\"]");
    assert_eq!(refused(object(&[(SIGNATURE, Wire { kind: Some(Kind::BoolValue(true)) })])).0, "a");
    assert!(refused(special(SECRET, &[])).1.contains("without a value"));
    assert!(refused(special(RESOURCE, &[])).1.contains("without a URN"));
    let assets = object(&[("x", text("no asset"))]);
    assert_eq!(refused(special(ARCHIVE, &[("assets", assets)])).0, "a.x");
}

#[test]
fn deep_nesting_is_refused_and_not_followed() {
    let mut wire = text("x");
    for _ in 0..4 * DEEPEST {
        wire = Wire { kind: Some(Kind::ListValue(prost_types::ListValue { values: vec![wire] })) };
    }
    let (_, why) = refused(wire);
    assert!(why.contains(&DEEPEST.to_string()), "{why}");
}
