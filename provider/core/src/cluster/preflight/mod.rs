//! Rules that need reads of AWS, run before anything is changed: in previews, and again before the first mutating
//! call. Makes read-only calls; violations of all rules come at once.

mod configuration;
mod facts;
mod files;
mod length;
#[cfg(test)]
mod length_tests;
mod network;
mod nodes;
mod own_template;
#[cfg(test)]
mod own_template_tests;
mod reads;
mod scope;
mod storage;

#[cfg(test)]
mod tests;
mod versions;
#[cfg(test)]
mod world;

pub use facts::Facts;

use std::pin::pin;

use futures_util::future::{Either, select};
use starburst_schema::codes::input::TYPE_NOT_OFFERED;
use starburst_schema::codes::observe::INTERRUPTED;
use starburst_schema::codes::refused::NAME_TAKEN;
use starburst_schema::fields::stack;

use self::reads::Readings;
use self::scope::Scope;
use super::api::{Asker, Plan, Prior, Settings};
use super::guard;
use super::own_template::is_given;
use super::provisioned_product::{self, Wanted};
use super::request::{OWNER_TAG, owner_tag};
use super::validate::Found;
use crate::failure::{Failure, FailureKind, Message, Severity, Violation};
use crate::path::Path;
use crate::ports::Ports;
use crate::time::Millis;
use crate::value::Value;

/// What a rule looks at.
struct Case<'a> {
    prior: Option<&'a Prior>,
    inputs: &'a Value,
    plan: &'a Plan,
    region: String,
    read: &'a Readings,
}

/// Checks the rules that need AWS and answers what the reads found: all of it for a create, for an update only what
/// the changed inputs need. `limit`: how long the operation may take, where the user says so.
///
/// # Errors
/// All violations at once ([`crate::failure::FailureKind::Invalid`]), and whatever kept AWS from answering. A read
/// that the caller may not make is no error: [`Facts::warnings`] says which rule was not checked.
pub async fn preflight(
    ports: Ports<'_>,
    asker: &Asker,
    settings: &Settings,
    prior: Option<&Prior>,
    inputs: &Value,
    plan: &Plan,
    limit: Option<Millis>,
) -> Result<Facts, Failure> {
    if let Some(prior) = prior {
        guard::same_region(ports, &prior.id)?;
        provisioned_product::refuse(&prior.id, Wanted::Change)?;
    }
    let guarded = !settings.allowed_accounts.is_empty() || !settings.forbidden_accounts.is_empty();
    let account = if prior.is_some() || guarded {
        Some(guard::same_account(ports, settings, prior.map(|prior| prior.id.as_str())).await?)
    } else {
        None
    };
    let own = is_given(inputs);
    // To come to the bundled template from another one needs all that a new cluster needs.
    let arrives = !own && prior.is_some_and(|prior| is_given(&prior.inputs));
    let scope = Scope { name: prior.is_none(), ..Scope::of(plan, prior.is_none() || arrives) };
    let scope = if own { scope.of_own_template() } else { scope };
    let mut read = unless_cancelled(ports, reads::read(ports, inputs, scope)).await?;
    read.facts.account = account;
    let mut found = Found::default();
    let case = Case { prior, inputs, plan, region: ports.identity.region(), read: &read };
    network::rules(&case, scope, &mut found);
    if !own {
        nodes::rules(&case, &mut found);
    }
    storage::rules(&case, &mut found);
    length::rules(&case, ports, limit, &mut found);
    name(&case, asker, &mut found);
    let template = unless_cancelled(ports, own_template::rules(ports, prior, inputs, &mut found)).await?;
    if !own {
        unless_cancelled(ports, versions::rules(ports, prior, plan, &mut found)).await?;
    }
    if scope.assets {
        files::rules(ports, prior, inputs, &mut found).await?;
    }
    let (errors, warnings): (Vec<_>, Vec<_>) =
        found.into_sorted().into_iter().map(|violation| lenient(settings, violation)).partition(is_error);
    if !errors.is_empty() {
        return Err(Failure::invalid(errors));
    }
    let mut facts = read.facts;
    // One of somebody else is a violation above.
    facts.leftover = read.namesake.as_ref().map(|namesake| namesake.status.clone());
    facts.began = read.namesake.map(|namesake| namesake.id);
    facts.own = template;
    facts.warnings.extend(warnings);
    Ok(facts)
}

/// Reads end at once when the client cancels: nothing was changed by then.
async fn unless_cancelled<T>(
    ports: Ports<'_>,
    reads: impl Future<Output = Result<T, Failure>> + Send,
) -> Result<T, Failure> {
    match select(pin!(reads), ports.cancellation.cancelled()).await {
        Either::Left((answer, _)) => answer,
        Either::Right(_) => Err(Failure::new(
            FailureKind::Interrupted,
            &INTERRUPTED,
            Message::new("the run was cancelled while AWS was read; nothing was changed"),
        )),
    }
}

fn is_error(violation: &Violation) -> bool {
    violation.severity == Severity::Error
}

/// Stand-ins of AWS that lack resource types lack a catalogue of instance types too.
fn lenient(settings: &Settings, mut violation: Violation) -> Violation {
    if settings.basic_resources && *violation.code == TYPE_NOT_OFFERED {
        violation.severity = Severity::Warning;
    }
    violation
}

/// A stack of that name that somebody else owns. One of our own is a create that was killed, and is joined.
fn name(case: &Case<'_>, asker: &Asker, found: &mut Found) {
    let Some(namesake) = &case.read.namesake else { return };
    if namesake.tags.get(OWNER_TAG).is_some_and(|owner| *owner == owner_tag(&asker.owner)) {
        return;
    }
    let message =
        Message::new(format!("a stack {} exists and is not of this resource ({})", namesake.name, namesake.id));
    let instead = Message::new("write another name, or take the stack over with ")
        .command(crate::failure::Advice::Import(namesake.name.clone()));
    found.error_at(&NAME_TAKEN, Path::from(&stack::NAME), message, instead);
}
