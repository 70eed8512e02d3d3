//! Fields of section `monitoring`: metrics, logs and alarms.

use crate::field::{ALL_NODES, Constraint, Effect, Field, Kind, Parameter};
use crate::format::Format;

/// `monitoring.cloudWatchMetrics`.
pub static CLOUD_WATCH_METRICS: Field = Field::new("monitoring.cloudWatchMetrics", Kind::Bool)
    .default("false")
    .effect(Effect::Roll(ALL_NODES))
    .parameter(Parameter::yes_no("EnableCloudWatchMetrics"))
    .doc(
        "Whether every node publishes metrics to CloudWatch and the stack makes a dashboard; CloudWatch \
         charges for both.",
    )
    .example("true");

/// `monitoring.logRetentionDays`.
pub static LOG_RETENTION_DAYS: Field = Field::new("monitoring.logRetentionDays", Kind::Integer)
    .default("30")
    .constraints(&[Constraint::OneOf(&[
        1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
    ])])
    .parameter(Parameter::number("LogRetentionDays"))
    .doc(
        "How many days CloudWatch keeps the logs of the nodes; one of 1, 3, 5, 7, 14, 30, 60, 90, 120, \
         150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653.",
    )
    .example("30");

/// `monitoring.alarmTopicArn`.
pub static ALARM_TOPIC_ARN: Field = Field::new("monitoring.alarmTopicArn", Kind::Text)
    .constraints(&[Constraint::Form(Format::Arn("sns"))])
    .parameter(Parameter::text("AlarmTopic"))
    .doc("ARN of the SNS topic that gets the alarms of the cluster. Absent: no alarm is sent.")
    .example("\"arn:aws:sns:eu-central-1:123456789012:alarms\"");

/// All fields of this section, in order.
pub static FIELDS: &[&Field] = &[&CLOUD_WATCH_METRICS, &LOG_RETENTION_DAYS, &ALARM_TOPIC_ARN];
