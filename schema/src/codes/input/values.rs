//! SB1001…: values, names and tags of the program.

use super::Code;

/// A required input is absent.
pub static REQUIRED: Code = Code::new(
    1001,
    "a required input is absent",
    "A new cluster cannot be made without this input.",
    "Write the input that the message names.",
);

/// A local file cannot be read.
pub static UNREADABLE_FILE: Code = Code::new(
    1002,
    "a local file cannot be read",
    "The input names a file, folder or archive of this machine that is not there or cannot be read.",
    "Write a path that begins at the program's folder, or an s3:// URI.",
);

/// An input of that name does not exist.
pub static UNKNOWN_KEY: Code = Code::new(
    1003,
    "an input of that name does not exist",
    "The program writes a key that the resource does not have; most often it is misspelt or stands in the wrong section.",
    "Use the name that the message gives, or remove the key.",
);

/// A value has the wrong type.
pub static WRONG_KIND: Code = Code::new(
    1004,
    "a value has the wrong type",
    "The input takes another type, for example a whole number instead of a text.",
    "Write a value of the type that the message names; numbers and booleans stand without quotes.",
);

/// A number, length or count is out of bounds.
pub static OUT_OF_BOUNDS: Code = Code::new(
    1005,
    "a number, length or count is out of bounds",
    "The value is smaller or larger than the input allows.",
    "Write a value within the bounds that the message names.",
);

/// A text does not have the form that the input takes.
pub static BAD_FORM: Code = Code::new(
    1006,
    "a text does not have the form that the input takes",
    "Ids, ARNs, URIs, networks and lengths of time have fixed forms.",
    "Write the value in the form that the message shows.",
);

/// A text is not one of the values that the input takes.
pub static NOT_A_CHOICE: Code = Code::new(
    1007,
    "a text is not one of the values that the input takes",
    "The input takes one of a closed list of texts.",
    "Write one of the texts that the message lists.",
);

/// The stack needs a name.
pub static NAME_REQUIRED: Code = Code::new(
    1008,
    "the stack needs a name",
    "No name is written, and the client proposes none.",
    "Write a name for the stack.",
);

/// A tag is not allowed.
pub static TAG_NOT_ALLOWED: Code = Code::new(
    1009,
    "a tag is not allowed",
    "Keys that begin with `aws:` belong to AWS and those that begin with `starburst:` to this plugin; keys have at most 128 characters and values at most 256.",
    "Rename the tag, or shorten it.",
);

/// There are too many tags.
pub static TOO_MANY_TAGS: Code = Code::new(
    1010,
    "there are too many tags",
    "A stack has at most 50 tags, two of which are the plugin's own.",
    "Remove tags until 48 are left.",
);

/// A value is longer than its template parameter.
pub static TOO_LONG: Code = Code::new(
    1011,
    "a value is longer than its template parameter",
    "The value travels to the stack as one text, for which CloudFormation has 4,096 characters and some parameters fewer.",
    "Write a shorter value.",
);
