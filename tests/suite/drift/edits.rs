//! Edits behind CloudFormation's back, each with the input on which a refresh must show it, or the words of the note
//! where no input says it. Made by calls of the services, as people make them.

use anyhow::{Context, Result, anyhow};
use serde_json::{Value as Json, json};
use starburst_tests::fake::{self, seed};

use crate::harness::{REGION, STACK};

/// What a refresh must show.
#[derive(Debug, Clone, Copy)]
pub enum Shown {
    /// Exactly these inputs.
    On(&'static [&'static str]),
    /// A note that holds all of these words, and no input.
    Note(&'static [&'static str]),
}

/// What the apply that brings an edit back may do to nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nodes {
    /// The preview must name no roll and no restart.
    Stay,
    /// The preview says.
    May,
}

/// One edit.
pub struct Edit {
    /// What was done.
    pub name: &'static str,
    /// Whether only CloudFormation's own detection sees it.
    pub full: bool,
    /// What a refresh must show.
    pub shown: Shown,
    /// Whether an apply brings it back; a note that says otherwise stays.
    pub reverted: bool,
    /// What may become of nodes.
    pub nodes: Nodes,
    /// Does it.
    pub make: fn(&Outside<'_>) -> Result<()>,
}

/// Somebody with a console.
pub struct Outside<'a> {
    /// The model of AWS.
    pub model: &'a fake::World,
}

impl Outside<'_> {
    fn call(&self, service: &str, action: &str, params: Json) -> Result<Json> {
        self.model.call(service, action, params).map_err(|error| anyhow!("{service} {action}: {error}"))
    }

    /// Physical id of a resource.
    pub fn physical(&self, logical: &str) -> Result<String> {
        let params = json!({ "StackName": STACK, "LogicalResourceId": logical });
        let answer = self.call("cloudformation", "DescribeStackResource", params)?;
        let id = answer.pointer("/StackResourceDetail/PhysicalResourceId").and_then(Json::as_str);
        Ok(id.context("no physical id")?.to_owned())
    }

    fn group(&self, logical: &str, mut changes: Json) -> Result<()> {
        changes["AutoScalingGroupName"] = json!(self.physical(logical)?);
        self.call("autoscaling", "UpdateAutoScalingGroup", changes).map(drop)
    }

    /// Makes another version of a launch template and lets a group use it.
    fn version(&self, template: &str, group: &str, data: Json) -> Result<()> {
        let id = self.physical(template)?;
        let names = json!({ "AutoScalingGroupNames": [self.physical(group)?] });
        let all = self.call("autoscaling", "DescribeAutoScalingGroups", names)?;
        let used = all.pointer("/AutoScalingGroups/0/LaunchTemplate/Version").cloned();
        let params = json!({ "LaunchTemplateId": id, "SourceVersion": used, "LaunchTemplateData": data });
        let made = self.call("ec2", "CreateLaunchTemplateVersion", params)?;
        let number = made.pointer("/launchTemplateVersion/versionNumber").context("no version")?.to_string();
        self.group(group, json!({ "LaunchTemplate": { "LaunchTemplateId": id, "Version": number } }))
    }

    /// Deletes the versions of all launch templates that are newer than the one in use.
    pub fn delete_versions(&self) -> Result<()> {
        for (template, group) in
            [("WorkerNode", "Workers"), ("CoordinatorNode", "Coordinators"), ("SupersetNode", "Superset")]
        {
            let names = json!({ "AutoScalingGroupNames": [self.physical(group)?] });
            let all = self.call("autoscaling", "DescribeAutoScalingGroups", names)?;
            let used = all.pointer("/AutoScalingGroups/0/LaunchTemplate/Version").and_then(Json::as_str);
            let used: u64 = used.context("no version")?.parse()?;
            let newer: Vec<String> = (used + 1..used + 9).map(|number| number.to_string()).collect();
            let params = json!({ "LaunchTemplateId": self.physical(template)?, "LaunchTemplateVersion": newer });
            self.call("ec2", "DeleteLaunchTemplateVersions", params)?;
        }
        Ok(())
    }

    fn rule(&self, action: &str, port: u16, source: Json) -> Result<()> {
        let mut rule = json!({ "IpProtocol": "tcp", "FromPort": port, "ToPort": port });
        for (key, value) in source.as_object().into_iter().flatten() {
            rule[key] = value.clone();
        }
        let params = json!({ "GroupId": self.physical("SecurityGroup")?, "IpPermissions": [rule] });
        self.call("ec2", action, params).map(drop)
    }

    fn list_as_source(&self) -> Result<Json> {
        Ok(json!({ "PrefixListIds": [{ "PrefixListId": self.physical("Access")? }] }))
    }

    fn move_port(&self, from: u16, to: u16) -> Result<()> {
        self.rule("RevokeSecurityGroupIngress", from, self.list_as_source()?)?;
        self.rule("AuthorizeSecurityGroupIngress", to, self.list_as_source()?)
    }

    fn networks(&self, add: &[&str], remove: &[&str]) -> Result<()> {
        let entries = |all: &[&str]| all.iter().map(|cidr| json!({ "Cidr": cidr })).collect::<Vec<_>>();
        let id = self.physical("Access")?;
        let params = json!({ "PrefixListId": id, "AddEntry": entries(add), "RemoveEntry": entries(remove) });
        self.call("ec2", "ModifyManagedPrefixList", params).map(drop)
    }

    /// UpdateStack by somebody else: these parameters, the rest as before.
    fn stack(&self, changes: &[(&str, &str)], more: Json) -> Result<()> {
        let all = self.call("cloudformation", "DescribeStacks", json!({ "StackName": STACK }))?;
        let names = all.pointer("/Stacks/0/Parameters").and_then(Json::as_array).cloned().unwrap_or_default();
        let parameters: Vec<Json> = names
            .iter()
            .map(|parameter| {
                let name = &parameter["ParameterKey"];
                match changes.iter().find(|(key, _)| name == key) {
                    Some((_, value)) => json!({ "ParameterKey": name, "ParameterValue": value }),
                    None => json!({ "ParameterKey": name, "UsePreviousValue": true }),
                }
            })
            .collect();
        let mut params = json!({ "StackName": STACK, "UsePreviousTemplate": true, "Parameters": parameters,
            "Capabilities": ["CAPABILITY_IAM"] });
        for (key, value) in more.as_object().into_iter().flatten() {
            params[key] = value.clone();
        }
        self.call("cloudformation", "UpdateStack", params)?;
        self.model.settle(10_000);
        Ok(())
    }

    fn tag(&self, key: &str, value: &str) -> Result<()> {
        let tag = json!({ "ResourceId": self.physical("Workers")?, "ResourceType": "auto-scaling-group", "Key": key,
            "Value": value, "PropagateAtLaunch": true });
        self.call("autoscaling", "CreateOrUpdateTags", json!({ "Tags": [tag] })).map(drop)
    }
}

