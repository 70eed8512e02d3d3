//! SB2… and SB3…: AWS, or a guard of the plugin, said no before anything was changed.

use super::Code;

/// AWS denied a call.
pub static DENIED: Code = Code::new(
    2001,
    "AWS denied a call",
    "The credentials in use may not perform the action that the message names.",
    "Allow the action for the caller, or use other credentials.",
);

/// No usable credentials.
pub static CREDENTIALS: Code = Code::new(
    2002,
    "the AWS credentials are absent, wrong or out of date",
    "AWS did not accept the credentials, or none were found.",
    "Renew the credentials, or configure a profile or role for the provider, and run the same command again.",
);

/// The account is not one that may be touched.
pub static ACCOUNT_NOT_ALLOWED: Code = Code::new(
    2003,
    "the account is not the one that is allowed",
    "The credentials belong to another account than the cluster's, or to one that the provider's configuration excludes.",
    "Use credentials of the right account, or correct the provider's list of accounts.",
);

/// The stack is in another region.
pub static OTHER_REGION: Code = Code::new(
    2004,
    "the cluster is in another region",
    "The provider is configured for another region or partition than the one in the stack's ARN.",
    "Configure the provider for the region of the stack; a cluster cannot be moved between regions.",
);

/// AWS refused the request.
pub static REFUSED: Code = Code::new(
    3001,
    "AWS refused the request",
    "CloudFormation or another service found the request itself wrong and started nothing.",
    "Correct what AWS's words in the message name and run the same command again.",
);

/// The stack's name is in use.
pub static NAME_TAKEN: Code = Code::new(
    3002,
    "a stack of that name exists",
    "A CloudFormation stack with the chosen name is there, and it was not made by this resource, or it is the one that \
     this resource is to replace.",
    "Choose another name for the stack, destroy the cluster before its replacement, or import the existing stack.",
);

/// Another operation runs.
pub static OPERATION_IN_PROGRESS: Code = Code::new(
    3003,
    "another operation of the stack is in progress",
    "Somebody else, or another run, is changing the same CloudFormation stack.",
    "Run the same command again when it has ended, or let the resource wait for such operations.",
);

/// Termination protection is on.
pub static PROTECTED: Code = Code::new(
    3004,
    "the stack is protected against deletion",
    "Termination protection is switched on, so CloudFormation refuses to delete the stack.",
    "Switch termination protection off with an update first, then delete.",
);

/// A quota is used up.
pub static LIMIT: Code = Code::new(
    3005,
    "a quota of the account is used up",
    "AWS refused the request because it would go beyond a quota of the account or region.",
    "Remove what is not needed, or ask AWS for a higher quota.",
);

/// A capability is missing.
pub static CAPABILITIES: Code = Code::new(
    3006,
    "the template needs an acknowledgement",
    "The template makes IAM resources or uses macros, and the request did not acknowledge that.",
    "Give the capability that the message names.",
);

/// The state was written by a newer plugin.
pub static NEWER_STATE: Code = Code::new(
    3007,
    "the state was written by a newer version of the plugin",
    "The record of the cluster has a form that this version does not know.",
    "Install the version of the plugin that wrote the state, or a newer one.",
);

/// The stack was made from another template.
pub static FOREIGN_TEMPLATE: Code = Code::new(
    3008,
    "the stack holds no cluster",
    "Its template is not the bundled one, declares none of the parameters by which a cluster is described, and makes no Auto \
     Scaling group.",
    "Import the stack that holds the nodes; a stack of a network or of buckets belongs to the provider of AWS.",
);

/// A file of the program changed between plan and apply.
pub static FILE_CHANGED: Code = Code::new(
    3009,
    "a local file changed after the plan",
    "The content of a file or folder on this machine differs from what the plan was made of, so that carrying the plan \
     out would do something else than was shown.",
    "Plan again and apply that plan; keep the file as it is in between.",
);

/// The stack changed between preview and apply.
pub static STACK_MOVED: Code = Code::new(
    3010,
    "the stack changed after it was previewed",
    "The change set of the preview was made of another state of the stack than the one that is there now.",
    "Preview again, read what changes now, and apply that.",
);

/// A change set that was made anew does more than was shown.
pub static DOES_MORE: Code = Code::new(
    3011,
    "the change set does more than was shown",
    "The change set of the preview was gone, and the one made in its place removes or replaces resources that no \
     changed input explains.",
    "Preview again, read what changes now, and apply that.",
);

/// CloudFormation could not make a change set.
pub static NO_CHANGE_SET: Code = Code::new(
    3012,
    "CloudFormation could not make a change set",
    "The change set ended as failed, or became obsolete while it was made.",
    "Correct what AWS's words in the message name, or preview with `stack.preview = local`.",
);

/// Early validation refused the change.
pub static EARLY_VALIDATION: Code = Code::new(
    3013,
    "CloudFormation's early validation refuses the change",
    "Before anything is changed, CloudFormation checks names, required properties, quotas and the like.",
    "Correct the input that the message names.",
);

/// A resource that did not fail shall be left out.
pub static NOT_FAILED: Code = Code::new(
    3014,
    "the resources to leave out are not those that failed",
    "Only resources that failed in the rollback can be skipped, and only those whose deletion failed can be retained.",
    "Name exactly the resources that the error lists.",
);

/// The stack is Service Catalog's.
pub static PROVISIONED_PRODUCT: Code = Code::new(
    3015,
    "the stack belongs to a provisioned product",
    "Service Catalog launched the stack, and sets back or trips over what is done to it past Service Catalog.",
    "Change or end the provisioned product with the command that the message names; reading and importing go on here.",
);

/// All codes of this file, ascending.
pub static CODES: &[&Code] = &[
    &DENIED,
    &CREDENTIALS,
    &ACCOUNT_NOT_ALLOWED,
    &OTHER_REGION,
    &REFUSED,
    &NAME_TAKEN,
    &OPERATION_IN_PROGRESS,
    &PROTECTED,
    &LIMIT,
    &CAPABILITIES,
    &NEWER_STATE,
    &FOREIGN_TEMPLATE,
    &FILE_CHANGED,
    &STACK_MOVED,
    &DOES_MORE,
    &NO_CHANGE_SET,
    &EARLY_VALIDATION,
    &NOT_FAILED,
    &PROVISIONED_PRODUCT,
];
