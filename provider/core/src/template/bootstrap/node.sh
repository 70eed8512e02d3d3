#!/bin/bash
# What every node of the cluster runs: `node.sh boot` once, at the end of the first boot; `node.sh watch` for as long as
# the node lives, to drain it when its group lets it go.
#
# The configuration is node.conf beside this file: lines NAME=VALUE, written by the template. Values are data: they are
# read, never evaluated. Secrets are named there by ARN and fetched when they are needed; none is logged.
set -Eeuo pipefail
umask 022

readonly HOME_DIR=/opt/starburst
readonly DATA=/var/lib/starburst
readonly DEFAULT_PRESTO=https://repo1.maven.org/maven2/io/trino/trino-server/476/trino-server-476.tar.gz
readonly DEFAULT_ALLUXIO=https://downloads.alluxio.io/downloads/files/2.9.4/alluxio-2.9.4-bin.tar.gz
readonly DEFAULT_MYSQL_DRIVER=https://repo1.maven.org/maven2/com/mysql/mysql-connector-j/8.4.0/mysql-connector-j-8.4.0.jar
declare -A CONF=()
STEP=start

log() { printf '%s %s\n' "$(date -u +%FT%TZ)" "$*"; }

# The address of the instance metadata service; requests need a token (IMDSv2).
metadata() {
  local token
  token=$(curl -sf -m 5 -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 300' http://169.254.169.254/latest/api/token)
  curl -sf -m 5 -H "X-aws-ec2-metadata-token: $token" "http://169.254.169.254/latest/$1"
}

read_configuration() {
  local name value
  while IFS='=' read -r name value; do
    [[ -n $name ]] && CONF[$name]=$value
  done <"$HOME_DIR/node.conf"
  INSTANCE=$(metadata meta-data/instance-id)
  ADDRESS=$(metadata meta-data/local-ipv4)
  AWS_DEFAULT_REGION=$(metadata meta-data/placement/region)
  export AWS_DEFAULT_REGION
}

# A short status on the node itself: the signal to CloudFormation carries no reason.
status() {
  log "status: $1"
  aws ec2 create-tags --resources "$INSTANCE" --tags "Key=starburst:status,Value=${1:0:256}" ||
    log "the status tag could not be written"
}

# To a stack at rest a signal is refused: that is right for a node that its group launched between two operations.
signal() {
  aws cloudformation signal-resource --stack-name "${CONF[stack]}" --logical-resource-id "${CONF[resource]}" \
    --unique-id "$INSTANCE" --status "$1" || log "CloudFormation did not take the signal $1"
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
  signal FAILURE
  # Its group lets it go: somebody has to answer the hook.
  service starburst-watch root "/bin/bash $HOME_DIR/node.sh watch" || true
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

secret() { aws secretsmanager get-secret-value --secret-id "$1" --query SecretString --output text; }

# Fetches URI to FILE and compares the checksum where one is given. With a mirror, a public URI is looked up there by
# its last segment, and its checksum in the mirror's SHA256SUMS.
fetch() {
  local uri=$1 file=$2 sha256=${3:-} mirror=${CONF[mirror]:-}
  if [[ -n $mirror && $uri != s3://* ]]; then
    uri="${mirror%/}/${uri##*/}"
    aws s3 cp --quiet "${mirror%/}/SHA256SUMS" /tmp/SHA256SUMS
    [[ -n $sha256 ]] || sha256=$(awk -v name="${uri##*/}" '$2 == name { print $1 }' /tmp/SHA256SUMS)
    [[ -n $sha256 ]] || fail "the mirror has no checksum of ${uri##*/}"
  fi
  log "fetching $uri"
  case $uri in
    s3://*) retry 10 15 aws s3 cp --quiet "$uri" "$file" || fail "$uri cannot be read" ;;
    *) curl -sSfL --retry 10 --retry-all-errors -o "$file" "$uri" || fail "$uri cannot be read" ;;
  esac
  if [[ -n $sha256 ]]; then
    echo "$sha256  $file" | sha256sum --check --status || fail "$uri has another checksum than $sha256"
  fi
}

unpack() {
  local uri=$1 target=$2 sha256=$3
  [[ -d $target ]] && return 0
  fetch "$uri" "/tmp/${uri##*/}" "$sha256"
  mkdir -p "$target"
  tar -xzf "/tmp/${uri##*/}" -C "$target" --strip-components=1 || fail "${uri##*/} cannot be unpacked"
  rm -f "/tmp/${uri##*/}"
}

packages() {
  retry 10 15 dnf -y -q install "$@" || fail "the system packages $* cannot be installed"
}

# The group that the node belongs to, and the slots in the tag of that group: interface and volume of each.
group() {
  aws ec2 describe-instances --instance-ids "$INSTANCE" --output text \
    --query "Reservations[0].Instances[0].Tags[?Key=='aws:autoscaling:groupName'].Value"
}

slots() {
  aws autoscaling describe-auto-scaling-groups --auto-scaling-group-names "$1" --output text \
    --query "AutoScalingGroups[0].Tags[?Key=='starburst:slots'].Value"
}

interface_address() {
  aws ec2 describe-network-interfaces --network-interface-ids "$1" --output text \
    --query 'NetworkInterfaces[0].PrivateIpAddress'
}

# Takes the first slot whose interface can be attached; a slot that another node holds is refused by EC2.
take_slot() {
  local list=$1 i
  local -a parts
  IFS=',' read -r -a parts <<<"$list"
  for ((i = 0; i + 1 < ${#parts[@]}; i += 2)); do
    [[ ${parts[i]} == eni-* ]] || continue
    aws ec2 attach-network-interface --instance-id "$INSTANCE" --device-index 1 \
      --network-interface-id "${parts[i]}" >/dev/null 2>&1 || continue
    ADDRESS=$(interface_address "${parts[i]}")
    [[ ${parts[i + 1]} == vol-* ]] && mount_volume "${parts[i + 1]}"
    log "took slot ${parts[i]} with address $ADDRESS"
    return 0
  done
  return 1
}

# A volume is found by its id, which is its serial number, never by a device name. A file system is made once.
mount_volume() {
  local volume=$1 device
  retry 20 6 aws ec2 attach-volume --instance-id "$INSTANCE" --volume-id "$volume" --device /dev/sdj >/dev/null ||
    fail "volume $volume cannot be attached"
  device=/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_${volume/-/}
  retry 30 2 test -e "$device" || fail "volume $volume does not appear"
  # Called where a failing command does not end the script.
  blkid "$device" >/dev/null || mkfs -t xfs -q "$device" || fail "volume $volume cannot be formatted"
  mkdir -p "$DATA"
  mountpoint -q "$DATA" || mount "$device" "$DATA" || fail "volume $volume cannot be mounted"
}

# A service of systemd: name, user, command, and variables of its environment, which is not this script's.
service() {
  local name=$1 user=$2 command=$3 variable
  shift 3
  cat >"/etc/systemd/system/$name.service" <<UNIT
[Unit]
After=network-online.target
[Service]
User=$user
ExecStart=$command
$(for variable in "$@"; do echo "Environment=$variable"; done)
Restart=on-failure
RestartSec=10
LimitNOFILE=131072
[Install]
WantedBy=multi-user.target
UNIT
  systemctl daemon-reload
  systemctl enable --now "$name"
}

# Where a Java of Amazon Linux lies.
java_home() {
  local home
  for home in /usr/lib/jvm/java-"$1"-amazon-corretto*; do
    [[ -x $home/bin/java ]] && echo "$home" && return 0
  done
  fail "Java $1 is not below /usr/lib/jvm"
}

# How every part of Alluxio is started, but for the class: its own scripts are not in every package. Java 17 opens its
# packages only when told.
alluxio_java() {
  local home=$HOME_DIR/alluxio opens
  printf '%s ' "$(java_home 17)/bin/java" "-Xmx$1m" "-Dalluxio.home=$home" "-Dalluxio.conf.dir=$home/conf" \
    "-Dalluxio.logs.dir=$HOME_DIR/logs" -Dalluxio.logger.type=Console
  for opens in java.lang java.nio java.util sun.nio.ch; do
    printf -- '--add-opens=java.base/%s=ALL-UNNAMED ' "$opens"
  done
  printf -- '-cp %s' "$home/conf:$home/assembly/*"
}

# Memory in MiB by part: an eighth and 1 GiB stay free, Alluxio takes its share, Presto's heap the rest.
memory() {
  local total
  total=$(awk '/MemTotal/ { print int($2 / 1024) }' /proc/meminfo)
  CACHE=0
  if [[ ${CONF[role]} == worker && ${CONF[storage]} == memory ]]; then
    CACHE=$((total * ${CONF[storage_percent]:-33} / 100))
  fi
  ALLUXIO_HEAP=$((total / 16 + 512))
  HEAP=$((total - total / 8 - 1024 - CACHE - ALLUXIO_HEAP))
  ((HEAP >= 1024)) || fail "$total MiB of memory leave $HEAP MiB for Presto, which needs 1024"
}

configure_alluxio() {
  local conf=$HOME_DIR/alluxio/conf/alluxio-site.properties lines='' pair
  umask 077
  {
    echo "alluxio.master.hostname=$([[ ${CONF[role]} == coordinator ]] && echo "$ADDRESS" || echo "${MASTERS%%,*}")"
    echo "alluxio.master.mount.table.root.ufs=${CONF[root_mount]}"
    echo 'alluxio.master.mount.table.root.shared=true'
    echo 'alluxio.underfs.s3.inherit.acl=false'
    echo 'alluxio.user.file.writetype.default=CACHE_THROUGH'
    echo 'alluxio.security.authorization.permission.enabled=false'
    # A worker that leaves waits so long, until clients have heard of it; two minutes are the default.
    echo 'alluxio.user.worker.list.refresh.interval=20s'
    # It asks a server of Alluxio's makers for newer versions, and tells it about the cluster.
    echo 'alluxio.master.update.check.enabled=false'
    # Packages made from Maven's jars have no pages.
    [[ -d $HOME_DIR/alluxio/webui ]] || echo 'alluxio.web.ui.enabled=false'
    echo "alluxio.master.journal.type=EMBEDDED"
    echo "alluxio.master.journal.folder=$DATA/journal"
    echo "alluxio.master.embedded.journal.addresses=${MASTERS//,/:19200,}:19200"
    echo "alluxio.master.rpc.addresses=${MASTERS//,/:19998,}:19998"
    [[ ${CONF[role]} == worker ]] && worker_storage
    [[ -n ${CONF[s3_endpoint]} ]] && echo "alluxio.underfs.s3.endpoint=${CONF[s3_endpoint]}"
    secret_properties
  } >"$conf"
  # The user's own properties come last: they win.
  IFS=',' read -r -a lines <<<"${CONF[properties]}"
  for pair in "${lines[@]}"; do echo "$pair" >>"$conf"; done
  chown presto "$conf"
  umask 022
  # A package with settings of its own keeps them; without any nothing would be logged.
  [[ -e ${conf%/*}/log4j.properties ]] || cat >"${conf%/*}/log4j.properties" <<'LOG'
log4j.rootLogger=INFO, Console
log4j.appender.Console=org.apache.log4j.ConsoleAppender
log4j.appender.Console.layout=org.apache.log4j.PatternLayout
log4j.appender.Console.layout.ConversionPattern=%d{ISO8601} %-5p %c{1} %m%n
LOG
}

worker_storage() {
  local path=/mnt/ramdisk alias=MEM size="${CACHE}MB"
  if [[ ${CONF[storage]} != memory ]]; then
    path=/data alias=SSD size=$(df -BM --output=avail /data | awk -v p="${CONF[storage_percent]:-90}" 'NR == 2 { print int($1 * p / 100) "MB" }')
  fi
  echo 'alluxio.worker.tieredstore.levels=1'
  echo "alluxio.worker.tieredstore.level0.alias=$alias"
  echo "alluxio.worker.tieredstore.level0.dirs.path=$path"
  echo "alluxio.worker.tieredstore.level0.dirs.quota=$size"
  echo "alluxio.worker.hostname=$ADDRESS"
}

# Keys and secret properties: the stack's own secret holds three lines; the user's secrets stand alone.
secret_properties() {
  local access='' key='' properties=''
  if [[ -n ${CONF[node_secrets]} ]]; then
    { read -r access; read -r key; read -r properties; } < <(secret "${CONF[node_secrets]}") || true
  fi
  [[ -n ${CONF[s3_access_key_secret]} ]] && access=$(secret "${CONF[s3_access_key_secret]}")
  [[ -n ${CONF[s3_secret_key_secret]} ]] && key=$(secret "${CONF[s3_secret_key_secret]}")
  [[ -n $access ]] && printf 's3a.accessKeyId=%s\ns3a.secretKey=%s\n' "$access" "$key"
  [[ -n $properties ]] && tr ',' '\n' <<<"$properties"
  if [[ -n ${CONF[properties_secret]} ]]; then
    secret "${CONF[properties_secret]}" | python3 -c 'import json, sys
for name, value in json.load(sys.stdin).items(): print(f"{name}={value}")'
  fi
}

configure_presto() {
  local etc=$HOME_DIR/presto/etc coordinator=false
  [[ ${CONF[role]} == coordinator ]] && coordinator=true
  # Not where the journal is: that outlives the node, and with it Presto's record of a process that runs.
  mkdir -p "$etc/catalog" "$HOME_DIR/data"
  printf 'node.environment=cluster\nnode.id=%s\nnode.internal-address=%s\nnode.data-dir=%s\n' \
    "$INSTANCE" "$ADDRESS" "$HOME_DIR/data" >"$etc/node.properties"
  printf -- '-server\n-Xmx%sM\n-XX:+UseG1GC\n-XX:ReservedCodeCacheSize=512M\n-XX:+ExitOnOutOfMemoryError\n' "$HEAP" >"$etc/jvm.config"
  (
    umask 077
    cat >"$etc/config.properties" <<CONFIG
coordinator=$coordinator
http-server.http.port=${CONF[port]}
discovery.uri=http://${MASTERS%%,*}:${CONF[port]}
internal-communication.shared-secret=$(secret "${CONF[shared_secret]}")
CONFIG
    if [[ $coordinator == true ]]; then
      echo 'node-scheduler.include-coordinator=false' >>"$etc/config.properties"
    else
      # Draining asks for this permission; the rule stands on workers only.
      echo 'access-control.name=allow-all' >"$etc/access-control.properties"
    fi
  )
  if [[ -n ${CONF[license]} ]]; then
    fetch "${CONF[license]}" "$etc/starburstdata.license"
  fi
  if [[ ${CONF[metastore]} != none ]]; then
    hive_catalog >"$etc/catalog/hive.properties"
  fi
  if [[ -n ${CONF[configuration]} ]]; then
    fetch "${CONF[configuration]}" /tmp/configuration.zip
    unzip -q -o /tmp/configuration.zip -d /tmp/configuration
    [[ -d /tmp/configuration/etc ]] || fail "${CONF[configuration]} has no etc/ at its top"
    merge /tmp/configuration/etc "$etc"
  fi
  chown -R presto "$HOME_DIR/presto" "$HOME_DIR/data"
}

# Properties of the user come after ours, key by key; lines of jvm.config are added; other files replace.
merge() {
  local from=$1 to=$2 file name
  while IFS= read -r -d '' file; do
    name=${file#"$from"/}
    mkdir -p "$(dirname "$to/$name")"
    case $name in
      jvm.config) cat "$file" >>"$to/$name" ;;
      *.properties)
        touch "$to/$name"
        awk -F= 'NR == FNR { own[$1]; print; next } !($1 in own)' "$file" "$to/$name" >"$to/$name.new"
        mv "$to/$name.new" "$to/$name"
        ;;
      *) cp "$file" "$to/$name" ;;
    esac
  done < <(find "$from" -type f -print0)
}

hive_catalog() {
  echo 'connector.name=hive'
  echo 'fs.alluxio.enabled=true'
  echo 'fs.native-s3.enabled=true'
  echo "s3.region=$AWS_DEFAULT_REGION"
  case ${CONF[metastore]} in
    glue) echo 'hive.metastore=glue' ;;
    external) echo "hive.metastore.uri=${CONF[metastore_uri]}" ;;
    *) echo "hive.metastore.uri=thrift://$METASTORE:9083" ;;
  esac
}

user_script() {
  [[ -n ${CONF[script]} ]] || return 0
  fetch "${CONF[script]}" /tmp/user-script.sh
  bash /tmp/user-script.sh "${CONF[role]}" || fail "the bootstrap script ended with an error"
}

presto_answers() { curl -sf -m 5 "http://$ADDRESS:${CONF[port]}/v1/info" | grep -q '"starting":false'; }
alluxio_answers() { curl -sf -m 5 "http://$1/api/v1/$2/info" >/dev/null; }

# Whether coordinator and Alluxio master list this worker. A coordinator that lists nobody is believed to know it.
registered() {
  local list master
  list=$(curl -s -m 5 -w ' %{http_code}' -H 'X-Trino-User: node' "http://${MASTERS%%,*}:${CONF[port]}/v1/node") || return 1
  [[ $list == *"//$ADDRESS:"*200 || $list == *\ 40[134] ]] || return 1
  for master in ${MASTERS//,/ }; do
    curl -sf -m 5 "http://$master:19999/api/v1/master/info" | grep -qF "\"$ADDRESS\"" && return 0
  done
  return 1
}

# Addresses of all slots are those of all masters; the first is where clients connect.
masters() {
  local part all=()
  for part in ${1//,/ }; do
    [[ $part == eni-* ]] && all+=("$(interface_address "$part")")
  done
  (IFS=','; echo "${all[*]}")
}

# Slots of another group of the stack, found by CloudFormation's tags.
slots_of() {
  aws autoscaling describe-auto-scaling-groups --output text --query \
    "AutoScalingGroups[?Tags[?Key=='aws:cloudformation:stack-name'&&Value=='${CONF[stack]}']&&Tags[?Key=='aws:cloudformation:logical-id'&&Value=='$1']].Tags[]|[?Key=='starburst:slots'].Value"
}

# The agent sends this script's log to the stack's log group and, where metrics are enabled, the use of memory.
observe() {
  local metrics=''
  packages amazon-cloudwatch-agent
  if [[ ${CONF[metrics]} == yes ]]; then
    metrics=', "metrics": {"namespace": "Starburst", "metrics_collected": {"mem": {"measurement": ["used_percent"],
      "append_dimensions": {"AutoScalingGroupName": "'$(group)'"}}}}'
  fi
  cat >"$HOME_DIR/agent.json" <<AGENT
{"agent": {"omit_hostname": true}, "logs": {"logs_collected": {"files": {"collect_list": [{"file_path": "$HOME_DIR/node.log",
  "log_group_name": "${CONF[logs]}", "log_stream_name": "node-${CONF[role]}-$INSTANCE"}]}}}$metrics}
AGENT
  /opt/aws/amazon-cloudwatch-agent/bin/amazon-cloudwatch-agent-ctl -a fetch-config -m ec2 -s -c "file:$HOME_DIR/agent.json"
}

boot_presto() {
  local own java
  [[ -z ${CONF[certificate]:-} ]] || fail 'HTTPS is not part of this version of the node script'
  step 'finding the coordinators'
  own=$(slots_of Coordinators)
  MASTERS=$(masters "$own")
  METASTORE=$(masters "$(slots_of Metastore)")
  if [[ ${CONF[role]} == coordinator && -n $MASTERS ]]; then
    step 'taking a slot'
    # The one before may drain for long; CloudFormation waits an hour at most.
    retry 360 10 take_slot "$own" || fail 'no slot is free'
  fi
  MASTERS=${MASTERS:-$ADDRESS}
  step 'installing packages'
  packages java-25-amazon-corretto-headless java-17-amazon-corretto-headless python3 unzip
  id presto >/dev/null 2>&1 || useradd --system --home-dir "$HOME_DIR" presto
  unpack "${CONF[presto]:-$DEFAULT_PRESTO}" "$HOME_DIR/presto" "${CONF[presto_sha256]}"
  unpack "${CONF[alluxio]:-$DEFAULT_ALLUXIO}" "$HOME_DIR/alluxio" "${CONF[alluxio_sha256]}"
  step 'configuring'
  memory
  configure_alluxio
  configure_presto
  step 'running the bootstrap script'
  user_script
  start_alluxio
  step 'starting Presto'
  java=$(java_home 25)
  # After a crash of the machine its number may be another process's.
  service presto presto "/bin/bash -c 'rm -f $HOME_DIR/data/var/run/launcher.pid; exec $HOME_DIR/presto/bin/launcher run'" \
    "JAVA_HOME=$java" "PATH=$java/bin:/usr/bin:/bin"
  retry 120 5 presto_answers || fail 'Presto does not answer'
  if [[ ${CONF[role]} == worker && $MASTERS != "$ADDRESS" ]]; then
    step 'registering'
    retry 120 5 registered || fail 'coordinator and Alluxio master do not know this worker'
  fi
}

start_alluxio() {
  local command
  local -a format
  mkdir -p "$DATA/journal" "$HOME_DIR/logs"
  chown -R presto "$HOME_DIR/alluxio" "$DATA/journal" "$HOME_DIR/logs"
  command=$(alluxio_java "$ALLUXIO_HEAP")
  step 'starting Alluxio'
  if [[ ${CONF[role]} == coordinator ]]; then
    # A journal that has entries is never formatted again.
    read -r -a format <<<"$command alluxio.cli.Format MASTER"
    [[ -n $(ls -A "$DATA/journal") ]] || runuser -u presto -- "${format[@]}"
    service alluxio presto "$command alluxio.master.AlluxioMaster"
    retry 60 5 alluxio_answers "$ADDRESS:19999" master || fail 'the Alluxio master does not answer'
  else
    mkdir -p /mnt/ramdisk && { mountpoint -q /mnt/ramdisk || mount -t tmpfs -o "size=${CACHE}M" tmpfs /mnt/ramdisk; }
    chown presto /mnt/ramdisk
    service alluxio presto "$command alluxio.worker.AlluxioWorker"
    retry 120 5 alluxio_answers "$ADDRESS:30000" worker || fail 'the Alluxio worker does not answer'
  fi
}

boot_slotted() {
  local own
  step 'taking the slot'
  own=$(slots "$(group)")
  [[ $own != *eni-* ]] || retry 60 10 take_slot "$own" || fail 'the slot is not free'
}

boot_metastore() {
  boot_slotted
  fail "the metastore of type ${CONF[metastore]} is not part of this version of the node script; ${CONF[driver]:-$DEFAULT_MYSQL_DRIVER} was not installed"
}

boot_superset() {
  boot_slotted
  fail 'Superset is not part of this version of the node script'
}

# How many running queries need this node: of a worker, those of its tasks. Only members of the cluster may list tasks:
# the token is the one that they show each other, made from the shared secret. A user's name beside it would be an
# impersonation, which a coordinator refuses.
queries_left() {
  python3 - "http://$ADDRESS:${CONF[port]}/v1/$1" "$INSTANCE" "$HOME_DIR/presto/etc/config.properties" <<'PYTHON'
import base64, hashlib, hmac, json, sys, time, urllib.request
def part(data): return base64.urlsafe_b64encode(data).rstrip(b'=')
url, node, file = sys.argv[1:]
secret = dict(l.strip().split('=', 1) for l in open(file) if '=' in l)['internal-communication.shared-secret']
token = part(b'{"alg":"HS256"}') + b'.' + part(json.dumps({'sub': node, 'exp': int(time.time()) + 60}).encode())
token += b'.' + part(hmac.new(hashlib.sha256(secret.encode()).digest(), token, 'sha256').digest())
headers = {'X-Trino-Internal-Bearer': token.decode()}
items = json.load(urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=10))
print(len({i.get('queryId') or i['taskStatus']['taskId'].split('.')[0] for i in items
  if i.get('taskStatus', i)['state'] not in ('FINISHED', 'FAILED', 'CANCELED', 'ABORTED')}))
PYTHON
}

# A coordinator of Trino cannot be told to shut down: requests that begin a query are reset, all others go on.
refuse_queries() {
  command -v iptables >/dev/null || dnf -y -q install iptables-nft
  iptables -I INPUT -p tcp --dport "${CONF[port]}" -m string --algo bm --string 'POST /v1/statement ' \
    -j REJECT --reject-with tcp-reset
}

# Refuse new work, let what runs finish, leave Alluxio, answer the hook. Heartbeats keep the hook open meanwhile.
drain() {
  local group limit policy deadline left='' kind=task text='' said=draining
  local -a leave
  group=$(group)
  read -r limit policy <<<"$(aws autoscaling describe-lifecycle-hooks --auto-scaling-group-name "$group" \
    --lifecycle-hook-names drain --query 'LifecycleHooks[0].NotificationMetadata' --output text)"
  deadline=$((SECONDS + limit))
  status 'draining'
  if [[ ${CONF[role]} == coordinator ]]; then
    kind=query
    refuse_queries || log 'new queries cannot be refused'
  else
    curl -sf -m 10 -X PUT -H 'Content-Type: application/json' -H 'X-Trino-User: drain' -d '"SHUTTING_DOWN"' \
      "http://$ADDRESS:${CONF[port]}/v1/info/state" || log 'Presto does not take the order to shut down'
  fi
  while systemctl is-active -q presto; do
    left=$(queries_left $kind 2>/dev/null || true)
    if [[ $kind$left == query0 ]] || ((SECONDS >= deadline)); then break; fi
    case $left in
      '' | 0) text=draining ;;
      1) text='draining, 1 query left' ;;
      *) text="draining, $left queries left" ;;
    esac
    [[ $text == "$said" ]] || status "$text"
    said=$text
    aws autoscaling record-lifecycle-action-heartbeat --auto-scaling-group-name "$group" \
      --lifecycle-hook-name drain --instance-id "$INSTANCE" || true
    sleep 15
  done
  if systemctl is-active -q presto && [[ $kind$left != query0 ]]; then
    status "not drained within $limit seconds"
    [[ $policy == terminate ]] || signal FAILURE
  else
    status 'drained'
  fi
  if [[ ${CONF[role]} == worker ]]; then
    read -r -a leave <<<"$(alluxio_java 256) alluxio.cli.fsadmin.FileSystemAdminShell decommissionWorker"
    "${leave[@]}" -a "$ADDRESS" -w 5min || log 'Alluxio was not left in order'
  fi
  aws autoscaling complete-lifecycle-action --auto-scaling-group-name "$group" --lifecycle-hook-name drain \
    --instance-id "$INSTANCE" --lifecycle-action-result CONTINUE
}

watch() {
  while [[ $(metadata meta-data/autoscaling/target-lifecycle-state || true) != Terminated ]]; do sleep 10; done
  drain
}

boot() {
  trap 'fail "line $LINENO"' ERR
  status 'booting'
  step 'starting the log agent'
  observe
  case ${CONF[role]} in
    coordinator | worker) boot_presto ;;
    metastore) boot_metastore ;;
    superset) boot_superset ;;
    *) fail "unknown role ${CONF[role]}" ;;
  esac
  service starburst-watch root "/bin/bash $HOME_DIR/node.sh watch"
  status 'ready'
  signal SUCCESS
}

read_configuration
exec > >(tee -a "$HOME_DIR/node.log") 2>&1
case ${1:-} in
  boot) boot ;;
  watch) watch ;;
  *) log "usage: node.sh boot|watch" && exit 2 ;;
esac
