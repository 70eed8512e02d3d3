//! Metrics of CloudWatch: what PutMetricData and events in the embedded metric format bring, what Auto Scaling publishes
//! of its groups, and alarms that look at them. Must not know who publishes.

use std::collections::BTreeMap;

use crate::fake::error::{Answer, ApiError};
use crate::fake::intrinsics::text;
use crate::fake::stacks::{alarms, checks::get};
use crate::fake::state::{Place, Region, State};
use crate::fake::time::Timestamp;
use serde_json::{Value, json};

/// The type of an alarm in a template.
const ALARM: &str = "AWS::CloudWatch::Alarm";
/// How often Auto Scaling publishes, in milliseconds.
const MINUTE: i64 = 60_000;
/// Source: EMF specification, dimensions of a set.
const MOST_DIMENSIONS: usize = 30;

/// What tells metrics apart.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Metric {
    pub namespace: String,
    pub name: String,
    /// Names and values, sorted.
    pub dimensions: Vec<(String, String)>,
}

impl Metric {
    /// The dimensions in any order.
    #[must_use]
    pub fn new(namespace: &str, name: &str, mut dimensions: Vec<(String, String)>) -> Self {
        dimensions.sort();
        Self { namespace: namespace.to_owned(), name: name.to_owned(), dimensions }
    }
}

/// A value, when it was, and in which unit.
#[derive(Clone, Debug, PartialEq)]
pub struct Datum {
    pub at: Timestamp,
    pub value: f64,
    pub unit: String,
}

/// All that a region's CloudWatch keeps.
#[derive(Clone, Debug, Default)]
pub struct Metrics {
    pub data: BTreeMap<Metric, Vec<Datum>>,
    /// State of each alarm by name: `OK`, `ALARM`; none for INSUFFICIENT_DATA.
    pub alarms: BTreeMap<String, &'static str>,
    /// What went to topics: topic, alarm, new state, why.
    pub notifications: Vec<Value>,
    /// The last minute for which Auto Scaling published.
    published: i64,
}

fn keep(region: &mut Region, metric: Metric, at: Timestamp, value: f64, unit: &str) {
    let unit = if unit.is_empty() { "None" } else { unit };
    region.metrics.data.entry(metric).or_default().push(Datum { at, value, unit: unit.to_owned() });
}

fn missing(what: &str) -> ApiError {
    ApiError::new(400, "InvalidParameterValueException", format!("The parameter {what} is required."))
}

/// PutMetricData.
pub fn put(w: &mut State, place: &Place, p: &Value) -> Answer {
    let (now, namespace) = (w.now, get(p, "Namespace"));
    if namespace.is_empty() || namespace.starts_with("AWS/") {
        let text = "The value AWS/ for parameter Namespace is invalid.";
        return Err(ApiError::new(400, "InvalidParameterValue", text));
    }
    for datum in p["MetricData"].as_array().ok_or_else(|| missing("MetricData"))? {
        let dimensions = datum["Dimensions"].as_array().into_iter().flatten();
        let dimensions = dimensions.map(|one| (get(one, "Name"), get(one, "Value"))).collect();
        let metric = Metric::new(&namespace, &get(datum, "MetricName"), dimensions);
        let values = match (datum["Value"].as_f64(), &datum["Values"], &datum["StatisticValues"]) {
            (Some(value), _, _) => vec![value],
            (None, Value::Array(values), _) => values.iter().filter_map(Value::as_f64).collect(),
            (None, _, statistics) => statistics["Maximum"].as_f64().into_iter().collect(),
        };
        if values.is_empty() {
            return Err(missing("MetricData.member.1.Value"));
        }
        for value in values {
            keep(w.region(place), metric.clone(), now, value, &get(datum, "Unit"));
        }
    }
    look(w);
    Ok(json!({}))
}

/// Takes the metrics out of a log event, where it is one in the embedded metric format, of today or of its first version.
pub fn from_event(w: &mut State, place: &Place, message: &str) {
    let now = w.now;
    let Ok(event) = serde_json::from_str::<Value>(message) else { return };
    let first = event["Version"] == "0";
    let directives = if first { &event["CloudWatchMetrics"] } else { &event["_aws"]["CloudWatchMetrics"] };
    for directive in directives.as_array().into_iter().flatten() {
        let metrics = directive["Metrics"].as_array().into_iter().flatten();
        for metric in metrics {
            let name = get(metric, "Name");
            let Some(value) = event[&name].as_f64() else { continue };
            for set in directive["Dimensions"].as_array().into_iter().flatten() {
                let keys: Vec<String> = set.as_array().into_iter().flatten().map(text).collect();
                // A set that names what the event does not hold makes no metric.
                let values = keys.iter().map(|key| Some((key.clone(), event[key].as_str()?.to_owned())));
                let Some(dimensions) = values.collect::<Option<Vec<_>>>() else { continue };
                if dimensions.len() <= MOST_DIMENSIONS {
                    let kept = Metric::new(&get(directive, "Namespace"), &name, dimensions);
                    keep(w.region(place), kept, now, value, &get(metric, "Unit"));
                }
            }
        }
    }
}

