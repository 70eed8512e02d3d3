//! Fields of section `stack`: the CloudFormation stack.

use crate::field::{ALL_NODES, Constraint, Effect, Field, Kind};
use crate::format::Format;

/// Beginning of the paths of fields that concern a template of the user's.
pub const TEMPLATE_PREFIX: &str = "stack.template";

/// One rollback trigger.
pub static TRIGGER: &[Field] = &[
    Field::new("arn", Kind::Text)
        .required()
        .constraints(&[Constraint::Form(Format::Arn("cloudwatch"))])
        .doc("ARN of the alarm.")
        .example("\"arn:aws:cloudwatch:eu-central-1:123456789012:alarm:slow\""),
    Field::new("type", Kind::Choice(&["AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"]))
        .required()
        .doc("Kind of the alarm.")
        .example("\"AWS::CloudWatch::Alarm\""),
];

/// `stack.name`.
pub static NAME: Field = Field::new("stack.name", Kind::Text)
    .constraints(&[Constraint::Form(Format::StackName)])
    .effect(Effect::Replace)
    .computed()
    .doc(
        "Name of the CloudFormation stack. Absent under Pulumi: project, Pulumi stack and resource name \
         joined by hyphens; Terraform needs it.",
    )
    .example("\"analytics-dev\"");

/// `stack.owner`.
pub static OWNER: Field = Field::new("stack.owner", Kind::Text)
    .terraform_only()
    .constraints(&[Constraint::Length(1, 256)])
    .effect(Effect::Operational)
    .doc("Who owns the stack, in your own words; a tag by which a create that was killed is recognised.")
    .example("\"platform/analytics/dev\"");

/// `stack.templateVersion`.
pub static TEMPLATE_VERSION: Field = Field::new("stack.templateVersion", Kind::Text)
    .effect(Effect::AsPreviewed)
    .doc(
        "Version of the bundled template: a number or `latest`. Absent: a new stack gets the newest, an \
         existing one keeps the version it has.",
    )
    .example("\"latest\"");

/// `stack.tags`.
pub static TAGS: Field = Field::new("stack.tags", Kind::Map)
    .constraints(&[Constraint::Items(0, 50)])
    .doc(
        "Tags of the stack, its resources, nodes and volumes: at most 48 beside the plugin's two, keys up \
         to 128 characters and not beginning with `aws:`, values up to 256. Absent: the provider's \
         default tags alone.",
    )
    .example("{\"team\": \"analytics\"}");

/// `stack.template.url`.
pub static TEMPLATE_URL: Field = Field::new("stack.template.url", Kind::Text)
    .constraints(&[Constraint::Form(Format::HttpUrl)])
    .effect(Effect::AsPreviewed)
    .doc("URL in S3 of a template of your own. Give one of `url`, `body` and `current`.")
    .example("\"https://my-bucket.s3.amazonaws.com/joint.yaml\"");

/// `stack.template.body`.
pub static TEMPLATE_BODY: Field = Field::new("stack.template.body", Kind::Text)
    .constraints(&[Constraint::Length(1, 1_048_576)])
    .effect(Effect::AsPreviewed)
    .doc(
        "Text of a template of your own, JSON or YAML, up to 1 MB; over 51,200 bytes it needs \
         `stack.assetBucket`. Give one of `url`, `body` and `current`.",
    )
    .example("\"{\\\"Resources\\\":{}}\"");

/// `stack.template.current`.
pub static TEMPLATE_CURRENT: Field = Field::new("stack.template.current", Kind::Bool)
    .effect(Effect::AsPreviewed)
    .doc(
        "Whether the template that the stack has is kept, as after an import. Give one of `url`, `body` \
         and `current`.",
    )
    .example("true");

/// `stack.template.parameters`.
pub static TEMPLATE_PARAMETERS: Field = Field::new("stack.template.parameters", Kind::Map)
    .constraints(&[Constraint::Items(0, 200), Constraint::Keys(Format::ParameterName)])
    .effect(Effect::AsPreviewed)
    .doc("Parameters of your own template by name, beside those that the other inputs fill. Absent: none.")
    .example("{\"EnableFips\": \"true\"}");

/// `stack.template.secretParameters`.
pub static TEMPLATE_SECRET_PARAMETERS: Field = Field::new("stack.template.secretParameters", Kind::Map)
    .constraints(&[Constraint::Items(0, 200), Constraint::Keys(Format::ParameterName)])
    .secret()
    .effect(Effect::AsPreviewed)
    .doc("Parameters of your own template by name whose values are secret. Absent: none.")
    .example("{\"RangerAdminPassword\": \"Example123\"}");

