// The Automation API with an inline program: no project on disk says what is made.
import { LocalWorkspace, OpMap } from "@pulumi/pulumi/automation";
import * as starburst from "@presto-alluxio/starburst";

const program = async () => {
    const cluster = new starburst.PrestoAlluxioCluster("analytics", {
        network: {
            vpcId: "vpc-0a0a0a0a0a0a0a0a0",
            subnetId: "subnet-0a0a0a0a0a0a0a0a0",
            securityGroupIds: ["sg-0a0a0a0a0a0a0a0a0"],
        },
        ec2: { workerCount: 2 },
        alluxio: { s3RootMount: "s3://analytics-data/inline" },
    });
    return { url: cluster.coordinatorUrl };
};

const only = (summary: OpMap | undefined): string =>
    Object.keys(summary ?? {}).filter((op) => (summary ?? {})[op as keyof OpMap]).join(" ");

async function main() {
    const stack = await LocalWorkspace.createOrSelectStack({ stackName: "inline", projectName: "inline", program });
    const up = await stack.up();
    const preview = await stack.preview();
    const url = up.outputs.url.value;
    await stack.destroy();
    console.log(JSON.stringify({ created: only(up.summary.resourceChanges), again: only(preview.changeSummary), url }));
}

main().catch((error) => {
    console.error(error);
    process.exit(1);
});