/// Brings groups' own metrics and the alarms up to the present. Nothing is due by itself: whoever moves the time asks.
pub fn look(w: &mut State) {
    let now = w.now;
    let places: Vec<Place> = w.places.keys().cloned().collect();
    for place in places {
        let region = w.region(&place);
        let minute = now.0.div_euclid(MINUTE);
        if region.metrics.published < minute {
            region.metrics.published = minute;
            publish_groups(region, now);
        }
        for (name, change) in changes(w.region(&place), now) {
            turn(w, &place, &name, change);
        }
    }
}

/// Source: Auto Scaling, group metrics: one value a minute of each that the group collects.
fn publish_groups(region: &mut Region, now: Timestamp) {
    let counts: Vec<(String, usize)> = region
        .groups
        .values()
        .filter(|group| group.collects_metrics())
        .map(|group| (group.name.clone(), group.in_service()))
        .collect();
    for (group, count) in counts {
        let dimensions = vec![("AutoScalingGroupName".to_owned(), group)];
        let metric = Metric::new("AWS/AutoScaling", "GroupInServiceInstances", dimensions);
        keep(region, metric, now, count as f64, "Count");
    }
}

/// Alarms that are in another state than they were, with the new one.
fn changes(region: &Region, now: Timestamp) -> Vec<(String, &'static str)> {
    let alarms = region.objects.iter().filter(|((kind, _), _)| kind == ALARM);
    let states = alarms.filter_map(|((_, name), alarm)| Some((name.clone(), state(region, &alarm.properties, now)?)));
    states.filter(|(name, state)| region.metrics.alarms.get(name) != Some(state)).collect()
}

/// `ALARM` where each of the last periods has a value that breaches, `OK` where one of them has a value that does not;
/// without values the alarm stays as it is.
fn state(region: &Region, alarm: &Value, now: Timestamp) -> Option<&'static str> {
    let number = |key: &str| alarm.get(key).and_then(|value| text(value).parse::<f64>().ok());
    let dimensions = alarm["Dimensions"].as_array().into_iter().flatten();
    let dimensions = dimensions.map(|one| (get(one, "Name"), get(one, "Value"))).collect();
    let metric = Metric::new(&get(alarm, "Namespace"), &get(alarm, "MetricName"), dimensions);
    let data = region.metrics.data.get(&metric)?;
    let (period, periods) = (number("Period")? as i64 * 1000, number("EvaluationPeriods")? as i64);
    let (threshold, comparison) = (number("Threshold")?, get(alarm, "ComparisonOperator"));
    let (mut breaching, mut fine) = (0, false);
    for back in 0..periods {
        let (from, to) = (now.0 - (back + 1) * period, now.0 - back * period);
        let values: Vec<f64> = data.iter().filter(|d| d.at.0 > from && d.at.0 <= to).map(|d| d.value).collect();
        let Some(value) = statistic(&get(alarm, "Statistic"), &values) else { continue };
        if breaches(&comparison, value, threshold) {
            breaching += 1;
        } else {
            fine = true;
        }
    }
    if fine {
        return Some("OK");
    }
    (breaching == periods).then_some("ALARM")
}

fn statistic(name: &str, values: &[f64]) -> Option<f64> {
    let sum: f64 = values.iter().sum();
    let first = values.first().copied()?;
    Some(match name {
        "Minimum" => values.iter().copied().fold(first, f64::min),
        "Maximum" => values.iter().copied().fold(first, f64::max),
        "Sum" => sum,
        "SampleCount" => values.len() as f64,
        _ => sum / values.len() as f64,
    })
}

fn breaches(comparison: &str, value: f64, threshold: f64) -> bool {
    match comparison {
        "GreaterThanThreshold" => value > threshold,
        "GreaterThanOrEqualToThreshold" => value >= threshold,
        "LessThanOrEqualToThreshold" => value <= threshold,
        _ => value < threshold,
    }
}

/// Puts the alarm into its new state, and tells the topics of its actions once.
fn turn(w: &mut State, place: &Place, name: &str, state: &'static str) {
    let actions = match state {
        "ALARM" => "AlarmActions",
        _ => "OKActions",
    };
    let region = w.region(place);
    region.metrics.alarms.insert(name.to_owned(), state);
    let alarm = region.objects.get(&(ALARM.to_owned(), name.to_owned()));
    let properties = alarm.map(|alarm| alarm.properties.clone()).unwrap_or_default();
    for topic in properties[actions].as_array().into_iter().flatten().map(text).filter(|to| to.contains(":sns:")) {
        let metric = properties["MetricName"].clone();
        let notification =
            json!({ "TopicArn": topic, "AlarmName": name, "NewStateValue": state, "MetricName": metric });
        region.metrics.notifications.push(notification);
    }
    alarms::set(w, place, &place.arn("cloudwatch", &format!("alarm:{name}")), state == "ALARM");
}
