//! What to write or run when a resource of the stack fails, and which input stands behind it. Field names come from the
//! caller as data: nothing here knows one. The words of AWS are in [`catalogue`].

mod catalogue;

use std::collections::BTreeMap;

pub use catalogue::CATALOGUE;

use crate::path::Path;

/// What a failure is about, where an input may stand behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Topic {
    /// The image of a node.
    Image,
    /// The instance type of a node.
    InstanceType,
    /// The key pair.
    KeyPair,
    /// The security groups.
    SecurityGroup,
    /// The subnet, and with it the zone.
    Subnet,
    /// The VPC.
    Vpc,
    /// The first volume of a node.
    RootVolume,
    /// The instance profile.
    InstanceProfile,
    /// The VPC endpoints.
    VpcEndpoints,
    /// The role that CloudFormation acts as.
    Role,
    /// How long a node may take to boot.
    BootTimeout,
    /// What a node runs when it boots.
    BootScript,
    /// The stack policy.
    StackPolicy,
    /// The key of volumes.
    Encryption,
    /// The sizes of a group.
    Sizes,
    /// The placement of nodes.
    Placement,
    /// The alarms that roll an operation back.
    RollbackTriggers,
    /// What happens to a failed operation.
    OnFailure,
    /// The tags.
    Tags,
    /// Termination protection.
    TerminationProtection,
    /// Resources that a second delete leaves alone.
    Retain,
    /// Resources that a continued rollback skips.
    Skip,
    /// What happens when another operation runs.
    OnConflict,
    /// The stack's name.
    StackName,
    /// The timeout of the operation.
    Timeout,
}

/// Which inputs stand behind the template's resources and behind topics.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fields {
    resources: BTreeMap<String, Path>,
    topics: BTreeMap<(Topic, String), Path>,
    status_tag: Option<String>,
    roles: BTreeMap<String, &'static str>,
    inputs: Vec<&'static str>,
}

impl Fields {
    /// The tag in which instances of the template's groups say how they are. Without one, no node is looked at.
    #[must_use]
    pub fn with_status_tag(mut self, key: impl Into<String>) -> Self {
        self.status_tag = Some(key.into());
        self
    }

    /// See [`Fields::with_status_tag`].
    #[must_use]
    pub fn status_tag(&self) -> Option<&str> {
        self.status_tag.as_deref()
    }

    /// Dotted paths of all inputs, by which nodes say what to change.
    #[must_use]
    pub fn with_inputs(mut self, inputs: impl IntoIterator<Item = &'static str>) -> Self {
        self.inputs = inputs.into_iter().collect();
        self
    }

    /// The input whose path stands in these words; the longest, where one is the beginning of another.
    #[must_use]
    pub fn named_in(&self, words: &str) -> Option<Path> {
        let named = self.inputs.iter().filter(|path| words.contains(**path));
        named.max_by_key(|path| path.len()).map(|path| Path::field(path))
    }

    /// The input behind a resource as a whole.
    #[must_use]
    pub fn resource(mut self, logical_id: impl Into<String>, path: Path) -> Self {
        self.resources.insert(logical_id.into(), path);
        self
    }

    /// The input behind a topic, whatever resource failed.
    #[must_use]
    pub fn topic(self, topic: Topic, path: Path) -> Self {
        self.topic_of(topic, "", path)
    }

    /// The input behind a topic of one resource: the workers' image is another input than the coordinators'.
    #[must_use]
    pub fn topic_of(mut self, topic: Topic, logical_id: impl Into<String>, path: Path) -> Self {
        self.topics.insert((topic, logical_id.into()), path);
        self
    }

    /// The role of the nodes of a group, by which the streams of their boot logs are named.
    #[must_use]
    pub fn role(mut self, logical_id: impl Into<String>, role: &'static str) -> Self {
        self.roles.insert(logical_id.into(), role);
        self
    }

    /// The input behind a topic for a resource. A template of another author names its resources otherwise: a logical
    /// id that holds the word of a role counts as that role's group.
    #[must_use]
    pub fn find(&self, topic: Topic, logical_id: &str) -> Option<&Path> {
        self.topics
            .get(&(topic, logical_id.to_owned()))
            .or_else(|| self.group_like(logical_id).and_then(|group| self.topics.get(&(topic, group.to_owned()))))
            .or_else(|| self.topics.get(&(topic, String::new())))
    }

    fn group_like(&self, logical_id: &str) -> Option<&str> {
        let id = logical_id.to_lowercase();
        self.roles.iter().find(|(_, role)| id.contains(**role)).map(|(group, _)| group.as_str())
    }

    /// The role of a group's nodes, where it is one of the cluster's groups.
    #[must_use]
    pub fn role_of(&self, logical_id: &str) -> Option<&'static str> {
        self.roles.get(logical_id).copied()
    }

    /// The input behind a resource as a whole.
    #[must_use]
    pub fn of_resource(&self, logical_id: &str) -> Option<&Path> {
        self.resources.get(logical_id)
    }
}

/// One entry of the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hint {
    /// Its number in the failure catalogue.
    pub id: &'static str,
    /// Words of AWS, lower case; all of a group must occur, any group is enough.
    pub words: &'static [&'static [&'static str]],
    /// What it is about.
    pub topic: Option<Topic>,
    /// What to write or run.
    pub text: &'static str,
}

/// The entry that fits AWS's words.
#[must_use]
pub fn find(reason: &str) -> Option<&'static Hint> {
    let reason = reason.to_lowercase();
    CATALOGUE.iter().find(|hint| hint.words.iter().any(|group| group.iter().all(|word| reason.contains(word))))
}

#[cfg(test)]
mod tests;
