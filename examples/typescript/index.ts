// One cluster, described by the configuration of the stack. Change a value, run `pulumi preview`, and read what it
// would do to the nodes.
import * as pulumi from "@pulumi/pulumi";
import * as starburst from "@presto-alluxio/starburst";

const config = new pulumi.Config();

const cluster = new starburst.PrestoAlluxioCluster("analytics", {
    network: {
        vpcId: config.require("vpcId"),
        subnetId: config.require("subnetId"),
        securityGroupIds: config.requireObject<string[]>("securityGroupIds"),
    },
    ec2: {
        workerCount: config.requireNumber("workerCount"),
        workerInstanceType: config.require("workerInstanceType"),
    },
    alluxio: {
        s3RootMount: config.require("s3RootMount"),
    },
    stack: {
        tags: { environment: pulumi.getStack() },
    },
});

export const coordinatorUrl = cluster.coordinatorUrl;
export const alluxioUiUrl = cluster.alluxioUiUrl;
export const stackName = cluster.stackName;
export const workerGroup = cluster.workerAutoScalingGroupName;
