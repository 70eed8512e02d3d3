"""One cluster, described by the configuration of the stack."""

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
    ec2={
        "worker_count": config.require_int("workerCount"),
        "worker_instance_type": config.require("workerInstanceType"),
    },
    alluxio={"s3_root_mount": config.require("s3RootMount")},
    stack={"tags": {"environment": pulumi.get_stack()}},
)

pulumi.export("coordinatorUrl", cluster.coordinator_url)
pulumi.export("alluxioUiUrl", cluster.alluxio_ui_url)
pulumi.export("stackName", cluster.stack_name)
pulumi.export("workerGroup", cluster.worker_auto_scaling_group_name)
