//! Rules of a template of the user's: read once, judged whole.

use crate::cluster::api::Prior;
use crate::cluster::own_template::{self, Own};
use crate::cluster::validate::Found;
use crate::failure::Failure;
use crate::ports::Ports;
use crate::value::Value;

/// Reads the template and judges what the inputs make of it. `None` for the bundled one, and for one that is refused.
///
/// # Errors
/// Whatever kept AWS from answering.
pub async fn rules(
    ports: Ports<'_>,
    prior: Option<&Prior>,
    inputs: &Value,
    found: &mut Found,
) -> Result<Option<Own>, Failure> {
    let own = match own_template::read(ports, prior, inputs).await? {
        None => return Ok(None),
        Some(Err(violation)) => {
            found.push(violation);
            return Ok(None);
        }
        Some(Ok(own)) => own,
    };
    own_template::violations(&own, &own.foreseen(inputs, prior), inputs, found);
    Ok(Some(own))
}
