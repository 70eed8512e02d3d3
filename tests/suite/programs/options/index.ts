// Two clusters in two regions, with every option of a resource that a program may use.
import * as pulumi from "@pulumi/pulumi";
import * as starburst from "@presto-alluxio/starburst";

const config = new pulumi.Config();
const step = config.require("step");
const network = {
    vpcId: config.require("vpcId"),
    subnetId: config.require("subnetId"),
    securityGroupIds: [config.require("groupId")],
};
const alluxio = {
    s3RootMount: "s3://analytics-data/options",
    secretProperties: { "fs.example.token": config.requireSecret("token") },
};

pulumi.runtime.registerStackTransformation((args) => {
    if (args.type !== "starburst:index:PrestoAlluxioCluster") {
        return undefined;
    }
    const stack = { ...args.props.stack, tags: { ...args.props.stack?.tags, added: "by-transform" } };
    return { props: { ...args.props, stack }, opts: args.opts };
});

const east = new starburst.Provider("east", { region: "us-east-1", defaultTags: { team: "data" } });
const central = new starburst.Provider("central", { region: "eu-central-1", defaultTags: { team: "other" } });

const first = step === "first" || step === "replaced";
const a = new starburst.PrestoAlluxioCluster(
    first ? "a" : "alpha",
    {
        network,
        ec2: { workerCount: 2 },
        alluxio,
        stack: { name: "options-a", tags: step === "replaced" ? { replaced: "yes" } : {} },
    },
    {
        provider: east,
        protect: step !== "unprotected" && step !== "replaced",
        aliases: first ? [] : [{ name: "a" }],
        replaceOnChanges: step === "replaced" ? ["stack.tags"] : [],
    },
);

if (step !== "without-b" && step !== "unprotected") {
    new starburst.PrestoAlluxioCluster(
        "b",
        { network, ec2: { workerCount: first ? 2 : 5 }, alluxio, stack: { name: "options-b" } },
        { provider: central, dependsOn: [a], ignoreChanges: ["ec2.workerCount"], retainOnDelete: true },
    );
}
