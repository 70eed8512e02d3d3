//! Rules of the inputs that need no AWS: first those of each value alone, then those between fields, one function a
//! rule. A rule that meets an unknown value says nothing. Knows no port.

mod alluxio;
mod ec2;
mod files;
mod found;
mod leaf;
mod metastore;
mod names;
mod nearest;
mod presto;
mod required;
mod rolling;
mod room;
mod s3;
mod shape;
mod stack;
mod storage;
mod tags;
mod view;

#[cfg(test)]
mod corpus;
#[cfg(test)]
mod tests;

pub use found::Found;
pub use names::settle as settle_name;
pub use nearest::nearest;
pub use shape::normalise;
pub use view::View;

/// A rule between fields.
pub type Rule = fn(&View<'_>, &mut Found);

/// All rules between fields, by section.
pub static RULES: &[&[Rule]] = &[
    required::RULES,
    ec2::RULES,
    storage::RULES,
    rolling::RULES,
    presto::RULES,
    alluxio::RULES,
    metastore::RULES,
    s3::RULES,
    files::RULES,
    tags::RULES,
    stack::RULES,
    room::RULES,
];

/// Runs all rules between fields.
pub fn run(view: &View<'_>, found: &mut Found) {
    for rule in RULES.iter().flat_map(|rules| rules.iter()) {
        rule(view, found);
    }
}