const fn on(name: &'static str, paths: &'static [&'static str], make: fn(&Outside<'_>) -> Result<()>) -> Edit {
    Edit { name, full: false, shown: Shown::On(paths), reverted: true, nodes: Nodes::May, make }
}

const fn full(name: &'static str, paths: &'static [&'static str], make: fn(&Outside<'_>) -> Result<()>) -> Edit {
    Edit { name, full: true, shown: Shown::On(paths), reverted: true, nodes: Nodes::May, make }
}

/// An edit of a resource that is no node: to bring it back spares the nodes.
const fn beside(edit: Edit) -> Edit {
    Edit { nodes: Nodes::Stay, ..edit }
}

const fn note(name: &'static str, words: &'static [&'static str], make: fn(&Outside<'_>) -> Result<()>) -> Edit {
    Edit { name, full: false, shown: Shown::Note(words), reverted: true, nodes: Nodes::May, make }
}

/// Image beside the one that the stack has.
const OTHER_IMAGE: &str = "ami-01010101010101010";
/// A network that the program does not name.
const FOREIGN: &str = "192.0.2.0/24";

/// All edits.
pub static EDITS: &[Edit] = &[
    on("workers resized", &["ec2.workerCount"], |o| {
        o.group("Workers", json!({ "MinSize": 5, "DesiredCapacity": 5, "MaxSize": 9 }))
    }),
    on("desired capacity of workers alone", &["ec2.workerCount"], |o| {
        let name = o.physical("Workers")?;
        let params = json!({ "AutoScalingGroupName": name, "DesiredCapacity": 4 });
        o.call("autoscaling", "SetDesiredCapacity", params).map(drop)
    }),
    on("coordinators resized", &["ec2.haCoordinatorCount"], |o| {
        o.group("Coordinators", json!({ "MinSize": 1, "DesiredCapacity": 1 }))
    }),
    on("type of workers in a launch template version", &["ec2.workerInstanceType"], |o| {
        o.version("WorkerNode", "Workers", json!({ "InstanceType": "r5.4xlarge" }))
    }),
    on("image of workers", &["ec2.workerImageId"], |o| {
        o.version("WorkerNode", "Workers", json!({ "ImageId": OTHER_IMAGE }))
    }),
    on("key pair of workers taken out", &["ec2.keyName"], |o| {
        o.version("WorkerNode", "Workers", json!({ "KeyName": "" }))
    }),
    on("root volume of workers enlarged", &["ec2.rootVolume.sizeGiB"], |o| {
        let disk = json!({ "DeviceName": "/dev/xvda", "Ebs": { "Encrypted": true, "VolumeSize": "200",
            "VolumeType": "gp3", "KmsKeyId": "alias/aws/ebs" } });
        o.version("WorkerNode", "Workers", json!({ "BlockDeviceMappings": [disk] }))
    }),
    on("root volume of workers of another type", &["ec2.rootVolume.type"], |o| {
        let disk = json!({ "DeviceName": "/dev/xvda", "Ebs": { "Encrypted": true, "VolumeSize": "50",
            "VolumeType": "gp2", "KmsKeyId": "alias/aws/ebs" } });
        o.version("WorkerNode", "Workers", json!({ "BlockDeviceMappings": [disk] }))
    }),
    on("instance profile of workers", &["ec2.instanceProfile"], |o| {
        o.version("WorkerNode", "Workers", json!({ "IamInstanceProfile": { "Name": "analytics-nodes" } }))
    }),
    on("security groups of workers", &["network.securityGroupIds"], |o| {
        let own = o.physical("SecurityGroup")?;
        o.version("WorkerNode", "Workers", json!({ "SecurityGroupIds": [own, seed::SECOND_SECURITY_GROUP] }))
    }),
    on("type of coordinators", &["ec2.coordinatorInstanceType"], |o| {
        o.version("CoordinatorNode", "Coordinators", json!({ "InstanceType": "r5.4xlarge" }))
    }),
    on("image of coordinators", &["ec2.imageId"], |o| {
        o.version("CoordinatorNode", "Coordinators", json!({ "ImageId": OTHER_IMAGE }))
    }),
    on("type of the Superset node", &["superset.instanceType"], |o| {
        o.version("SupersetNode", "Superset", json!({ "InstanceType": "m5.xlarge" }))
    }),
    beside(on("a rule that lets a network reach Presto", &["presto.externalAccessCidrs"], |o| {
        let source = json!({ "IpRanges": [{ "CidrIp": FOREIGN }] });
        o.rule("AuthorizeSecurityGroupIngress", 8080, source)
    })),
    on("a network added to the prefix list", &["presto.externalAccessCidrs"], |o| o.networks(&[FOREIGN], &[])),
    beside(on("a network of the prefix list widened", &["presto.externalAccessCidrs"], |o| {
        o.networks(&["203.0.0.0/16"], &["203.0.113.0/24"])
    })),
    beside(on("the only network taken out of the prefix list", &["presto.allowExternalAccessOnHttp"], |o| {
        o.networks(&[], &["203.0.113.0/24"])
    })),
    beside(on("the port of Presto's rule changed", &["presto.httpPort"], |o| o.move_port(8080, 9090))),
    beside(on("a tag of the workers' group changed", &["stack.tags"], |o| o.tag("team", "finance"))),
    on("a tag of the stack changed", &["stack.tags"], |o| {
        let done = o.model.set_stack_tag(REGION, STACK, "team", "finance");
        anyhow::ensure!(done, "there is a stack");
        Ok(())
    }),
    on("termination protection switched on", &["stack.terminationProtection"], |o| {
        let params = json!({ "StackName": STACK, "EnableTerminationProtection": true });
        o.call("cloudformation", "UpdateTerminationProtection", params).map(drop)
    }),
    on("UpdateStack with another type of workers", &["ec2.workerInstanceType"], |o| {
        o.stack(&[("WorkerInstanceType", "r5.4xlarge")], json!({}))
    }),
    on("UpdateStack with properties of Alluxio", &["alluxio.properties"], |o| {
        o.stack(&[("AlluxioProperties", "alluxio.user.metrics.collection.enabled=true")], json!({}))
    }),
    on("UpdateStack with another port", &["presto.httpPort"], |o| o.stack(&[("PrestoHttpPort", "8090")], json!({}))),
    on("UpdateStack with a role", &["monitoring.logRetentionDays", "stack.roleArn"], |o| {
        let role = format!("arn:aws:iam::{}:role/another", fake::ACCOUNT);
        o.stack(&[("LogRetentionDays", "14")], json!({ "RoleARN": role }))
    }),
    on("UpdateStack with a topic", &["monitoring.logRetentionDays", "stack.notificationArns"], |o| {
        let topic = format!("arn:aws:sns:us-east-1:{}:ops", fake::ACCOUNT);
        o.stack(&[("LogRetentionDays", "14")], json!({ "NotificationARNs": [topic] }))
    }),
    beside(full("retention of the logs", &["monitoring.logRetentionDays"], |o| {
        let params = json!({ "logGroupName": o.physical("LogGroup")?, "retentionInDays": 90 });
        o.call("logs", "PutRetentionPolicy", params).map(drop)
    })),
    beside(full("topic of an alarm", &["monitoring.alarmTopicArn"], |o| {
        let topic = format!("arn:aws:sns:us-east-1:{}:ops", fake::ACCOUNT);
        let params = json!({ "AlarmName": o.physical("WorkersMissing")?, "AlarmActions": [topic] });
        o.call("monitoring", "PutMetricAlarm", params).map(drop)
    })),
    beside(full("alarm removed", &["monitoring.alarmTopicArn"], |o| {
        let params = json!({ "AlarmNames": [o.physical("WorkersMissing")?] });
        o.call("monitoring", "DeleteAlarms", params).map(drop)
    })),
    beside(full("dashboard removed", &["monitoring.cloudWatchMetrics"], |o| {
        let params = json!({ "DashboardNames": [o.physical("Dashboard")?] });
        o.call("monitoring", "DeleteDashboards", params).map(drop)
    })),
    note("largest size of workers alone", &["Workers/MaxSize", "is 40"], |o| {
        o.group("Workers", json!({ "MaxSize": 40 }))
    }),
    note("metastore resized", &["Metastore/DesiredCapacity", "is 0, not 1"], |o| {
        o.group("Metastore", json!({ "MinSize": 0, "DesiredCapacity": 0 }))
    }),
    note("name of the workers' group", &["Workers/Tags/Name", "is renamed"], |o| o.tag("Name", "renamed")),
    note("a rule on a port of nobody", &["SecurityGroup/SecurityGroupIngress", "tcp 22 from 192.0.2.0/24"], |o| {
        let source = json!({ "IpRanges": [{ "CidrIp": FOREIGN }] });
        o.rule("AuthorizeSecurityGroupIngress", 22, source)
    }),
    note("Presto's rule removed", &["SecurityGroup/SecurityGroupIngress/0", "is absent, not tcp 8080"], |o| {
        o.rule("RevokeSecurityGroupIngress", 8080, o.list_as_source()?)
    }),
    Edit {
        name: "heartbeat of the drain hook",
        full: true,
        shown: Shown::Note(&["Workers/LifecycleHookSpecificationList/0/HeartbeatTimeout", "is 60, not 600"]),
        reverted: true,
        nodes: Nodes::Stay,
        make: |o| {
            let name = o.physical("Workers")?;
            let params = json!({ "AutoScalingGroupName": name, "LifecycleHookName": "drain",
                "LifecycleTransition": "autoscaling:EC2_INSTANCE_TERMINATING", "HeartbeatTimeout": 60 });
            o.call("autoscaling", "PutLifecycleHook", params).map(drop)
        },
    },
    Edit {
        name: "threshold of an alarm",
        full: true,
        shown: Shown::Note(&["WorkersMissing/Threshold", "is 1, not 3"]),
        reverted: true,
        nodes: Nodes::Stay,
        make: |o| {
            let params = json!({ "AlarmName": o.physical("WorkersMissing")?, "Threshold": 1 });
            o.call("monitoring", "PutMetricAlarm", params).map(drop)
        },
    },
    Edit {
        name: "a process of the workers' group suspended",
        full: false,
        shown: Shown::Note(&["process AZRebalance", "no update resumes it", "aws autoscaling resume-processes"]),
        reverted: false,
        nodes: Nodes::Stay,
        make: |o| {
            let name = o.physical("Workers")?;
            let params = json!({ "AutoScalingGroupName": name, "ScalingProcesses": ["AZRebalance"] });
            o.call("autoscaling", "SuspendProcesses", params).map(drop)
        },
    },
];
