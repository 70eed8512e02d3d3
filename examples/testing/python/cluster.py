"""What the company's clusters have in common."""

import pulumi_starburst as starburst


def cluster(environment: str) -> starburst.PrestoAlluxioCluster:
    production = environment == "prod"
    return starburst.PrestoAlluxioCluster(
        "analytics",
        network={"vpc_id": "vpc-1", "subnet_id": "subnet-1", "security_group_ids": ["sg-1"]},
        ec2={"worker_count": 6 if production else 2, "ha_coordinator_count": 3 if production else 1},
        alluxio={"s3_root_mount": f"s3://analytics-{environment}/warehouse"},
        stack={"termination_protection": production, "tags": {"environment": environment}},
    )
