//! SB1100…: local files and the stack's own inputs.

use super::Code;

/// A local file has no bucket to be uploaded to.
pub static BUCKET_FOR_ASSETS: Code = Code::new(
    1100,
    "a local file has no bucket to be uploaded to",
    "Nodes fetch files from S3, so local ones are uploaded first.",
    "Name a bucket for assets, or write an s3:// URI.",
);

/// The configuration does not have `etc/` at its top.
pub static FOLDER_WITHOUT_ETC: Code = Code::new(
    1101,
    "the configuration does not have `etc/` at its top",
    "Presto's configuration lies below `etc/`; an archive with another folder at its top makes the update fail.",
    "Move the files below `etc/`.",
);

/// The bootstrap script is empty.
pub static EMPTY_SCRIPT: Code = Code::new(
    1102,
    "the bootstrap script is empty",
    "An empty file does nothing on the nodes.",
    "Write the script, or remove the input.",
);

/// More than one template.
pub static TEMPLATE_SOURCES: Code = Code::new(
    1110,
    "more than one template",
    "A template of your own comes from one place.",
    "Keep one of the inputs that the message names.",
);

/// Settings for a template of your own, and no such template.
pub static TEMPLATE_WITHOUT_SOURCE: Code = Code::new(
    1111,
    "settings for a template of your own, and no such template",
    "The bundled template takes no further parameters, aliases or capabilities.",
    "Give the template, or remove the settings.",
);

/// The template version does not exist.
pub static TEMPLATE_VERSION: Code = Code::new(
    1112,
    "the template version does not exist",
    "The plugin carries one version of the bundled template.",
    "Write `latest` or a version that the message names.",
);

/// A capability does not exist.
pub static UNKNOWN_CAPABILITY: Code = Code::new(
    1114,
    "a capability does not exist",
    "CloudFormation knows three capabilities.",
    "Write one of those that the message lists.",
);

/// A monitoring time without triggers.
pub static MONITORING_UNUSED: Code = Code::new(
    1115,
    "a monitoring time without triggers",
    "CloudFormation watches the triggers only.",
    "Name triggers, or remove the time.",
);

/// The express mode cannot replace nodes.
pub static EXPRESS_WITH_ROLLS: Code = Code::new(
    1116,
    "the express mode cannot replace nodes",
    "It ends before the nodes are ready, so that a roll would lose queries.",
    "Use the standard mode for this change.",
);

/// The change would replace the stack.
pub static REPLACEMENT_PREVENTED: Code = Code::new(
    1117,
    "the change would replace the stack",
    "A changed input can only be carried out with a new stack, and replacements are prevented.",
    "Take the change back, or allow the replacement.",
);

/// The stack policy is not a policy.
pub static BAD_POLICY: Code = Code::new(
    1118,
    "the stack policy is not a policy",
    "A stack policy is a JSON object with a list `Statement`.",
    "Write the policy as CloudFormation documents it.",
);

/// Deleting on failure concerns a creation only.
pub static DELETE_ON_CREATE_ONLY: Code = Code::new(
    1119,
    "deleting on failure concerns a creation only",
    "A failed update is rolled back.",
    "Write `rollback` or `keep`.",
);

/// Not a logical id.
pub static BAD_LOGICAL_ID: Code = Code::new(
    1120,
    "not a logical id",
    "Logical ids are letters and digits; in a nested stack, the nested stack's id, a dot and the id.",
    "Copy the id from the error of the failed operation.",
);

/// The change may take longer than the operation may.
pub static LONGER_THAN_TIMEOUT: Code = Code::new(
    1127,
    "the change may take longer than the operation may",
    "The estimate follows from the number of batches and from the times to boot and to drain; an operation that runs \
     out of time fails while CloudFormation goes on.",
    "Give the resource a longer timeout, a larger batch, or shorter times to boot and to drain.",
);

/// A required parameter of the template of your own has no value.
pub static PARAMETER_WITHOUT_VALUE: Code = Code::new(
    1153,
    "a parameter of your template has no value",
    "The template declares a parameter without default, no input fills it and the stack has no value of it.",
    "Write the input that the message names, or the parameter in `stack.template.parameters`.",
);

/// The template of your own takes other values.
pub static VALUE_NOT_TAKEN: Code = Code::new(
    1154,
    "your template does not take this value",
    "The parameter of the template lists the values that it takes, or names a parameter of Systems Manager.",
    "Write a value that the message lists, or fill the parameter in `stack.template.parameters`.",
);

/// A parameter or alias names nothing in the template of your own.
pub static UNKNOWN_PARAMETER: Code = Code::new(
    1155,
    "your template declares no such parameter",
    "`stack.template.parameters`, `secretParameters` and `parameterAliases` name parameters by their names in the template, \
     which are case-sensitive.",
    "Write a name that the message proposes, or remove the entry.",
);

/// A parameter of the template of your own has two values.
pub static PARAMETER_TWICE: Code = Code::new(
    1156,
    "a parameter of your template has two values",
    "An input fills the parameter already.",
    "Keep one of the two.",
);

/// A capability is not acknowledged.
pub static CAPABILITY_MISSING: Code = Code::new(
    1157,
    "a capability is not acknowledged",
    "The template of your own makes identities, or is changed by macros; CloudFormation does that only where you agree.",
    "Read what the template makes, then list the capability in `stack.template.capabilities`.",
);

/// The template of your own cannot be read.
pub static TEMPLATE_UNREADABLE: Code = Code::new(
    1158,
    "your template cannot be read",
    "CloudFormation refuses the template: it is malformed, not in S3, in another region's bucket, larger than 1 MB, or you \
     may not read it.",
    "Correct what the message says; `aws cloudformation validate-template` tells the same.",
);

/// An input has no parameter in the template of your own.
pub static NO_PARAMETER: Code = Code::new(
    1159,
    "an input has no parameter in your template",
    "An input reaches a template of your own through the parameter of its name, through a name that the vendor gave it, or \
     through `stack.template.parameterAliases`; the template declares none of these.",
    "Remove the input, name the parameter in `stack.template.parameterAliases`, or add it to the template.",
);

/// The template of your own does not fit a request.
pub static TEMPLATE_TOO_LARGE: Code = Code::new(
    1160,
    "your template does not fit a request",
    "CloudFormation takes 51,200 bytes in a request and 1 MB from a bucket.",
    "Name a bucket in `stack.assetBucket`, or put the template there and write `stack.template.url`.",
);
