//! The name of the stack when none is written. Knows no other field.

use starburst_schema::Format;
use starburst_schema::codes::input::{BAD_FORM, NAME_REQUIRED};
use starburst_schema::fields::stack::NAME;

use super::found::Found;
use crate::cluster::api::StackNaming;
use crate::failure::Message;
use crate::path::Path;
use crate::stack::token::digest;
use crate::value::Value;

/// Longest name of a stack. Source: CloudFormation quotas.
const LONGEST: usize = 128;
/// Characters of the digest that stands for what was cut.
const DIGEST: usize = 8;

/// Puts a name among the inputs where none is written: the one that the stack has, else the client's.
pub fn settle(inputs: &mut Value, prior: Option<&Value>, naming: &StackNaming, found: &mut Found) {
    let path = Path::from(&NAME);
    if !inputs.at(&path).is_null() {
        return;
    }
    if let Some(name) = prior.map(|prior| prior.at(&path)).filter(|name| !name.is_null()) {
        inputs.put(&path, name.clone());
        return;
    }
    match naming {
        StackNaming::Propose(proposed) => inputs.put(&path, Value::text(allowed(proposed))),
        StackNaming::Enforce(name) => {
            if let Err(wanted) = Format::StackName.check(name) {
                let message =
                    Message::new(format!("the client's naming asks for `{name}`, and a name must be {wanted}"));
                found.error(&BAD_FORM, &NAME, message, Message::new("write a name, or change the client's naming"));
            }
            inputs.put(&path, Value::text(name.as_str()));
        }
        StackNaming::Required => {
            let message = Message::new("the stack needs a name, and the client proposes none");
            found.error(&NAME_REQUIRED, &NAME, message, Message::new("write a name such as `analytics-dev`"));
        }
    }
}

/// The nearest name that CloudFormation takes; one that has to be cut ends in a digest of the whole, so that two long
/// names stay different.
fn allowed(proposed: &str) -> String {
    let mut name = String::with_capacity(proposed.len());
    for c in proposed.chars() {
        let c = if c.is_ascii_alphanumeric() { c } else { '-' };
        if c != '-' || !name.ends_with('-') {
            name.push(c);
        }
    }
    let name = name.trim_matches('-');
    let name = if name.starts_with(|c: char| c.is_ascii_alphabetic()) { name.to_owned() } else { format!("s-{name}") };
    if name.len() <= LONGEST {
        return name.trim_end_matches('-').to_owned();
    }
    let whole = digest(&[proposed.as_bytes()]);
    let kept: String = name.chars().take(LONGEST - DIGEST - 1).collect();
    format!("{}-{}", kept.trim_end_matches('-'), whole.chars().take(DIGEST).collect::<String>())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use starburst_schema::Format;

    use super::allowed;

    #[test]
    fn names_become_what_cloudformation_takes() {
        assert_eq!(allowed("shop-dev-joint"), "shop-dev-joint");
        assert_eq!(allowed("3rd_shop"), "s-3rd-shop");
        assert_eq!(allowed("__"), "s");
        let (left, right) = (format!("{}a", "x".repeat(200)), format!("{}b", "x".repeat(200)));
        assert_ne!(allowed(&left), allowed(&right));
        assert_eq!(allowed(&left), allowed(&left));
    }

    proptest! {
        #[test]
        fn any_proposal_becomes_a_valid_name(proposed in ".{0,300}") {
            prop_assert_eq!(Format::StackName.check(&allowed(&proposed)), Ok(()));
        }
    }
}
