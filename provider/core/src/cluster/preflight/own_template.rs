//! Rules of a template of the user's: read once, judged whole.

use crate::cluster::api::Prior;
use crate::cluster::own_template::{self, Given, Own};
use crate::cluster::parameters::{self, Uploaded};
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
    let before = prior.map(|prior| &prior.inputs);
    let mapped = own_template::map(
        &own.summary,
        Given {
            inputs,
            prior: before,
            // Where files will lie is not known yet, and no rule looks at it.
            written: &parameters::from_inputs(inputs, before, &Uploaded::new()),
            derived: &own_template::computable(),
            on_stack: own.on_stack.as_ref(),
        },
    );
    own_template::violations(&own, &mapped, inputs, found);
    Ok(Some(own))
}
