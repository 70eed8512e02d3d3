import * as assert from "node:assert";
import { before, test } from "node:test";
import * as pulumi from "@pulumi/pulumi";

before(async () => {
    await pulumi.runtime.setMocks({
        newResource: (args) => ({
            id: `${args.name}-id`,
            state: { ...args.inputs, coordinatorUrl: "http://10.0.0.10:8080" },
        }),
        call: (args) => args.inputs,
    });
});

const value = <T>(output: pulumi.Output<T>): Promise<T> => new Promise((resolve) => output.apply(resolve));

test("production is protected and has a quorum", async () => {
    const { cluster } = await import("./cluster");
    const made = cluster("prod");
    assert.strictEqual((await value(made.stack))?.terminationProtection, true);
    assert.strictEqual((await value(made.ec2))?.haCoordinatorCount, 3);
});

test("every cluster says which environment it is", async () => {
    const { cluster } = await import("./cluster");
    const made = cluster("dev");
    assert.deepStrictEqual((await value(made.stack))?.tags, { environment: "dev" });
    assert.strictEqual(await value(made.coordinatorUrl), "http://10.0.0.10:8080");
});
