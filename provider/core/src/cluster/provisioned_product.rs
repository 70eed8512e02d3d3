//! Clusters that Service Catalog launched: their stack is its own, and it would set back, or trip over, whatever somebody
//! else does to it. They are read and imported like any other; changes are refused. Calls nothing.
//!
//! Source: AWS Service Catalog administrator guide, provisioned products: a product of CloudFormation is a stack named
//! `SC-ACCOUNT-pp-ID`; read November 2026.

use starburst_schema::codes::refused::PROVISIONED_PRODUCT;

use super::guard;
use crate::failure::{Failure, FailureKind, Message};

/// The id of the provisioned product, `pp-…`, in a stack's name.
#[must_use]
pub fn id_of(stack_name: &str) -> Option<&str> {
    let (account, id) = stack_name.strip_prefix("SC-")?.split_once('-')?;
    let digits = account.len() == 12 && account.chars().all(|c| c.is_ascii_digit());
    let word = id.strip_prefix("pp-")?;
    (digits && !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())).then_some(id)
}

/// What is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// An update.
    Change,
    /// A delete.
    Removal,
}

/// Refuses to touch a stack that is Service Catalog's.
///
/// # Errors
/// The product, and the command that does the same through Service Catalog.
pub fn refuse(stack_arn: &str, wanted: Wanted) -> Result<(), Failure> {
    let Some(arn) = guard::parse(stack_arn) else { return Ok(()) };
    let Some(id) = id_of(&arn.name) else { return Ok(()) };
    let (what, command) = match wanted {
        Wanted::Change => (
            "changed",
            format!(
                "aws servicecatalog update-provisioned-product --provisioned-product-id {id} --provisioning-parameters …"
            ),
        ),
        Wanted::Removal => {
            ("removed", format!("aws servicecatalog terminate-provisioned-product --provisioned-product-id {id}"))
        }
    };
    let summary = format!("stack {} belongs to the provisioned product {id} of Service Catalog", arn.name);
    let hint = match wanted {
        Wanted::Change => format!("change it there: {command}; then refresh"),
        Wanted::Removal => format!("end it there: {command}; or forget it here, which leaves it running"),
    };
    Err(Failure::new(
        FailureKind::Refused,
        &PROVISIONED_PRODUCT,
        Message::new(format!("{summary} and is not {what} past it")),
    )
    .hint(Message::new(hint)))
}

/// What an import says of such a stack.
#[must_use]
pub fn note(stack_name: &str) -> Option<Message> {
    let id = id_of(stack_name)?;
    Some(Message::new(format!(
        "the stack belongs to the provisioned product {id} of Service Catalog: it is shown here, and changed there"
    )))
}

#[cfg(test)]
mod tests {
    use super::id_of;

    #[test]
    fn products_are_told_from_names_that_only_look_like_them() {
        assert_eq!(id_of("SC-123456789012-pp-4u2wj6rtdb3hm"), Some("pp-4u2wj6rtdb3hm"));
        for other in ["SC-analytics", "SC-12345-pp-4u2wj6rtdb3hm", "analytics-pp-1", "SC-123456789012-pp-"] {
            assert_eq!(id_of(other), None, "{other}");
        }
    }
}
