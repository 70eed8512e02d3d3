"""Tables in a store that speaks S3. Its keys are secrets of this program and of the stack, and reach nodes by no other way."""

import pulumi
import pulumi_starburst as starburst

config = pulumi.Config()

cluster = starburst.PrestoAlluxioCluster(
    "analytics",
    network={
        "vpc_id": config.require("vpcId"),
        "subnet_id": config.require("subnetId"),
        "security_group_ids": config.require_object("securityGroupIds"),
    },
    ec2={"worker_count": 3},
    alluxio={"s3_root_mount": config.require("s3RootMount")},
    s3={
        "endpoint": config.require("endpoint"),
        "access_key": config.require_secret("accessKey"),
        "secret_key": config.require_secret("secretKey"),
    },
)

pulumi.export("coordinatorUrl", cluster.coordinator_url)
pulumi.export("stackName", cluster.stack_name)
