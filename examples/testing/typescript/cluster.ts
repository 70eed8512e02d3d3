// What the company's clusters have in common.
import * as starburst from "@presto-alluxio/starburst";

export function cluster(environment: string): starburst.PrestoAlluxioCluster {
    const production = environment === "prod";
    return new starburst.PrestoAlluxioCluster("analytics", {
        network: { vpcId: "vpc-1", subnetId: "subnet-1", securityGroupIds: ["sg-1"] },
        ec2: { workerCount: production ? 6 : 2, haCoordinatorCount: production ? 3 : 1 },
        alluxio: { s3RootMount: `s3://analytics-${environment}/warehouse` },
        stack: { terminationProtection: production, tags: { environment } },
    });
}
