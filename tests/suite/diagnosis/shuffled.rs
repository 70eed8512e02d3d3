//! What must not matter: how events of other resources stand between, siblings that are cancelled, equal times; and
//! whatever AWS may send one day.

use std::collections::BTreeMap;

use proptest::prelude::*;
use starburst_core::cluster::fields_of_resources;
use starburst_core::ports::StackEvent;
use starburst_core::stack::cause::{self, Diagnosis, Evidence};

use super::corpus::{self, ARN, Stream, events};

fn evidence(stream: &Stream) -> Evidence {
    let nested = stream.nested.iter().map(|(arn, of_stack)| (arn.clone(), events(arn, of_stack))).collect();
    let activities = stream.activities.iter().map(|(id, texts)| (format!("id-{id}"), texts.clone())).collect();
    Evidence { nested, activities, ..Evidence::default() }
}

fn diagnosed(stream: &Stream, events: &[StackEvent]) -> Diagnosis {
    cause::diagnose(events, &evidence(stream), &fields_of_resources())
}

/// Whether an event decides nothing: it may stand anywhere between its resource's neighbours.
fn is_filler(event: &StackEvent) -> bool {
    let noise = event.reason.to_lowercase().contains("cancelled");
    !event.is_of_stack() && (noise || event.status.ends_with("_COMPLETE"))
}

/// Moves fillers and puts in cancelled siblings; what decides keeps its order.
fn shuffled(events: &[StackEvent], places: &[usize], siblings: usize, same_time: bool) -> Vec<StackEvent> {
    let (fillers, mut all): (Vec<StackEvent>, Vec<StackEvent>) = events.iter().cloned().partition(is_filler);
    let sibling = |at: usize| StackEvent {
        id: format!("sibling-{at}"),
        stack_id: ARN.to_owned(),
        logical_id: format!("Sibling{at}"),
        physical_id: format!("id-Sibling{at}"),
        resource_type: "AWS::SNS::Topic".to_owned(),
        status: if at.is_multiple_of(2) { "CREATE_FAILED" } else { "UPDATE_FAILED" }.to_owned(),
        reason: if at.is_multiple_of(2) { "Resource creation cancelled" } else { "Resource update cancelled" }
            .to_owned(),
        ..StackEvent::default()
    };
    for (at, event) in fillers.into_iter().chain((0..siblings).map(sibling)).enumerate() {
        let place = places.get(at % places.len().max(1)).copied().unwrap_or_default();
        // Never before the beginning of the operation.
        all.insert(1 + place % all.len(), event);
    }
    if same_time && let Some(time) = all.first().map(|event| event.time) {
        all.iter_mut().for_each(|event| event.time = time);
    }
    all
}

fn statuses() -> impl Strategy<Value = String> {
    prop_oneof![
        proptest::sample::select(vec![
            "CREATE_FAILED",
            "UPDATE_FAILED",
            "DELETE_FAILED",
            "ROLLBACK_IN_PROGRESS",
            "UPDATE_ROLLBACK_FAILED",
            "UPDATE_ROLLBACK_IN_PROGRESS",
            "DELETE_IN_PROGRESS",
            "CREATE_IN_PROGRESS",
        ])
        .prop_map(str::to_owned),
        ".{0,12}",
    ]
}

fn reasons() -> impl Strategy<Value = String> {
    prop_oneof![
        proptest::sample::select(vec![
            "Embedded stack arn:é was not successfully created: ",
            "Embedded stack arn:aws:x was not",
            "Resource handler returned message: \"é (Service: ",
            "x (Service: é) (Service: ",
            "HandlerErrorCode: ",
            "Received FAILURE signal with UniqueId ",
            "Failed to receive 1 resource signal(s)",
            "The following hook(s) failed: []",
            "Resource creation cancelled",
        ])
        .prop_map(str::to_owned),
        ".{0,60}",
    ]
}

fn any_event() -> impl Strategy<Value = StackEvent> {
    let types = proptest::sample::select(vec![
        "AWS::CloudFormation::Stack",
        "AWS::AutoScaling::AutoScalingGroup",
        "AWS::Logs::LogGroup",
        "",
    ]);
    (0u8..6, ".{0,6}", types, statuses(), reasons(), ".{0,8}", any::<bool>()).prop_map(
        |(id, logical_id, kind, status, reason, hook, own)| StackEvent {
            id: id.to_string(),
            stack_id: "arn:aws:x".to_owned(),
            physical_id: if own { "arn:aws:x".to_owned() } else { logical_id.clone() },
            logical_id,
            resource_type: kind.to_owned(),
            status,
            reason,
            hook,
            ..StackEvent::default()
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn diagnosis_does_not_depend_on_siblings_places_and_times(
        which in any::<prop::sample::Index>(),
        places in prop::collection::vec(0usize..64, 1..24),
        siblings in 0usize..8,
        same_time in any::<bool>(),
    ) {
        let streams = corpus::read().map_err(|error| TestCaseError::fail(error.to_string()))?;
        let stream = which.get(&streams);
        let all = events(ARN, &stream.events);
        let plain = diagnosed(stream, &all);
        let other = diagnosed(stream, &shuffled(&all, &places, siblings, same_time));
        let of = |diagnosis: &Diagnosis| {
            diagnosis.causes.first().map(|cause| (cause.logical_id.clone(), cause.reason.clone(), cause.field.clone()))
        };
        prop_assert!(of(&plain).is_some());
        prop_assert_eq!(of(&plain), of(&other), "{}", &stream.name);
    }

    #[test]
    fn diagnosis_never_panics_on_what_aws_may_send(
        all in prop::collection::vec(any_event(), 0..24),
        inner in prop::collection::vec(any_event(), 0..6),
        words in reasons(),
    ) {
        let nested = BTreeMap::from([("arn:aws:x".to_owned(), inner)]);
        let activities = all.iter().map(|event| (event.physical_id.clone(), vec![words.clone()])).collect();
        let diagnosis = cause::diagnose(&all, &Evidence { nested, activities, ..Evidence::default() }, &fields_of_resources());
        prop_assert!(diagnosis.causes.len() <= 5);
        let _ = (cause::not_deleted(&all), cause::not_rolled_back(&all));
    }
}
