//! ApplyResourceChange: create, update, delete. An answer always says what exists now, also when it is an error.

use starburst_core::cluster::{self, Applied, FailedApply};
use starburst_core::failure::{Advice, Failure, FailureKind, Message};
use starburst_core::path::{Casing, Path};
use starburst_core::time::Millis;
use starburst_core::value::Value;
use starburst_schema::codes::refused::{FILE_CHANGED, NAME_TAKEN};
use starburst_schema::terraform::{Attribute, Part};

use super::encode::encode;
use super::private::Private;
use super::provider::{Operation, Provider};
use super::shapes::CLUSTER;
use super::wire::Diagnostic;
use super::wire::apply_resource_change as wire;
use super::{check, diagnostics, identity, plan, planned, private, tree};

/// Headline of the warning that ends a create which was interrupted.
const INTERRUPTED: &str = "The create was interrupted and goes on in AWS";

type Refused = Vec<Diagnostic>;

/// What a create or an update is made from.
struct Asked {
    planned: Value,
    config: Value,
    private: Private,
}

/// Answers a request. What cannot be carried out leaves the stored state as it is.
pub async fn apply(provider: &Provider, request: wire::Request) -> wire::Response {
    let unchanged = |diagnostics| wire::Response {
        new_state: request.prior_state.clone(),
        private: request.planned_private.clone(),
        new_identity: request.planned_identity.clone(),
        diagnostics,
        ..Default::default()
    };
    carried_out(provider, &request).await.unwrap_or_else(unchanged)
}

async fn carried_out(provider: &Provider, request: &wire::Request) -> Result<wire::Response, Refused> {
    let object = |value| diagnostics::decoded(value, &CLUSTER);
    let (stored, planned) = (object(request.prior_state.as_ref())?, object(request.planned_state.as_ref())?);
    let private = private::parse(&request.planned_private)?;
    let config = object(request.config.as_ref())?.unwrap_or_default();
    match (stored, planned) {
        (None, None) => Ok(nothing(Vec::new())),
        (Some(stored), None) => delete(provider, &stored, private).await,
        (None, Some(planned)) => create(provider, &Asked { planned, config, private }).await,
        (Some(stored), Some(planned)) => update(provider, &stored, &Asked { planned, config, private }).await,
    }
}

/// Checks the configuration, which is known by now, and that local files are what the plan was made of.
async fn inputs(provider: &Provider, asked: &Asked, prior: Option<&Value>) -> Result<Value, Refused> {
    let inputs = tree::inputs(&asked.config, &CLUSTER);
    let checked = check::checked(provider, inputs, prior).await;
    let errors = checked.errors();
    if !errors.is_empty() {
        return Err(diagnostics::violations(&errors, &CLUSTER));
    }
    let changed = changed_files(&checked.inputs, &asked.planned, &CLUSTER);
    if changed.is_empty() { Ok(checked.inputs) } else { Err(changed) }
}

/// Local files whose content is not that of the plan.
fn changed_files(inputs: &Value, planned: &Value, attributes: &[Attribute]) -> Vec<Diagnostic> {
    let mut changed = Vec::new();
    for attribute in attributes {
        let promised = planned.at(&Path::root().key(&attribute.key));
        if let Part::Digest(field) = attribute.role {
            let path = Path::from(field);
            let (Value::File(file), Some(promised)) = (inputs.at(&path).peeled(), promised.as_text()) else { continue };
            if file.hash != promised {
                let name = path.render(Casing::Snake);
                let detail =
                    format!("{name}: the content is another one than when the plan was made. {}", FILE_CHANGED.cure);
                let summary = format!("{FILE_CHANGED}: {}", FILE_CHANGED.title);
                changed.push(diagnostics::at(diagnostics::error(summary, detail), &path, &CLUSTER));
            }
        }
        changed.extend(changed_files(inputs, promised, attribute.children()));
    }
    changed
}

async fn create(provider: &Provider, asked: &Asked) -> Result<wire::Response, Refused> {
    let inputs = inputs(provider, asked, None).await?;
    let operation = opened(provider, &inputs).await?;
    let (asker, limit) = (identity::asker(&inputs), timeout(&asked.config, "create")?);
    let made = cluster::create(operation.ports(), &asker, operation.connection.settings(), &inputs, limit).await;
    let warnings = operation.finish();
    let private = Private { apply: provider.next_apply(), ..Private::default() };
    let mut answer = match made {
        Ok(applied) => {
            provider.remember(&applied.id, &private.apply);
            answer(asked, &inputs, &applied, private)
        }
        Err(FailedApply { failure, partial: None }) => nothing(refusal(failure)),
        Err(FailedApply { failure, partial: Some(partial) }) => {
            let found = interrupted_or(failure);
            provider.remember(&partial.id, &private.apply);
            with(answer(asked, &inputs, &partial, private), found)
        }
    };
    answer.diagnostics.extend(warnings);
    Ok(answer)
}

/// An error would make the client destroy at its next apply what that apply should join: an interrupt is none, and
/// whatever else left an operation under way says how to keep the object.
fn interrupted_or(failure: Failure) -> Vec<Diagnostic> {
    if failure.kind == FailureKind::Interrupted {
        let next = Message::new("The stack is in the state. Run ").command(Advice::Apply);
        let next = next.text(" again: it joins the operation that is under way and completes the outputs.");
        return diagnostics::notes(INTERRUPTED, &[failure.summary.clone(), next]);
    }
    let keep = Message::new("the client marks the resource as tainted, and its next apply would destroy it: run ")
        .command(Advice::Untaint)
        .text(" first, then ")
        .command(Advice::Apply)
        .text(", which goes on with what is there");
    diagnostics::failure(&failure.hint(keep), &CLUSTER)
}

