#!/bin/bash
# What every node of the cluster runs: `node.sh boot` once, at the end of the first boot; `node.sh watch` for as long as
# the node lives, to drain it when its group lets it go.
#
# The configuration is node.conf beside this file: one value a line, the role first, as the fragments of the template list
# them for each role. Their names stand in NAMES, which is put at the top of this script when the template is made:
# packed, they cost little. Values are data: they are read, never evaluated. Secrets are named there by ARN and fetched
# when they are needed; none is logged.
set -Eeuo pipefail
umask 022

readonly HOME_DIR=/opt/starburst
readonly DATA=/var/lib/starburst
readonly DEFAULT_PRESTO=https://repo1.maven.org/maven2/io/trino/trino-server/476/trino-server-476.tar.gz
readonly DEFAULT_ALLUXIO=https://downloads.alluxio.io/downloads/files/2.9.4/alluxio-2.9.4-bin.tar.gz
declare -A CONF=()
STEP=start TOKEN=''

log() { printf '%s %s\n' "$(date -u +%FT%TZ)" "$*"; }

# The address of the instance metadata service; requests need a token (IMDSv2).
metadata() {
  local uri=http://169.254.169.254/latest/$1
  [[ -n $TOKEN ]] || new_token
  curl -sf -m 5 -H "X-aws-ec2-metadata-token: $TOKEN" "$uri" || {
    new_token
    curl -sf -m 5 -H "X-aws-ec2-metadata-token: $TOKEN" "$uri"
  }
}

# For the shell that calls it and those below; the watch renews it.
new_token() {
  TOKEN=$(curl -sf -m 5 -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 900' http://169.254.169.254/latest/api/token)
  TOKEN_SINCE=$SECONDS
}

read_configuration() {
  local i
  local -a names values
  mapfile -t values <"$HOME_DIR/node.conf"
  read -r -a names <<<"${NAMES[${values[0]}]}"
  for i in "${!names[@]}"; do CONF[${names[i]}]=${values[i]:-}; done
  new_token
  INSTANCE=$(metadata meta-data/instance-id)
  ADDRESS=$(metadata meta-data/local-ipv4)
  AWS_DEFAULT_REGION=$(metadata meta-data/placement/region)
  export AWS_DEFAULT_REGION AWS_RETRY_MODE=standard AWS_MAX_ATTEMPTS=10
  # A second and one attempt are the defaults: too little for a machine at work.
  export AWS_METADATA_SERVICE_TIMEOUT=5 AWS_METADATA_SERVICE_NUM_ATTEMPTS=5
}

# A short status on the node itself and on its console: the signal to CloudFormation carries no reason.
status() {
  log "status: $1"
  echo "starburst: $1" >/dev/console || true
  # In quotes a comma is not read as the beginning of a list.
  local text=${1//[\"\\]/}
  # A stack that goes takes EC2's endpoint away while nodes drain.
  timeout 30 aws ec2 create-tags --resources "$INSTANCE" --tags "Key=starburst:status,Value=\"${text:0:256}\"" || true
}

# To a stack at rest a signal is refused: that is right for a node that its group launched between two operations.
signal() {
  aws cloudformation signal-resource --stack-name "${CONF[stack]}" --logical-resource-id "${CONF[resource]}" \
    --unique-id "$INSTANCE" --status "$1" || { log "CloudFormation did not take the signal $1" && return 1; }
}

# Ends the boot. Below the script's own shell the reason is kept for that shell, which meets the failure next.
fail() {
  local reason=$1 kept=$HOME_DIR/reason
  trap - ERR
  if [[ $BASHPID != "$$" ]]; then
    [[ -s $kept ]] || echo "$reason" >"$kept"
    exit 1
  fi
  [[ -s $kept ]] && reason=$(<"$kept")
  status "boot failed: $STEP: $reason"
  # Launched between two operations it is replaced, and not at once again and again.
  signal FAILURE || { sleep 120 && unhealthy; }
  # Its group lets it go: somebody has to answer the hook.
  watch_over || true
  exit 1
}

step() {
  STEP=$1
  log "step: $1"
}

retry() {
  local times=$1 pause=$2 i
  shift 2
  for ((i = 0; i < times; i++)); do
    "$@" && return 0
    sleep "$pause"
  done
  return 1
}

# Its group replaces it.
unhealthy() {
  aws autoscaling set-instance-health --instance-id "$INSTANCE" --health-status Unhealthy ||
    log 'the group did not take that this node is unhealthy'
}

secret() { aws secretsmanager get-secret-value --secret-id "$1" --query SecretString --output text; }
