"""The Automation API with an inline program: no project on disk says what is made."""

import json

import pulumi
import pulumi_starburst as starburst
from pulumi import automation


def program() -> None:
    cluster = starburst.PrestoAlluxioCluster(
        "analytics",
        network={
            "vpc_id": "vpc-0a0a0a0a0a0a0a0a0",
            "subnet_id": "subnet-0a0a0a0a0a0a0a0a0",
            "security_group_ids": ["sg-0a0a0a0a0a0a0a0a0"],
        },
        ec2={"worker_count": 2},
        alluxio={"s3_root_mount": "s3://analytics-data/inline"},
    )
    pulumi.export("url", cluster.coordinator_url)


def only(summary: dict) -> str:
    return " ".join(getattr(op, "value", op) for op, count in summary.items() if count)


stack = automation.create_or_select_stack(stack_name="inline", project_name="inline", program=program)
up = stack.up()
preview = stack.preview()
url = up.outputs["url"].value
stack.destroy()
print(json.dumps({"created": only(up.summary.resource_changes), "again": only(preview.change_summary), "url": url}))