/// A create that left nothing behind.
fn refusal(failure: Failure) -> Vec<Diagnostic> {
    if *failure.code != NAME_TAKEN {
        return diagnostics::failure(&failure, &CLUSTER);
    }
    let hint = Message::new(
        "if this create replaces a cluster, take create_before_destroy out of the resource's lifecycle, or give the \
         new stack another name: two stacks of one name cannot stand side by side",
    );
    diagnostics::failure(&failure.hint(hint), &CLUSTER)
}

async fn update(provider: &Provider, stored: &Value, asked: &Asked) -> Result<wire::Response, Refused> {
    let prior = plan::prior(stored, &asked.private, Some(&asked.config));
    let inputs = inputs(provider, asked, Some(&prior.inputs)).await?;
    let operation = opened(provider, &inputs).await?;
    operation.hide_secrets_of(&prior.inputs);
    let (asker, limit) = (identity::asker(&inputs), timeout(&asked.config, "update")?);
    let settings = operation.connection.settings();
    let changed = cluster::update(operation.ports(), &asker, settings, &prior, &inputs, limit).await;
    let warnings = operation.finish();
    let private = asked.private.clone();
    let mut answer = match changed {
        Ok(applied) => answer(asked, &inputs, &applied, private),
        Err(FailedApply { failure, partial: Some(partial) }) => {
            with(answer(asked, &inputs, &partial, private), diagnostics::failure(&failure, &CLUSTER))
        }
        Err(FailedApply { failure, partial: None }) => {
            let mut found = diagnostics::failure(&failure, &CLUSTER);
            found.extend(warnings);
            return Err(found);
        }
    };
    answer.diagnostics.extend(warnings);
    Ok(answer)
}

async fn delete(provider: &Provider, stored: &Value, known: Private) -> Result<wire::Response, Refused> {
    let prior = plan::prior(stored, &known, None);
    if known.superseded {
        let detail = format!("Stack {} goes on as the object that took its place; nothing was deleted.", prior.id);
        return Ok(nothing(vec![diagnostics::warning("The replaced object is forgotten", detail)]));
    }
    if provider.is_taken_over(&prior.id, &known.apply) {
        return Ok(kept(stored, &Private { superseded: true, ..known }, vec![same_stack(&prior.id)]));
    }
    let operation = opened(provider, &prior.inputs).await?;
    let (asker, limit) = (identity::asker(&prior.inputs), timeout(stored, "delete")?);
    let removed = cluster::delete(operation.ports(), &asker, operation.connection.settings(), &prior, limit).await;
    let warnings = operation.finish();
    match removed {
        Ok(()) | Err(Failure { kind: FailureKind::Gone, .. }) => Ok(nothing(warnings)),
        Err(failure) => {
            let mut found = diagnostics::failure(&failure, &CLUSTER);
            found.extend(warnings);
            Ok(kept(stored, &known, found))
        }
    }
}

/// The replacement joined the stack that it should replace: deleting that would delete the replacement.
fn same_stack(id: &str) -> Diagnostic {
    let detail = format!(
        "The replacement was created first and has the same name, so that both objects are stack {id}; nothing was \
         touched. Take create_before_destroy out of the resource's lifecycle, or give the stack another name, and run \
         `terraform apply` again: it forgets the old object and keeps the stack."
    );
    diagnostics::error("create_before_destroy cannot work with the same stack name", detail)
}

async fn opened(provider: &Provider, inputs: &Value) -> Result<Operation, Refused> {
    let operation = provider.operation(inputs).await.map_err(|failure| diagnostics::failure(&failure, &CLUSTER))?;
    operation.hide_secrets_of(inputs);
    Ok(operation)
}

/// The state after a create or update: what the plan promised, and what it left open.
fn answer(asked: &Asked, inputs: &Value, applied: &Applied, private: Private) -> wire::Response {
    let filled = cluster::filled(inputs, &applied.outputs);
    let state = planned::settled(&CLUSTER, &asked.planned, &applied.id, &applied.outputs, &filled);
    let private = tree::describing(private.recording(&applied.outputs), inputs, Some(&asked.config), &CLUSTER);
    kept(&state, &private, Vec::new())
}

fn kept(state: &Value, private: &Private, diagnostics: Vec<Diagnostic>) -> wire::Response {
    wire::Response {
        new_state: Some(encode(Some(state), &CLUSTER)),
        private: private.to_bytes(),
        new_identity: identity::of(state.at(&Path::root().key("id"))),
        diagnostics,
        ..Default::default()
    }
}

fn with(mut answer: wire::Response, diagnostics: Vec<Diagnostic>) -> wire::Response {
    answer.diagnostics.extend(diagnostics);
    answer
}

/// Nothing exists.
fn nothing(diagnostics: Vec<Diagnostic>) -> wire::Response {
    wire::Response { new_state: Some(encode(None, &CLUSTER)), diagnostics, ..Default::default() }
}

/// The user's limit of an operation; `None` where there is none.
pub fn timeout(tree: &Value, operation: &str) -> Result<Option<Millis>, Refused> {
    let path = Path::field("timeouts").key(operation);
    let Some(text) = tree.at(&path).as_text() else { return Ok(None) };
    super::config::duration(text)
        .map(Some)
        .map_err(|why| vec![diagnostics::at(diagnostics::error("A timeout cannot be read", why), &path, &CLUSTER)])
}