/// `stack.template.parameterAliases`.
pub static TEMPLATE_PARAMETER_ALIASES: Field = Field::new("stack.template.parameterAliases", Kind::Map)
    .constraints(&[
        Constraint::Items(0, 200),
        Constraint::Keys(Format::ParameterName),
        Constraint::Values(Format::ParameterName),
    ])
    .effect(Effect::AsPreviewed)
    .doc(
        "Names of parameters in your own template by their names in the bundled one. Absent: the vendor's \
         names are known.",
    )
    .example("{\"WorkersCount\": \"NodeCount\"}");

/// `stack.template.capabilities`.
pub static TEMPLATE_CAPABILITIES: Field = Field::new("stack.template.capabilities", Kind::Set)
    .constraints(&[Constraint::Items(0, 3)])
    .effect(Effect::AsPreviewed)
    .doc(
        "Capabilities that you acknowledge for your own template: `CAPABILITY_IAM`, \
         `CAPABILITY_NAMED_IAM`, `CAPABILITY_AUTO_EXPAND`. Absent: none.",
    )
    .example("[\"CAPABILITY_NAMED_IAM\"]");

/// `stack.preview`.
pub static PREVIEW: Field = Field::new("stack.preview", Kind::Choice(&["local", "changeSet"]))
    .default("\"local\"")
    .effect(Effect::Operational)
    .doc(
        "How a preview is made: `local` computes it from inputs and reads, `changeSet` asks \
         CloudFormation by a change set, which stays until the next operation.",
    )
    .example("\"local\"");

/// `stack.secretsRefresh`.
pub static SECRETS_REFRESH: Field = Field::new("stack.secretsRefresh", Kind::Text)
    .effect(Effect::Roll(ALL_NODES))
    .constraints(&[Constraint::Length(1, 128)])
    .doc(
        "Any text, such as a date; a new text rolls in secrets that were rotated outside. Absent: nodes \
         keep the version of a secret that they have.",
    )
    .example("\"2026-11\"");

/// `stack.preventReplacement`.
pub static PREVENT_REPLACEMENT: Field = Field::new("stack.preventReplacement", Kind::Bool)
    .default("false")
    .effect(Effect::Operational)
    .doc("Whether a change that would replace the stack is refused.")
    .example("true");

/// `stack.recovery.skipResources`.
pub static RECOVERY_SKIP_RESOURCES: Field = Field::new("stack.recovery.skipResources", Kind::Set)
    .constraints(&[Constraint::Items(0, 500)])
    .effect(Effect::Operational)
    .doc(
        "Logical ids to skip when a failed rollback is continued: exactly those that failed. Absent: \
         none; without effect on a stack that is not stuck.",
    )
    .example("[\"Workers\"]");

/// `stack.recovery.retainResources`.
pub static RECOVERY_RETAIN_RESOURCES: Field = Field::new("stack.recovery.retainResources", Kind::Set)
    .constraints(&[Constraint::Items(0, 500)])
    .effect(Effect::Operational)
    .doc(
        "Logical ids to leave behind when a failed deletion is repeated: exactly those that failed. \
         Absent: none; without effect on a stack that is not stuck.",
    )
    .example("[\"ClusterSecurityGroup\"]");

/// `stack.roleArn`.
pub static ROLE_ARN: Field = Field::new("stack.roleArn", Kind::Text)
    .constraints(&[Constraint::Form(Format::Arn("iam"))])
    .doc("ARN of the IAM role that CloudFormation acts as. Absent: the caller's own permissions.")
    .example("\"arn:aws:iam::123456789012:role/cloudformation\"");

/// `stack.notificationArns`.
pub static NOTIFICATION_ARNS: Field = Field::new("stack.notificationArns", Kind::Set)
    .constraints(&[Constraint::Items(0, 5), Constraint::Form(Format::Arn("sns"))])
    .doc("ARNs of at most five SNS topics that get the events of the stack. Absent: none.")
    .example("[\"arn:aws:sns:eu-central-1:123456789012:events\"]");

/// `stack.policyBody`.
pub static POLICY_BODY: Field = Field::new("stack.policyBody", Kind::Text)
    .constraints(&[Constraint::Length(1, 16384), Constraint::Form(Format::Json)])
    .doc("Stack policy as a JSON document of at most 16,384 bytes. Absent: every update is allowed.")
    .example("\"{\\\"Statement\\\":[{\\\"Effect\\\":\\\"Allow\\\",\\\"Action\\\":\\\"Update:*\\\",\\\"Principal\\\":\\\"*\\\",\\\"Resource\\\":\\\"*\\\"}]}\"");

/// `stack.terminationProtection`.
pub static TERMINATION_PROTECTION: Field = Field::new("stack.terminationProtection", Kind::Bool)
    .default("false")
    .doc("Whether CloudFormation refuses to delete the stack.")
    .example("true");

