import unittest
from typing import Any

import pulumi


class Aws(pulumi.runtime.Mocks):
    """Answers for AWS: every resource has what was asked for, and an address."""

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        return f"{args.name}-id", {**args.inputs, "coordinatorUrl": "http://10.0.0.10:8080"}

    def call(self, args: pulumi.runtime.MockCallArgs) -> dict[str, Any]:
        return {}


pulumi.runtime.set_mocks(Aws())

from cluster import cluster  # noqa: E402  (after the mocks are set)


class Clusters(unittest.TestCase):
    @pulumi.runtime.test
    def test_production_is_protected_and_has_a_quorum(self) -> pulumi.Output[None]:
        made = cluster("prod")

        def check(values: list[Any]) -> None:
            stack, ec2 = values
            self.assertTrue(stack["termination_protection"])
            self.assertEqual(ec2["ha_coordinator_count"], 3)

        return pulumi.Output.all(made.stack, made.ec2).apply(check)

    @pulumi.runtime.test
    def test_every_cluster_says_which_environment_it_is(self) -> pulumi.Output[None]:
        made = cluster("dev")

        def check(values: list[Any]) -> None:
            stack, url = values
            self.assertEqual(stack["tags"], {"environment": "dev"})
            self.assertEqual(url, "http://10.0.0.10:8080")

        return pulumi.Output.all(made.stack, made.coordinator_url).apply(check)


if __name__ == "__main__":
    unittest.main()
