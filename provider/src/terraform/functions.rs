//! The functions of the provider: pure, called before anything is configured.

use std::collections::BTreeMap;

use starburst_core::cluster::{parse_alluxio_properties, stack_name_from_arn};
use starburst_core::value::Value;
use starburst_schema::terraform::Shape;
use starburst_schema::terraform::others::{FUNCTIONS, PARSE_ALLUXIO_PROPERTIES, STACK_NAME_FROM_ARN};

use super::decode::decode_one;
use super::encode::encode_one;
use super::shapes::type_of;
use super::wire::function::{Parameter, Return};
use super::wire::{Function, FunctionError, StringKind, call_function};

/// The signatures.
pub fn schemas() -> BTreeMap<String, Function> {
    let kind = i32::from(StringKind::Markdown);
    let one = |function: &starburst_schema::terraform::others::Function| Function {
        parameters: vec![Parameter {
            name: function.parameter.to_owned(),
            r#type: type_of(&Shape::Text).as_bytes().to_vec(),
            description: function.parameter_doc.to_owned(),
            description_kind: kind,
            ..Default::default()
        }],
        r#return: Some(Return { r#type: type_of(&answer(function.answers_map)).as_bytes().to_vec() }),
        summary: function.summary.to_owned(),
        description: function.doc.to_owned(),
        description_kind: kind,
        ..Default::default()
    };
    FUNCTIONS.iter().map(|function| (function.name.to_owned(), one(function))).collect()
}

const fn answer(map: bool) -> Shape {
    if map { Shape::Map } else { Shape::Text }
}

/// Calls a function; an error names the argument.
pub fn call(request: &call_function::Request) -> call_function::Response {
    match result(request) {
        Ok((value, shape)) => call_function::Response { result: Some(encode_one(&value, &shape)), error: None },
        Err(error) => call_function::Response { result: None, error: Some(error) },
    }
}

fn result(request: &call_function::Request) -> Result<(Value, Shape), FunctionError> {
    let whole = |text: String| FunctionError { text, function_argument: None };
    let argument = |text: String| FunctionError { text, function_argument: Some(0) };
    let given =
        decode_one(request.arguments.first(), &Shape::Text).map_err(|malformed| argument(malformed.to_string()))?;
    let text = given.as_text().ok_or_else(|| argument("a text is expected".to_owned()))?;
    match request.name.as_str() {
        PARSE_ALLUXIO_PROPERTIES => {
            let properties = parse_alluxio_properties(text).map_err(argument)?;
            let pairs = properties.into_iter().map(|(key, value)| (key, Value::Text(value)));
            Ok((Value::Map(pairs.collect()), answer(true)))
        }
        STACK_NAME_FROM_ARN => Ok((Value::Text(stack_name_from_arn(text).map_err(argument)?), answer(false))),
        unknown => {
            let names: Vec<&str> = FUNCTIONS.iter().map(|function| function.name).collect();
            Err(whole(format!("the function {unknown} is unknown; the provider has {}", names.join(" and "))))
        }
    }
}
