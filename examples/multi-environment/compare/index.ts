// `pulumi preview` is enough: the table is an output, and there is no resource.
import * as pulumi from "@pulumi/pulumi";
import * as starburst from "@presto-alluxio/starburst";

const config = new pulumi.Config();
const [left, right] = [config.require("left"), config.require("right")];

const inputs = async (stackName: string): Promise<Record<string, string>> =>
    (await starburst.getCluster({ stackName })).inputs ?? {};

async function compare(): Promise<string> {
    const [a, b] = await Promise.all([inputs(left), inputs(right)]);
    const paths = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
    const rows = paths.filter((path) => a[path] !== b[path]).map((path) => [path, a[path] ?? "—", b[path] ?? "—"]);
    const all = [["input", left, right], ...rows];
    const width = (column: number): number => Math.max(...all.map((row) => row[column].length));
    return all.map((row) => row.map((cell, at) => cell.padEnd(width(at))).join("  ").trimEnd()).join("\n");
}

export const differences = compare();
