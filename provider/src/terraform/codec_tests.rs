//! Tests of decode and encode: one is the other's inverse, and nothing that a client can send brings them down.

use rmpv::Value as Wire;
use starburst_core::path::Path;
use starburst_core::value::Value;
use starburst_schema::terraform::{Attribute, Shape};

use super::decode::{decode, decode_stored};
use super::encode::encode;
use super::shapes::CLUSTER;
use super::wire::{DynamicValue, RawState};

fn packed(wire: &Wire) -> DynamicValue {
    let mut msgpack = Vec::new();
    rmpv::encode::write_value(&mut msgpack, wire).expect("bytes");
    DynamicValue { msgpack, json: Vec::new() }
}

fn attributes() -> Vec<Attribute> {
    let leaf = |key: &str, shape: Shape| Attribute::computed(key, shape, "A value.");
    vec![
        leaf("oneText", Shape::Text),
        leaf("oneNumber", Shape::Number),
        leaf("oneSet", Shape::Set),
        leaf("oneMap", Shape::Map),
        leaf("inner", Shape::Object(vec![leaf("oneFlag", Shape::Bool)])),
        leaf("many", Shape::Objects(vec![leaf("arn", Shape::Text)])),
    ]
}

#[test]
fn what_is_encoded_decodes_to_itself() {
    let json = serde_json::json!({
        "oneText": "a", "oneNumber": 2.5, "oneSet": ["b", "a"], "oneMap": {"some.key": "v"},
        "inner": {"oneFlag": true}, "many": [{"arn": "x"}, {"arn": null}],
    });
    let value = Value::from(&json);
    assert_eq!(decode(Some(&encode(Some(&value), &attributes())), &attributes()), Ok(Some(value)));
}

#[test]
fn every_name_is_sent_and_absent_ones_are_null() {
    let sent = encode(Some(&Value::Map(Default::default())), &attributes());
    let wire = rmpv::decode::read_value(&mut sent.msgpack.as_slice()).expect("MessagePack");
    let names: Vec<_> = wire.as_map().expect("an object").iter().filter_map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["one_text", "one_number", "one_set", "one_map", "inner", "many"]);
    assert!(wire.as_map().expect("an object").iter().all(|(_, value)| value.is_nil()));
}

#[test]
fn numbers_come_as_integers_fractions_and_texts() {
    for (wire, number) in [
        (Wire::from(7), 7.0),
        (Wire::F64(0.5), 0.5),
        (Wire::from("12345678901234567890"), 12_345_678_901_234_567_890.0),
    ] {
        let object = packed(&Wire::Map(vec![(Wire::from("one_number"), wire)]));
        let decoded = decode(Some(&object), &attributes()).expect("decoded").expect("an object");
        assert_eq!(decoded.at(&Path::field("oneNumber")), &Value::Number(number));
    }
}

#[test]
fn every_extension_is_unknown_and_unknown_is_sent_as_one() {
    for wire in [Wire::Ext(0, vec![0]), Wire::Ext(12, vec![0x81, 1, 0xc2]), Wire::Ext(99, Vec::new())] {
        let object = packed(&Wire::Map(vec![(Wire::from("one_text"), wire)]));
        let decoded = decode(Some(&object), &attributes()).expect("decoded").expect("an object");
        assert!(decoded.at(&Path::field("oneText")).is_unknown());
        let back = encode(Some(&decoded), &attributes());
        assert!(decode(Some(&back), &attributes()).expect("decoded").expect("an object").has_unknown());
    }
}

#[test]
fn null_is_nil_in_a_value_that_is_there() {
    assert_eq!(encode(None, &attributes()).msgpack, [0xc0]);
    assert_eq!(decode(Some(&DynamicValue { msgpack: vec![0xc0], json: Vec::new() }), &attributes()), Ok(None));
    assert_eq!(decode(None, &attributes()), Ok(None));
}

#[test]
fn a_stored_state_of_another_version_is_read_leniently() {
    let raw = RawState { json: br#"{"one_text":"a","gone":{"x":[1]}}"#.to_vec(), flatmap: Default::default() };
    let state = decode_stored(Some(&raw), &attributes()).expect("decoded").expect("an object");
    assert_eq!(state.at(&Path::field("oneText")), &Value::text("a"));
    assert!(state.at(&Path::field("inner")).is_null());
    let ancient = RawState { json: Vec::new(), flatmap: [("id".to_owned(), "x".to_owned())].into() };
    assert!(decode_stored(Some(&ancient), &attributes()).is_err());
}

#[test]
fn malformed_values_are_told_with_their_place_and_without_the_value() {
    let wrong = packed(&Wire::Map(vec![(Wire::from("one_text"), Wire::from(true))]));
    let malformed = decode(Some(&wrong), &attributes()).expect_err("refused");
    assert!(malformed.to_string().starts_with("one_text: "), "{malformed}");
    let unknown_name = packed(&Wire::Map(vec![(Wire::from("nonsense"), Wire::from("secret"))]));
    let malformed = decode(Some(&unknown_name), &attributes()).expect_err("refused");
    assert!(!malformed.to_string().contains("secret"));
    for bytes in [vec![0xdf, 0xff, 0xff, 0xff, 0xff], vec![0xc0, 0xc0], vec![0x91; 4096]] {
        assert!(decode(Some(&DynamicValue { msgpack: bytes, json: Vec::new() }), &attributes()).is_err());
    }
}

#[test]
fn the_whole_resource_survives_the_way_there_and_back() {
    let empty = Value::Map(CLUSTER.iter().map(|attribute| (attribute.key.clone(), Value::Null)).collect());
    assert_eq!(decode(Some(&encode(Some(&empty), &CLUSTER)), &CLUSTER), Ok(Some(empty)));
}
