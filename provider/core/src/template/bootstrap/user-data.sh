#!/bin/bash
# What every node runs first, as user data. The node script itself is in the metadata of the stack's log group, because
# user data may have 16,384 bytes; its digest stands here, so that another script is another launch template version.
# While the stack is updated the metadata can be another version's for a moment: the digest decides, for ten minutes.
mkdir -p /opt/starburst
cd /opt/starburst || exit 1
sed '1,/^#CONFIGURATION$/d' "$0" >node.conf
# Of the configuration: role, resource, stack.
value() { sed -n "$1p" node.conf; }
metadata() { curl -sf -m 5 -H "X-aws-ec2-metadata-token: $token" "http://169.254.169.254/latest/meta-data/$1"; }
token=$(curl -sf -m 5 -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 900' http://169.254.169.254/latest/api/token)
AWS_DEFAULT_REGION=$(metadata placement/region)
export AWS_DEFAULT_REGION
for ((i = 0; i < 40; i++)); do
  aws cloudformation describe-stack-resource --stack-name "$(value 3)" --logical-resource-id LogGroup \
    --query StackResourceDetail.Metadata --output text |
    python3 -c 'import json,lzma,sys
n=0
for c in json.load(sys.stdin)["Bootstrap"].replace("!",chr(92)):n=n*92+ord(c)-35
sys.stdout.buffer.write(lzma.decompress(n.to_bytes(n.bit_length()+7>>3,"big")))' >node.sh
  echo 'DIGEST  node.sh' | sha256sum --check --status && exec bash node.sh boot
  sleep 15
done
instance=$(metadata instance-id)
aws ec2 create-tags --resources "$instance" --tags 'Key=starburst:status,Value=boot failed: no node script in the metadata
  of the log group; the node needs cloudformation:DescribeStackResource of its stack'
aws cloudformation signal-resource --stack-name "$(value 3)" --logical-resource-id "$(value 2)" \
  --unique-id "$instance" --status FAILURE
exit 1
