//! CloudFormation as a state machine, and the loop that drives it. Knows neither the resource nor its template: body,
//! parameters and the map from logical ids to inputs reach it as data.
//!
//! Begin with [`run`]: the loop. [`machine`] is the state machine, [`table`] what is decided in which status, [`cause`]
//! the diagnosis, [`change_set`] what a change set says. [`Follower`] watches what others do and changes nothing.

pub mod call_failure;
pub mod cause;
pub mod change_set;
mod decide;
mod driver;
mod endings;
pub mod events;
mod finish;
mod follow;
pub mod hints;
pub mod machine;
mod nodes;
mod operation;
pub mod poll;
mod prepare;
pub mod status;
pub mod step;
pub mod table;
#[cfg(test)]
mod tests;
mod timers;
pub mod token;
mod watch;

pub use change_set::{ChangeSet, ChangeSetUse, Prepared, Shown};
pub use driver::run;
pub use endings::cannot_be_updated;
pub use follow::{Followed, Follower};
pub use hints::{Fields, Topic};
pub use operation::{Goal, OnConflict, OnInterrupt, Operation, Outcome, OwnerTag, Recovery, Stub};
