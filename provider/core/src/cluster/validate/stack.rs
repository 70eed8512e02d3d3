//! Rules of the stack's own inputs.

use starburst_schema::Field;
use starburst_schema::codes::input::{
    BAD_LOGICAL_ID, BAD_POLICY, DELETE_ON_CREATE_ONLY, MONITORING_UNUSED, TEMPLATE_SOURCES, TEMPLATE_VERSION,
    TEMPLATE_WITHOUT_SOURCE, UNKNOWN_CAPABILITY,
};
use starburst_schema::fields::stack;

use super::{Found, Rule, View};
use crate::failure::Message;
use crate::path::Path;
use crate::template;

/// The rules.
pub static RULES: &[Rule] = &[
    template_sources,
    template_without_source,
    template_version,
    capabilities,
    monitoring,
    policy,
    on_failure,
    logical_ids,
];

const CAPABILITIES: &[&str] = &["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"];

/// The inputs by which an own template is named.
fn sources(view: &View<'_>) -> Vec<&'static Field> {
    let mut given: Vec<&'static Field> =
        [&stack::TEMPLATE_URL, &stack::TEMPLATE_BODY].into_iter().filter(|field| view.known(field)).collect();
    if view.flag(&stack::TEMPLATE_CURRENT) == Some(true) {
        given.push(&stack::TEMPLATE_CURRENT);
    }
    given
}

/// Whether the cluster has, or may have, a template of the user's.
pub fn has_own_template(view: &View<'_>) -> bool {
    let given = [&stack::TEMPLATE_URL, &stack::TEMPLATE_BODY].iter().any(|field| !view.absent(field));
    given || !view.absent(&stack::TEMPLATE_CURRENT) && view.flag(&stack::TEMPLATE_CURRENT) != Some(false)
}

fn template_sources(view: &View<'_>, found: &mut Found) {
    let given = sources(view);
    if let [first, others @ ..] = given.as_slice() {
        for field in others {
            let message = Message::new("the template is given in ").field(first).text(" already");
            found.error(&TEMPLATE_SOURCES, field, message, Message::new("keep one of the two"));
        }
    }
}

fn template_without_source(view: &View<'_>, found: &mut Found) {
    let none = view.absent(&stack::TEMPLATE_URL)
        && view.absent(&stack::TEMPLATE_BODY)
        && (view.absent(&stack::TEMPLATE_CURRENT) || view.flag(&stack::TEMPLATE_CURRENT) == Some(false));
    let settings: [&Field; 4] = [
        &stack::TEMPLATE_PARAMETERS,
        &stack::TEMPLATE_SECRET_PARAMETERS,
        &stack::TEMPLATE_PARAMETER_ALIASES,
        &stack::TEMPLATE_CAPABILITIES,
    ];
    for field in settings.into_iter().filter(|field| none && view.known(field)) {
        let message = Message::new("this concerns a template of your own, and none is given");
        let instead = Message::new("write ").field(&stack::TEMPLATE_URL).text(" or ").field(&stack::TEMPLATE_BODY);
        found.error(&TEMPLATE_WITHOUT_SOURCE, field, message, instead);
    }
}

fn template_version(view: &View<'_>, found: &mut Found) {
    let field = &stack::TEMPLATE_VERSION;
    let Some(text) = view.text(field) else { return };
    if text != "latest" && !text.parse::<u32>().is_ok_and(|version| (1..=template::VERSION).contains(&version)) {
        let message = Message::new(format!("there is no version `{text}` of the bundled template"));
        let instead = Message::new(format!("write `latest` or a number from 1 to {}", template::VERSION));
        found.error(&TEMPLATE_VERSION, field, message, instead);
    }
}

fn capabilities(view: &View<'_>, found: &mut Found) {
    for given in view.texts(&stack::TEMPLATE_CAPABILITIES).unwrap_or_default() {
        if !CAPABILITIES.contains(&given.as_str()) {
            let message = Message::new(format!("CloudFormation knows no capability `{given}`"));
            let instead = Message::new(format!("write {}", CAPABILITIES.join(", ")));
            found.error(&UNKNOWN_CAPABILITY, &stack::TEMPLATE_CAPABILITIES, message, instead);
        }
    }
}

fn monitoring(view: &View<'_>, found: &mut Found) {
    let field = &stack::ROLLBACK_MONITORING_TIME_MINUTES;
    if view.integer(field).is_some_and(|minutes| minutes > 0) && view.absent(&stack::ROLLBACK_TRIGGERS) {
        let message = Message::new("nothing is watched without ").field(&stack::ROLLBACK_TRIGGERS);
        found.warn(&MONITORING_UNUSED, field, message, Message::new("write triggers, or remove the time"));
    }
}

fn policy(view: &View<'_>, found: &mut Found) {
    let field = &stack::POLICY_BODY;
    let Some(text) = view.text(field) else { return };
    let statements = serde_json::from_str::<serde_json::Value>(&text)
        .is_ok_and(|policy| policy.get("Statement").is_some_and(|given| given.is_array() || given.is_object()));
    if !statements {
        let message = Message::new("a stack policy is an object with a list `Statement`");
        found.error(&BAD_POLICY, field, message, Message::default());
    }
}

fn on_failure(view: &View<'_>, found: &mut Found) {
    if view.prior().is_some() && view.text(&stack::ON_FAILURE).as_deref() == Some("delete") {
        let message = Message::new("the cluster exists, and a failed update is rolled back rather than deleted");
        found.warn(&DELETE_ON_CREATE_ONLY, &stack::ON_FAILURE, message, Message::new("write `rollback` or `keep`"));
    }
}

fn logical_ids(view: &View<'_>, found: &mut Found) {
    for field in [&stack::RECOVERY_SKIP_RESOURCES, &stack::RECOVERY_RETAIN_RESOURCES] {
        for (at, id) in view.texts(field).unwrap_or_default().iter().enumerate() {
            let word = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric());
            if !id.split('.').all(|part| part.split('-').all(word)) {
                let message = Message::new(format!("`{id}` is no logical id: these are letters and digits"));
                found.error_at(&BAD_LOGICAL_ID, Path::from(field).index(at), message, Message::default());
            }
        }
    }
}