/// `stack.rollback.monitoringTimeMinutes`.
pub static ROLLBACK_MONITORING_TIME_MINUTES: Field = Field::new("stack.rollback.monitoringTimeMinutes", Kind::Integer)
    .constraints(&[Constraint::Range(0, 180)])
    .effect(Effect::Operational)
    .doc(
        "For how many minutes CloudFormation watches the triggers once everything is deployed, 0 to 180. \
         Absent: 0.",
    )
    .example("10");

/// `stack.rollback.triggers`.
pub static ROLLBACK_TRIGGERS: Field = Field::new("stack.rollback.triggers", Kind::Objects(TRIGGER))
    .constraints(&[Constraint::Items(0, 5)])
    .effect(Effect::Operational)
    .doc("At most five CloudWatch alarms that roll an operation back while it runs and while it is \
         watched. Absent: none.")
    .example("[{\"arn\": \"arn:aws:cloudwatch:eu-central-1:123456789012:alarm:slow\", \"type\": \"AWS::CloudWatch::Alarm\"}]");

/// `stack.onFailure`.
pub static ON_FAILURE: Field = Field::new("stack.onFailure", Kind::Choice(&["rollback", "keep", "delete"]))
    .default("\"rollback\"")
    .effect(Effect::Operational)
    .doc(
        "What happens when an operation fails: `rollback` returns to what was, `keep` leaves everything \
         for a look, `delete` removes a stack whose creation failed.",
    )
    .example("\"rollback\"");

/// `stack.deploymentMode`.
pub static DEPLOYMENT_MODE: Field = Field::new("stack.deploymentMode", Kind::Choice(&["standard", "express"]))
    .default("\"standard\"")
    .effect(Effect::Operational)
    .doc(
        "When an operation counts as done: `standard` once all resources are stable, `express` once their \
         configuration is applied; `express` is refused together with a roll.",
    )
    .example("\"standard\"");

/// `stack.onConflict`.
pub static ON_CONFLICT: Field = Field::new("stack.onConflict", Kind::Choice(&["fail", "wait"]))
    .default("\"fail\"")
    .effect(Effect::Operational)
    .doc(
        "What to do when somebody else's operation of the stack runs: `fail` at once, or `wait` until it \
         has ended.",
    )
    .example("\"fail\"");

/// `stack.onInterrupt`.
pub static ON_INTERRUPT: Field = Field::new("stack.onInterrupt", Kind::Choice(&["detach", "cancelUpdate"]))
    .default("\"detach\"")
    .effect(Effect::Operational)
    .doc(
        "What happens to a running update when the client is interrupted: `detach` lets it go on and the \
         next run joins it, `cancelUpdate` rolls it back.",
    )
    .example("\"detach\"");

/// `stack.assetBucket`.
pub static ASSET_BUCKET: Field = Field::new("stack.assetBucket", Kind::Text)
    .constraints(&[Constraint::Form(Format::BucketName)])
    .effect(Effect::Operational)
    .doc(
        "Name of an existing S3 bucket for uploads; required with local files and with templates over \
         51,200 bytes. Absent: nothing can be uploaded.",
    )
    .example("\"my-bucket\"");

/// `stack.driftDetection`.
pub static DRIFT_DETECTION: Field = Field::new("stack.driftDetection", Kind::Choice(&["quick", "full", "off"]))
    .default("\"quick\"")
    .effect(Effect::Operational)
    .doc(
        "How a refresh looks for drift: `quick` compares parameters, tags, group sizes and protection, \
         `full` runs the drift detection of CloudFormation too, `off` reads only what is stored.",
    )
    .example("\"quick\"");

/// All fields of this section, in order.
pub static FIELDS: &[&Field] = &[
    &NAME,
    &OWNER,
    &TEMPLATE_VERSION,
    &TAGS,
    &TEMPLATE_URL,
    &TEMPLATE_BODY,
    &TEMPLATE_CURRENT,
    &TEMPLATE_PARAMETERS,
    &TEMPLATE_SECRET_PARAMETERS,
    &TEMPLATE_PARAMETER_ALIASES,
    &TEMPLATE_CAPABILITIES,
    &PREVIEW,
    &SECRETS_REFRESH,
    &PREVENT_REPLACEMENT,
    &RECOVERY_SKIP_RESOURCES,
    &RECOVERY_RETAIN_RESOURCES,
    &ROLE_ARN,
    &NOTIFICATION_ARNS,
    &POLICY_BODY,
    &TERMINATION_PROTECTION,
    &ROLLBACK_MONITORING_TIME_MINUTES,
    &ROLLBACK_TRIGGERS,
    &ON_FAILURE,
    &DEPLOYMENT_MODE,
    &ON_CONFLICT,
    &ON_INTERRUPT,
    &ASSET_BUCKET,
    &DRIFT_DETECTION,
];
