// Nodes that reach AWS through endpoints of the VPC alone, and install from a mirror in S3.
import * as pulumi from "@pulumi/pulumi";
import * as starburst from "@presto-alluxio/starburst";

const config = new pulumi.Config();

const cluster = new starburst.PrestoAlluxioCluster("analytics", {
    network: {
        vpcId: config.require("vpcId"),
        subnetId: config.require("subnetId"),
        securityGroupIds: config.requireObject<string[]>("securityGroupIds"),
        // The stack makes those that the VPC lacks. `all` makes every one, `none` leaves them to you.
        vpcEndpoints: starburst.NetworkVpcEndpoints.Auto,
    },
    ec2: {
        workerCount: 3,
        workerInstanceType: "r5.4xlarge",
        coordinatorInstanceType: "r5.4xlarge",
        // Shells on nodes that nobody can reach: through Session Manager's endpoints.
        sessionManager: true,
    },
    alluxio: { s3RootMount: config.require("s3RootMount") },
    packages: { mirrorUri: config.require("mirrorUri") },
});

export const coordinatorUrl = cluster.coordinatorUrl;
export const stackName = cluster.stackName;
