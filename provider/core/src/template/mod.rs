//! The bundled joint template.

mod settings;

pub use settings::{Bundled, recognise, with_settings};

/// The template as it is sent.
pub const BODY: &str = "{\"Metadata\":{\"Starburst\":{\"TemplateVersion\":1}},\"Resources\":{}}";
/// Its version.
pub const VERSION: u32 = 1;
/// Logical id of the worker group.
pub const WORKERS: &str = "Workers";
/// Logical id of the workers' launch template.
pub const WORKER_LAUNCH_TEMPLATE: &str = "WorkerLaunchTemplate";
/// Parameter that holds the largest size of the worker group.
pub const WORKER_MAXIMUM: &str = "WorkersMaximum";
/// Image parameters by role.
pub const IMAGE_PARAMETERS: &[(&str, &str)] = &[("coordinator", "ImageId"), ("worker", "WorkerImageId")];
/// Fields behind resources.
pub const FIELDS_OF_RESOURCES: &[(&str, &str)] = &[];

/// Whether an output shows what a secret parameter holds.
#[must_use]
pub fn is_sensitive_output(_key: &str) -> bool {
    false
}
