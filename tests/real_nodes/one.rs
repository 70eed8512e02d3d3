//! One node without Trino and Alluxio: what the world gives a machine. Its user data checks and signals by itself.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use starburst_tests::fake::seed;
use starburst_tests::real::{self, RealWorld};

const STACK: &str = "one";
const LIMIT: Duration = Duration::from_secs(120);

/// What every script begins and ends with: the first command that fails is named in the node's status tag.
fn user_data(checks: &str) -> String {
    let script = format!(
        "#!/bin/bash
set -Eeuo pipefail
token=$(curl -sf -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' http://169.254.169.254/latest/api/token)
metadata() {{ curl -sf -H \"X-aws-ec2-metadata-token: $token\" \"http://169.254.169.254/latest/$1\"; }}
id=$(metadata meta-data/instance-id)
export AWS_DEFAULT_REGION=$(metadata meta-data/placement/region)
signal() {{ aws cloudformation signal-resource --stack-name {STACK} --logical-resource-id Group --unique-id $id --status $1; }}
trap 'echo \"failed: $BASH_COMMAND\" >&2; signal FAILURE; exit 1' ERR
refused() {{ echo \"not refused: $*\"; \"$@\" && return 1; return 0; }}
{checks}
signal SUCCESS
"
    );
    STANDARD.encode(script)
}

/// A stack of one instance, an interface and a volume.
fn template(user_data: &str) -> String {
    let launch = json!({ "ImageId": seed::IMAGE_X86, "InstanceType": "m5.large", "UserData": user_data,
        "SecurityGroupIds": [seed::SECURITY_GROUP] });
    json!({ "Resources": {
        "Slot": { "Type": "AWS::EC2::NetworkInterface", "Properties": { "SubnetId": seed::PUBLIC_SUBNET } },
        "Journal": { "Type": "AWS::EC2::Volume", "Properties": { "AvailabilityZone": "us-east-1a", "Size": 1 } },
        "Launch": { "Type": "AWS::EC2::LaunchTemplate", "Properties": { "LaunchTemplateData": launch } },
        "Group": { "Type": "AWS::AutoScaling::AutoScalingGroup", "DependsOn": ["Slot", "Journal"],
            "CreationPolicy": { "ResourceSignal": { "Count": 1, "Timeout": "PT2M" } },
            "Properties": { "MinSize": 1, "MaxSize": 1, "VPCZoneIdentifier": [seed::PUBLIC_SUBNET],
                "LaunchTemplate": { "LaunchTemplateId": { "Ref": "Launch" }, "Version": "1" } } } } })
    .to_string()
}

/// Creates the stack, waits for its end, and deletes it: nothing of the node is left then.
fn boots(base: &Path, checks: &str) -> Result<RealWorld> {
    let world = RealWorld::start(base, &real::Options { packages: false, ..real::Options::default() })?;
    world.put(seed::BUCKET, "greeting", b"hello\n")?;
    let body = template(&user_data(checks));
    call(&world, "CreateStack", json!({ "StackName": STACK, "TemplateBody": body, "OnFailure": "DO_NOTHING" }))?;
    ensure!(rest(&world)? == "CREATE_COMPLETE", "the node does not signal success:\n{}", world.logs());
    Ok(world)
}

fn call(world: &RealWorld, action: &str, parameters: Value) -> Result<Value> {
    world.model.call("cloudformation", action, parameters).map_err(|error| anyhow::anyhow!("{action}: {error}"))
}

/// The stack's status once nothing moves.
fn rest(world: &RealWorld) -> Result<String> {
    let deadline = Instant::now() + LIMIT;
    loop {
        let status = world.model.stack_status(real::world::REGION, STACK).unwrap_or_default();
        if !status.ends_with("IN_PROGRESS") {
            return Ok(status);
        }
        ensure!(Instant::now() < deadline, "the stack stays {status}:\n{}", world.logs());
        std::thread::sleep(Duration::from_millis(200));
    }
}

fn gone(world: &RealWorld) -> Result<()> {
    call(world, "DeleteStack", json!({ "StackName": STACK }))?;
    rest(world)?;
    ensure!(world.instances().is_empty(), "an instance is left");
    let left = real::world::left()?;
    ensure!(left.is_empty(), "the node leaves behind: {left:#?}");
    Ok(())
}

#[test]
fn a_node_finds_its_metadata_and_nothing_else_opens_s3() -> Result<()> {
    crate::in_a_world("one::a_node_finds_its_metadata_and_nothing_else_opens_s3", 1, |base| {
        let checks = "
plain() { curl -s -o /dev/null -w '%{http_code}' \"$@\"; }
[[ $(plain http://169.254.169.254/latest/meta-data/instance-id) == 401 ]]
[[ $(plain -X PUT http://169.254.169.254/latest/api/token) == 400 ]]
[[ $(metadata meta-data/instance-type) == m5.large ]]
[[ $(metadata meta-data/autoscaling/target-lifecycle-state) == InService ]]
[[ $(awk '/MemTotal/ { print $2 }' /proc/meminfo) == 8388608 ]]
[[ $(aws s3 cp --quiet s3://analytics-data/greeting -) == hello ]]
echo answer | aws s3 cp --quiet - s3://analytics-data/from/node
[[ $(aws s3 ls s3://analytics-data/from/) == *node ]]
refused env AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE AWS_SECRET_ACCESS_KEY=x aws s3 cp --quiet s3://analytics-data/greeting -
keys=$(metadata meta-data/iam/security-credentials/nodes)
field() { python3 -c \"import json, sys; print(json.loads(sys.argv[1])['$1'])\" \"$keys\"; }
refused env AWS_ACCESS_KEY_ID=$(field AccessKeyId) AWS_SECRET_ACCESS_KEY=$(field SecretAccessKey) \\
  aws s3 cp --quiet s3://analytics-data/greeting -
refused env AWS_ACCESS_KEY_ID=$(field AccessKeyId) AWS_SECRET_ACCESS_KEY=x AWS_SESSION_TOKEN=$(field Token) \\
  aws s3 cp --quiet s3://analytics-data/greeting -";
        let world = boots(base, checks)?;
        let counted = world.s3.store().counted(seed::BUCKET);
        ensure!(counted.refused >= 3 && counted.bytes == 6, "S3 counts something else: {counted:?}");
        ensure!(world.s3.store().get(seed::BUCKET, "from/node").is_some(), "the node wrote nothing");
        gone(&world)
    })
}

#[test]
fn a_node_keeps_services_going_and_mounts_its_volume() -> Result<()> {
    crate::in_a_world("one::a_node_keeps_services_going_and_mounts_its_volume", 1, |base| {
        let checks = "
refused dnf -y -q install no-such-package
refused test -e /usr/lib/jvm/java-17-amazon-corretto.x86_64
dnf -y -q install java-17-amazon-corretto-headless
/usr/lib/jvm/java-17-amazon-corretto.x86_64/bin/java -version
eni=$(aws ec2 describe-network-interfaces --query 'NetworkInterfaces[0].[NetworkInterfaceId,PrivateIpAddress]' --output text)
read -r eni address <<<\"$eni\"
aws ec2 attach-network-interface --instance-id $id --device-index 1 --network-interface-id $eni
refused aws ec2 attach-network-interface --instance-id $id --device-index 1 --network-interface-id $eni
for i in 1 2 3 4 5; do [[ $(ip -o addr) == *\" $address/\"* ]] && break; sleep 1; done
[[ $(ip -o addr) == *\" $address/\"* ]]
volume=$(aws ec2 describe-volumes --query 'Volumes[0].VolumeId' --output text)
aws ec2 attach-volume --instance-id $id --volume-id $volume --device /dev/sdj
device=/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_${volume/-/}
for i in 1 2 3 4 5; do [[ -e $device ]] && break; sleep 1; done
refused blkid $device
mkfs -t xfs -q $device
mkdir -p /var/lib/journal && mount $device /var/lib/journal && mountpoint -q /var/lib/journal
useradd --system presto
cat >/etc/systemd/system/lame.service <<'UNIT'
[Service]
User=presto
Environment=A=b
ExecStart=/bin/bash -c 'id -un >>/tmp/lame; echo \"$A $HOME_DIR\" >>/tmp/lame; [[ $(wc -l </tmp/lame) -gt 5 ]] && sleep 100; exit 1'
Restart=on-failure
RestartSec=1
UNIT
export HOME_DIR=/not/the/callers
systemctl daemon-reload && systemctl enable --now lame
for i in {1..20}; do [[ $(wc -l </tmp/lame) -gt 5 ]] && break; sleep 1; done
systemctl is-active -q lame && [[ $(sort -u /tmp/lame | tr '\\n' ,) == 'b ,presto,' ]]
systemctl stop lame
refused systemctl is-active -q lame";
        let world = boots(base, checks)?;
        gone(&world)
    })
}
