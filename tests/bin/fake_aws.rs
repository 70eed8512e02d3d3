//! `fake-aws`: the model of AWS as a program. It prints its address and what it holds, and serves until SIGINT.

use anyhow::Context as _;
use clap::Parser;
use starburst_tests::fake::{self, World, WorldConfig, catalogue, seed};

/// The project's model of AWS on 127.0.0.1: CloudFormation, EC2 Auto Scaling, EC2, STS, S3, Secrets Manager and
/// Systems Manager, as far as a stack needs them. It starts nothing and costs nothing.
#[derive(Debug, Parser)]
#[command(
    name = "fake-aws",
    after_help = "Point any AWS client at the address that is printed, for example:\n  AWS_ENDPOINT_URL=http://127.0.0.1:4599 aws cloudformation describe-stacks"
)]
struct Arguments {
    /// Port on 127.0.0.1; 0 picks a free one.
    #[arg(long, default_value_t = 4599, env = "FAKE_AWS_PORT")]
    port: u16,
    /// Seconds of the model that pass in one real second; 100 lets a node boot in a second.
    #[arg(long, default_value_t = 1.0, env = "FAKE_AWS_SPEED")]
    speed: f64,
    /// Seed of all generated ids.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    anyhow::ensure!(arguments.speed > 0.0, "--speed must be above 0; write for example --speed 100");
    let mut config = WorldConfig::real(arguments.speed);
    config.seed = arguments.seed;
    let world = World::new(config);
    let server = fake::serve_on(world, arguments.port).await.with_context(|| {
        format!("port {} on 127.0.0.1 cannot be opened; choose another with --port", arguments.port)
    })?;
    print_world(&server.endpoint, arguments.speed);
    tokio::signal::ctrl_c().await.context("SIGINT cannot be awaited")?;
    Ok(())
}

fn print_world(endpoint: &str, speed: f64) {
    println!("The model of AWS listens on {endpoint} ({speed} virtual seconds a second). Every region holds:\n");
    let rows = [
        ("VPC", seed::VPC, "10.0.0.0/16"),
        ("subnet", seed::PUBLIC_SUBNET, "public, zone a, addresses assigned"),
        ("subnet", seed::PRIVATE_SUBNET, "private, zone a, behind NAT"),
        ("subnet", seed::ISOLATED_SUBNET, "isolated, zone c, no way out"),
        ("security group", seed::SECURITY_GROUP, "analytics"),
        ("security group", seed::SECOND_SECURITY_GROUP, "administration"),
        ("other VPC", seed::OTHER_VPC, "172.31.0.0/16"),
        ("other subnet", seed::OTHER_SUBNET, "zone b"),
        ("other security group", seed::OTHER_SECURITY_GROUP, "default"),
        ("key pair", seed::KEY_PAIR, ""),
        ("image", seed::IMAGE_X86, "AL2023, x86_64"),
        ("image", seed::IMAGE_ARM, "AL2023, arm64"),
        ("bucket", seed::BUCKET, ""),
    ];
    for (kind, id, note) in rows {
        println!("  {kind:<22}{id:<28}{note}");
    }
    let types: Vec<&str> = catalogue::SPECS.iter().map(|s| s.name).collect();
    println!("\n  instance types: {}\n", types.join(" "));
    println!("  export AWS_ENDPOINT_URL={endpoint}");
    println!("  export AWS_ACCESS_KEY_ID={} AWS_SECRET_ACCESS_KEY=any AWS_REGION=us-east-1\n", fake::ACCOUNT);
    println!("A key id of twelve digits is the account. Ctrl-C ends the program.");
}
