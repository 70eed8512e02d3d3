// One cluster, described by the configuration of the stack.
package main

import (
	"github.com/presto-alluxio/starburst-provider/sdk/go/starburst"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

func main() {
	pulumi.Run(program)
}

func program(ctx *pulumi.Context) error {
	settings := config.New(ctx, "")
	var groups []string
	settings.RequireObject("securityGroupIds", &groups)
	cluster, err := starburst.NewPrestoAlluxioCluster(ctx, "analytics", &starburst.PrestoAlluxioClusterArgs{
		Network: &starburst.NetworkArgs{
			VpcId:            pulumi.String(settings.Require("vpcId")),
			SubnetId:         pulumi.String(settings.Require("subnetId")),
			SecurityGroupIds: pulumi.ToStringArray(groups),
		},
		Ec2:     &starburst.Ec2Args{WorkerCount: pulumi.Int(settings.RequireInt("workerCount"))},
		Alluxio: &starburst.AlluxioArgs{S3RootMount: pulumi.String(settings.Require("s3RootMount"))},
		HiveMetastore: &starburst.HiveMetastoreArgs{
			Type: starburst.HiveMetastoreTypeGlue,
		},
	})
	if err != nil {
		return err
	}
	ctx.Export("coordinatorUrl", cluster.CoordinatorUrl)
	ctx.Export("stackName", cluster.StackName)
	return nil
}
