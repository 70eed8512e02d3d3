// Everything in which environments differ is configuration; everything they share is here.
import * as pulumi from "@pulumi/pulumi";
import * as starburst from "@presto-alluxio/starburst";

const config = new pulumi.Config();
const environment = pulumi.getStack();
const guarded = config.requireBoolean("protected");

// An explicit provider, so that no environment takes region or account from whoever runs the program.
const aws = new starburst.Provider("aws", {
    region: config.require("region"),
    allowedAccountIds: [config.require("accountId")],
    defaultTags: { environment, "managed-by": "pulumi" },
});

const cluster = new starburst.PrestoAlluxioCluster(
    "cluster",
    {
        network: {
            vpcId: config.require("vpcId"),
            subnetId: config.require("subnetId"),
            securityGroupIds: config.requireObject<string[]>("securityGroupIds"),
        },
        ec2: {
            workerCount: config.requireNumber("workerCount"),
            workerInstanceType: config.require("workerInstanceType"),
            haCoordinatorCount: config.requireNumber("coordinators"),
        },
        alluxio: {
            s3RootMount: config.require("s3RootMount"),
            // A secret of this environment; absent in those that have none.
            secretProperties: config.getSecretObject<Record<string, string>>("alluxioSecrets"),
        },
        stack: { terminationProtection: guarded, preventReplacement: guarded },
    },
    { provider: aws, protect: guarded },
);

export const coordinatorUrl = cluster.coordinatorUrl;
export const stackName = cluster.stackName;
