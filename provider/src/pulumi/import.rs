//! Which clusters are read without anything known of them: those that are imported or looked up by id.

use prost_types::Struct;
use starburst_core::cluster::{Prior, STATE_KEY};

use super::decode::{Malformed, decode};

/// What the engine's state knows. An import brings nothing, a lookup only what the program wrote beside the id;
/// a refresh brings the record that every create, update and read leaves among the outputs.
pub fn prior(id: &str, inputs: Option<&Struct>, outputs: Option<&Struct>) -> Result<Option<Prior>, Malformed> {
    let known = outputs.is_some_and(|outputs| outputs.fields.contains_key(STATE_KEY));
    if !known {
        return Ok(None);
    }
    Ok(Some(Prior { id: id.to_owned(), inputs: decode(inputs)?, outputs: decode(outputs)? }))
}
