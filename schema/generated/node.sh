#!/bin/bash
declare -A NAMES=([coordinator]='role resource stack logs metrics session_manager mirror count port presto presto_sha256 alluxio alluxio_sha256 root_mount properties properties_secret s3_endpoint s3_access_key_secret s3_secret_key_secret node_secrets revision shared_secret metastore metastore_host metastore_port license script configuration https_port certificate certificate_revision' [metastore]='role resource stack logs metrics session_manager mirror metastore host port user database password_secret password_revision driver root_mount s3_endpoint s3_access_key_secret s3_secret_key_secret node_secrets revision' [superset]='role resource stack logs metrics session_manager mirror port metastore password_secret' [worker]='role resource stack logs metrics session_manager mirror count port presto presto_sha256 alluxio alluxio_sha256 root_mount properties properties_secret s3_endpoint s3_access_key_secret s3_secret_key_secret node_secrets revision shared_secret metastore metastore_host metastore_port license script configuration storage storage_percent volume')
set -Eeuo pipefail
umask 022
readonly HOME_DIR=/opt/starburst
readonly DATA=/var/lib/starburst
readonly DEFAULT_PRESTO=https://repo1.maven.org/maven2/io/trino/trino-server/476/trino-server-476.tar.gz
readonly DEFAULT_ALLUXIO=https://downloads.alluxio.io/downloads/files/2.9.4/alluxio-2.9.4-bin.tar.gz
declare -A CONF=()
STEP=start TOKEN=''
log() { printf '%s %s\n' "$(date -u +%FT%TZ)" "$*"; }
metadata() {
local uri=http://169.254.169.254/latest/$1
[[ -n $TOKEN ]] || new_token
curl -sf -m 5 -H "X-aws-ec2-metadata-token: $TOKEN" "$uri" || {
new_token
curl -sf -m 5 -H "X-aws-ec2-metadata-token: $TOKEN" "$uri"
}
}
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
export AWS_METADATA_SERVICE_TIMEOUT=5 AWS_METADATA_SERVICE_NUM_ATTEMPTS=5
}
status() {
log "status: $1"
echo "starburst: $1" >/dev/console || true
local text=${1//[\"\\]/}
timeout 30 aws ec2 create-tags --resources "$INSTANCE" --tags "Key=starburst:status,Value=\"${text:0:256}\"" || true
}
signal() {
aws cloudformation signal-resource --stack-name "${CONF[stack]}" --logical-resource-id "${CONF[resource]}" \
--unique-id "$INSTANCE" --status "$1" || { log "CloudFormation did not take the signal $1" && return 1; }
}
fail() {
local reason=$1 kept=$HOME_DIR/reason
trap - ERR
if [[ $BASHPID != "$$" ]]; then
[[ -s $kept ]] || echo "$reason" >"$kept"
exit 1
fi
[[ -s $kept ]] && reason=$(<"$kept")
status "boot failed: $STEP: $reason"
signal FAILURE || { sleep 120 && unhealthy; }
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
unhealthy() {
aws autoscaling set-instance-health --instance-id "$INSTANCE" --health-status Unhealthy ||
log 'the group did not take that this node is unhealthy'
}
secret() { aws secretsmanager get-secret-value --secret-id "$1" --query SecretString --output text; }
fetch() {
local uri=$1 file=$2 sha256=${3:-} mirror=${CONF[mirror]:-}
if [[ -n $mirror && $uri != s3://* ]]; then
uri="${mirror%/}/${uri##*/}"
if [[ -z $sha256 ]]; then
[[ -s $HOME_DIR/SHA256SUMS ]] || aws s3 cp --quiet "${mirror%/}/SHA256SUMS" "$HOME_DIR/SHA256SUMS"
sha256=$(awk -v name="${uri##*/}" '$2 == name { print $1 }' "$HOME_DIR/SHA256SUMS")
fi
[[ -n $sha256 ]] || fail "the mirror has no checksum of ${uri##*/}"
fi
log "fetching $uri"
case $uri in
s3://*) retry 10 15 aws s3 cp --quiet "$uri" "$file" || unread "$uri" "$file" ;;
*) curl -sSfL --connect-timeout 20 --retry 10 --retry-all-errors -o "$file" "$uri" || unread "$uri" "$file" ;;
esac
if [[ -n $sha256 ]]; then
echo "$sha256  $file" | sha256sum --check --status ||
fail "${input:-packages.mirrorUri}: ${uri##*/} has another checksum than ${sha256:0:12}…"
fi
}
unread() {
local free
free=$(df -BM --output=avail "$(dirname "$2")" | awk 'NR == 2 { print int($1) }')
((free >= 64)) || fail "the disk is full: ${1##*/} does not fit; raise ec2.rootVolume.sizeGiB"
fail "${input:-packages.mirrorUri}: $1 cannot be read"
}
unpack() {
local asked=$1 uri=${1:-$2} target=$3 sha256=$4 file
if [[ -d $target ]]; then
[[ -z $asked || $(cat "$target/.package" 2>/dev/null) == "$uri" ]] && return 0
rm -rf "$target"
fi
file=/tmp/${uri##*/}
fetch "$uri" "$file" "$sha256"
mkdir -p "$target"
tar -xf "$file" -C "$target" --strip-components=1 || unread "$uri" "$target"
echo "$uri" >"$target/.package"
rm -f "$file"
}
packages() {
retry 10 15 dnf -y -q install "$@" || fail "the system packages $* cannot be installed"
}
java_home() {
local home
for home in /usr/lib/jvm/java-"$1"-amazon-corretto*; do
[[ -x $home/bin/java ]] && echo "$home" && return 0
done
fail "Java $1 is not below /usr/lib/jvm"
}
group() {
aws autoscaling describe-auto-scaling-groups --output text \
--query "AutoScalingGroups[?Instances[?InstanceId=='$INSTANCE']].AutoScalingGroupName"
}
slots() {
aws autoscaling describe-auto-scaling-groups --auto-scaling-group-names "$1" --output text \
--query "AutoScalingGroups[0].Tags[?Key=='starburst:slots'].Value"
}
slots_of() {
aws autoscaling describe-auto-scaling-groups --output text --query \
"AutoScalingGroups[?Tags[?Key=='aws:cloudformation:stack-name'&&Value=='${CONF[stack]}']&&Tags[?Key=='aws:cloudformation:logical-id'&&Value=='$1']].Tags[]|[?Key=='starburst:slots'].Value"
}
interfaces() {
local part ids=()
for part in ${1//,/ }; do
[[ $part == eni-* ]] && ids+=("$part")
done
((${#ids[@]} > 0)) || return 0
aws ec2 describe-network-interfaces --network-interface-ids "${ids[@]}" --output text --query \
"NetworkInterfaces[].[NetworkInterfaceId,PrivateIpAddress,PrivateIpAddresses[?Primary==\`false\`].PrivateIpAddress|[0]]" |
sort -k 1,1 >"$HOME_DIR/interfaces"
for part in "${ids[@]}"; do grep "^$part" "$HOME_DIR/interfaces"; done
}
addresses() { interfaces "$1" | awk '{ printf "%s%s", sep, $2; sep = "," }'; }
client_address() { interfaces "$1" | awk '$3 != "None" { print $3; exit }'; }
take_slot() {
local list=$1 i
local -a parts
IFS=',' read -r -a parts <<<"$list"
for ((i = 0; i + 1 < ${#parts[@]}; i += 2)); do
[[ ${parts[i]} == eni-* ]] || continue
aws ec2 attach-network-interface --instance-id "$INSTANCE" --device-index 1 \
--network-interface-id "${parts[i]}" >/dev/null 2>&1 || continue
SLOT=${parts[i]}
retry 10 3 own_address || fail "the slot $SLOT has no address"
[[ ${parts[i + 1]} != vol-* ]] || mount_volume "${parts[i + 1]}"
printf '%s\n' "$SLOT" "$ADDRESS" "$((i / 2))" >"$HOME_DIR/slot"
log "took slot $SLOT with address $ADDRESS"
return 0
done
return 1
}
own_address() {
ADDRESS=$(addresses "$SLOT")
[[ -n $ADDRESS ]]
}
mount_volume() {
local volume=$1
retry 20 6 aws ec2 attach-volume --instance-id "$INSTANCE" --volume-id "$volume" --device /dev/sdj >/dev/null ||
fail "volume $volume cannot be attached"
mount_disk "/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_${volume/-/}" "$DATA"
}
mount_disk() {
local device=$1 folder=$2
retry 30 2 test -e "$device" || fail "the disk $device does not appear"
blkid "$device" >/dev/null || mkfs -t xfs -q "$device" || fail "the disk $device cannot be formatted"
mkdir -p "$folder"
mountpoint -q "$folder" || mount "$device" "$folder" || fail "the disk $device cannot be mounted"
}
data_disks() {
local device volume number=''
DISKS=''
if [[ ${CONF[volume]} == yes ]]; then
volume=$(aws ec2 describe-instances --instance-ids "$INSTANCE" --output text --query \
"Reservations[0].Instances[0].BlockDeviceMappings[?DeviceName=='/dev/sdf'].Ebs.VolumeId")
mount_disk "/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_${volume/-/}" /data
DISKS=/data/alluxio
elif [[ ${CONF[storage]} == instanceStore ]]; then
for device in $(readlink -f /dev/disk/by-id/nvme-Amazon_EC2_NVMe_Instance_Storage_AWS* | sort -u); do
[[ -e $device ]] || fail "the instance type has no disks of its own: alluxio.workerStorage.medium cannot be instanceStore"
mount_disk "$device" "/data$number"
DISKS+=${DISKS:+,}/data$number/alluxio
number=$((number + 1))
done
fi
for device in ${DISKS//,/ }; do install -d -o presto "$device"; done
[[ -z $DISKS ]] || chown presto /data
}
service() {
local name=$1 user=$2 command=$3 variable
shift 3
cat >"/etc/systemd/system/$name.service" <<UNIT
[Unit]
After=network-online.target
[Service]
User=$user
ExecStart=$command
StandardOutput=append:/var/log/starburst/$name.log
$(for variable in "$@"; do echo "Environment=$variable"; done)
Restart=on-failure
RestartSec=10
LimitNOFILE=131072
[Install]
WantedBy=multi-user.target
UNIT
systemctl daemon-reload
systemctl restart "$name"
}
watch_over() {
service starburst-watch root "/bin/bash $HOME_DIR/node.sh watch"
systemctl enable starburst-watch
}
memory() {
local total
total=$(awk '/MemTotal/ { print int($2 / 1024) }' /proc/meminfo)
CACHE=0
if [[ ${CONF[role]} == worker && ${CONF[storage]} == memory ]]; then
CACHE=$((total * ${CONF[storage_percent]:-33} / 100))
fi
ALLUXIO_HEAP=$((total / 16 + 512))
PROXY_HEAP=$((total / 32 + 128))
HEAP=$((total - total / 8 - 1024 - CACHE - ALLUXIO_HEAP - PROXY_HEAP))
((HEAP >= 1024)) || fail "$total MiB of memory leave $HEAP MiB for Presto, which needs 1024: choose a larger instance type or a smaller alluxio.workerStorage.percent"
}
alluxio_java() {
local home=$HOME_DIR/alluxio opens
printf '%s ' "$(java_home 17)/bin/java" "-Xmx$1m" "-Dalluxio.home=$home" "-Dalluxio.conf.dir=$home/conf" \
"-Dalluxio.logs.dir=$HOME_DIR/logs" -Dalluxio.logger.type=Console
for opens in java.lang java.nio java.util sun.nio.ch; do
printf -- '--add-opens=java.base/%s=ALL-UNNAMED ' "$opens"
done
printf -- '-cp %s' "$home/conf:$home/assembly/*"
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
echo 'alluxio.user.worker.list.refresh.interval=20s'
echo 'alluxio.master.update.check.enabled=false'
[[ -d $HOME_DIR/alluxio/webui ]] || echo 'alluxio.web.ui.enabled=false'
echo "alluxio.master.journal.type=EMBEDDED"
echo "alluxio.master.journal.folder=$DATA/journal"
echo "alluxio.master.embedded.journal.addresses=${MASTERS//,/:19200,}:19200"
echo "alluxio.master.rpc.addresses=${MASTERS//,/:19998,}:19998"
echo 'alluxio.master.daily.backup.enabled=true'
echo 'alluxio.user.file.metadata.sync.interval=1min'
printf 'alluxio.proxy.web.%s=127.0.0.1\n' hostname bind.host
[[ ${CONF[role]} != worker ]] || worker_storage
if [[ -z ${CONF[s3_endpoint]} ]]; then
echo "alluxio.underfs.s3.region=$AWS_DEFAULT_REGION"
else
echo "alluxio.underfs.s3.endpoint=${CONF[s3_endpoint]}"
[[ ${CONF[s3_endpoint]} == *.amazonaws.com* ]] || echo 'alluxio.underfs.s3.disable.dns.buckets=true'
fi
secret_properties
} >"$conf"
IFS=',' read -r -a lines <<<"${CONF[properties]}"
for pair in "${lines[@]}"; do echo "$pair" >>"$conf"; done
chown presto "$conf"
umask 022
ln -sfn "${conf%/*}" /etc/alluxio
[[ -e ${conf%/*}/log4j.properties ]] || cat >"${conf%/*}/log4j.properties" <<'LOG'
log4j.rootLogger=INFO, Console
log4j.appender.Console=org.apache.log4j.ConsoleAppender
log4j.appender.Console.layout=org.apache.log4j.PatternLayout
log4j.appender.Console.layout.ConversionPattern=%d{ISO8601} %-5p %c{1} %m%n
LOG
}
worker_storage() {
local alias=MEM path=/mnt/ramdisk size="${CACHE}MB"
if [[ ${CONF[storage]} != memory ]]; then
alias=SSD path=$DISKS
size=$(df -BM --output=avail "${path%%,*}" | awk -v p="${CONF[storage_percent]:-90}" 'NR == 2 { print int($1 * p / 100) "MB" }')
size=${path//[^,]/}, size=${size//,/"$size",}
fi
printf 'alluxio.worker.tieredstore.%s\n' levels=1 "level0.alias=$alias" "level0.dirs.path=$path" "level0.dirs.quota=${size%,}"
echo "alluxio.worker.hostname=$ADDRESS"
}
s3_keys() {
S3_ACCESS='' S3_SECRET='' PROPERTIES=''
if [[ -n ${CONF[node_secrets]} ]]; then
{ read -r S3_ACCESS; read -r S3_SECRET; read -r PROPERTIES; } < <(secret "${CONF[node_secrets]}") || true
fi
[[ -z ${CONF[s3_access_key_secret]} ]] || S3_ACCESS=$(secret "${CONF[s3_access_key_secret]}")
[[ -z ${CONF[s3_secret_key_secret]} ]] || S3_SECRET=$(secret "${CONF[s3_secret_key_secret]}")
}
secret_properties() {
s3_keys
[[ -z $S3_ACCESS ]] || printf 's3a.accessKeyId=%s\ns3a.secretKey=%s\n' "$S3_ACCESS" "$S3_SECRET"
[[ -z $PROPERTIES ]] || tr ',' '\n' <<<"$PROPERTIES"
if [[ -n ${CONF[properties_secret]} ]]; then
secret "${CONF[properties_secret]}" | python3 -c 'import json, sys
for name, value in json.load(sys.stdin).items(): print(f"{name}={value}")'
fi
}
format_journal() {
local -a format
if [[ $(cat "$DATA/root_mount" 2>/dev/null) != "${CONF[root_mount]}" ]]; then
rm -rf "$DATA/journal"
install -d -o presto "$DATA/journal"
fi
read -r -a format <<<"$1 alluxio.cli.Format MASTER"
[[ -n $(ls -A "$DATA/journal") ]] || runuser -u presto -- "${format[@]}"
echo "${CONF[root_mount]}" >"$DATA/root_mount"
}
mount_by_name() {
local uri=${CONF[root_mount]%/} path java
path=/${uri#s3://}
read -r -a java <<<"$(alluxio_java 256)"
named() { "${java[@]}" alluxio.cli.fs.FileSystemShell mount | grep -qE "^s3a://.* on +$path/? "; }
named && return 0
[[ $path != /*/* ]] || "${java[@]}" -Dalluxio.user.file.writetype.default=MUST_CACHE \
alluxio.cli.fs.FileSystemShell mkdir "${path%/*}" || true
"${java[@]}" alluxio.cli.fs.FileSystemShell mount --shared "$path" "s3a://${uri#s3://}/" || named
}
start_alluxio() {
local command
mkdir -p "$DATA/journal" "$HOME_DIR/logs"
chown -R presto "$HOME_DIR/alluxio" "$DATA/journal" "$HOME_DIR/logs"
command=$(alluxio_java "$ALLUXIO_HEAP")
step 'starting Alluxio'
if [[ ${CONF[role]} == coordinator ]]; then
format_journal "$command"
service alluxio presto "$command alluxio.master.AlluxioMaster"
retry 60 5 masters_answer || fail 'the Alluxio masters have no leader, or this one is not among them'
retry 5 10 mount_by_name || fail "${CONF[root_mount]} cannot be mounted in Alluxio a second time"
else
mkdir -p /mnt/ramdisk && { mountpoint -q /mnt/ramdisk || mount -t tmpfs -o "size=${CACHE}M" tmpfs /mnt/ramdisk; }
chown presto /mnt/ramdisk
service alluxio presto "$command alluxio.worker.AlluxioWorker"
retry 120 5 alluxio_answers "$ADDRESS:30000" worker || fail 'the Alluxio worker does not answer'
fi
service alluxio-proxy presto "$(alluxio_java "$PROXY_HEAP") alluxio.proxy.AlluxioProxy"
}
masters_answer() {
local master
listens "$ADDRESS" 19200 || return 1
for master in ${MASTERS//,/ }; do
alluxio_answers "$master:19999" master && return 0
done
return 1
}
alluxio_answers() { curl -sf -m 5 "http://$1/api/v1/$2/info" >/dev/null; }
hive_catalog() {
local etc=$1 proxy=http://127.0.0.1:39999/api/v1/s3
if [[ $DISTRIBUTION == trino ]] && ((MAJOR >= 464)); then
printf '%s\n' connector.name=hive fs.alluxio.enabled=true fs.native-s3.enabled=true s3.path-style-access=true \
"s3.region=$AWS_DEFAULT_REGION" s3.security-mapping.enabled=true "s3.security-mapping.config-file=$etc/s3.json"
[[ -z ${CONF[s3_endpoint]} ]] || echo "s3.endpoint=${CONF[s3_endpoint]}"
s3_keys
[[ -z $S3_ACCESS ]] || printf '%s\n' "s3.aws-access-key=$S3_ACCESS" "s3.aws-secret-key=$S3_SECRET"
printf '{"mappings": [{"prefix": "%s/", "endpoint": "%s", "region": "%s", "accessKey": "presto", "secretKey": "presto"}, {"useClusterDefault": true}]}\n' \
"${CONF[root_mount]%/}" "$proxy" "$AWS_DEFAULT_REGION" >"$etc/s3.json"
else
[[ $DISTRIBUTION == trino ]] && echo connector.name=hive || echo connector.name=hive-hadoop2
printf 'hive.s3.%s\n' "endpoint=$proxy" path-style-access=true ssl.enabled=false aws-access-key=presto aws-secret-key=presto
fi
case ${CONF[metastore]} in
glue) printf 'hive.metastore%s\n' =glue ".glue.region=$AWS_DEFAULT_REGION" ".glue.default-warehouse-dir=${CONF[root_mount]%/}/warehouse" ;;
*) echo "hive.metastore.uri=thrift://$(metastore_place)" ;;
esac
}
metastore_place() {
local port=${CONF[metastore_port]}
if [[ ${CONF[metastore]} == external ]]; then
((port)) || port=9083
echo "${CONF[metastore_host]}:$port"
else
echo "$METASTORE:9083"
fi
}
catalog_answers() {
local place times=120
case ${CONF[metastore]} in
none | glue) return 0 ;;
external) times=12 ;;
esac
place=$(metastore_place)
retry "$times" 5 listens "${place%:*}" "${place##*:}" || fail "hiveMetastore: nothing answers at $place"
}
listens() { timeout 3 bash -c ": <\"/dev/tcp/\$0/\$1\"" "$1" "$2" 2>/dev/null; }
root_mount_writable() {
local uri=${CONF[root_mount]%/} probe said bucket
local -a at=()
[[ -z ${CONF[s3_endpoint]} ]] || at=(--endpoint-url "${CONF[s3_endpoint]}")
s3_keys
probe=$uri/.starburst-$INSTANCE bucket=${uri#s3://}
said=$(
if [[ -n $S3_ACCESS ]]; then
export AWS_ACCESS_KEY_ID=$S3_ACCESS AWS_SECRET_ACCESS_KEY=$S3_SECRET
fi
{
aws s3 cp "${at[@]}" - "$probe" </dev/null && aws s3 ls "${at[@]}" "$probe" && aws s3 rm "${at[@]}" "$probe" &&
{ [[ $bucket != */* ]] || aws s3api put-object "${at[@]}" --bucket "${bucket%%/*}" --key "${bucket#*/}/"; }
} 2>&1
) || fail "alluxio.s3RootMount ${CONF[root_mount]} cannot be written: ${said##*: }"
}
distribution() {
local jar release
for jar in "$HOME_DIR"/presto/lib/*trino-main-[0-9]*.jar "$HOME_DIR"/presto/lib/presto-main-[0-9]*.jar; do
[[ -e $jar ]] || continue
release=${jar##*-main-}
MAJOR=${release%%[-.]*} DISTRIBUTION=prestosql HEADER=Presto JAVA=17
[[ $release != 0.* ]] || DISTRIBUTION=prestodb JAVA=11
[[ $jar != *trino-main-* ]] || DISTRIBUTION=trino HEADER=Trino
if [[ $DISTRIBUTION == trino ]] && ((MAJOR >= 426)); then
((MAJOR >= 447)) && JAVA=25 || JAVA=21
fi
log "the package holds $DISTRIBUTION ${release%.jar}"
return 0
done
fail 'presto.packageUri is no package of Trino, Starburst, PrestoSQL or PrestoDB'
}
configure_presto() {
local etc=$HOME_DIR/presto/etc opens
mkdir -p "$etc/catalog" "$HOME_DIR/data"
printf 'node.environment=cluster\nnode.id=%s\nnode.internal-address=%s\nnode.data-dir=%s\n' \
"$INSTANCE" "$ADDRESS" "$HOME_DIR/data" >"$etc/node.properties"
{
printf -- '-%s\n' server "Xmx${HEAP}M" XX:+UseG1GC XX:ReservedCodeCacheSize=512M XX:+ExitOnOutOfMemoryError \
Djdk.attach.allowAttachSelf=true Djdk.nio.maxCachedBufferSize=2000000
if [[ $DISTRIBUTION == prestosql ]]; then
for opens in java.lang java.nio java.util sun.nio.ch; do echo "--add-opens=java.base/$opens=ALL-UNNAMED"; done
fi
} >"$etc/jvm.config"
umask 077
general >"$etc/config.properties"
if [[ ${CONF[role]} == coordinator ]]; then of_coordinator; else of_worker; fi
if [[ ${CONF[metastore]} != none ]]; then
hive_catalog "$etc" >"$etc/catalog/hive.properties"
fi
if [[ -n ${CONF[license]} ]]; then
input=presto.licenseUri fetch "${CONF[license]}" "$etc/starburstdata.license"
fi
user_configuration "$etc"
umask 022
chown -R presto "$HOME_DIR/presto" "$HOME_DIR/data"
}
general() {
local uri=http://$CLIENT:${CONF[port]}
[[ ${CONF[role]} != coordinator ]] || uri=http://$ADDRESS:${CONF[port]}
printf '%s\n' "coordinator=$([[ ${CONF[role]} == coordinator ]] && echo true || echo false)" \
"http-server.http.port=${CONF[port]}" "discovery.uri=$uri" \
"internal-communication.shared-secret=$(secret "${CONF[shared_secret]}")"
}
of_coordinator() {
echo 'node-scheduler.include-coordinator=false' >>"$etc/config.properties"
[[ $DISTRIBUTION == trino ]] || echo 'discovery-server.enabled=true' >>"$etc/config.properties"
[[ -n ${CONF[certificate]:-} ]] || return 0
[[ $DISTRIBUTION != prestodb ]] || fail 'presto.https needs Trino, Starburst or PrestoSQL: PrestoDB reads no PEM'
secret "${CONF[certificate]}" >"$etc/tls.pem"
[[ $(grep -cE 'BEGIN (CERTIFICATE|.*PRIVATE KEY)' "$etc/tls.pem") -ge 2 ]] ||
fail 'the secret of presto.https.certificateSecretArn holds no certificate chain and private key as PEM'
printf '%s\n' http-server.https.enabled=true "http-server.https.port=${CONF[https_port]}" \
"http-server.https.keystore.path=$etc/tls.pem" >>"$etc/config.properties"
}
of_worker() {
[[ $DISTRIBUTION != trino ]] ||
printf 'discovery.http-client.%s\n' connect-timeout=2s idle-timeout=4s request-timeout=4s >>"$etc/config.properties"
[[ $DISTRIBUTION != prestodb ]] || return 0
printf 'drain-%s' "$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')" >"$HOME_DIR/drain-user"
printf '{"system_information": [{"user": "%s", "allow": ["read", "write"]}, {"allow": ["read"]}]}\n' "$(<"$HOME_DIR/drain-user")" >"$etc/drain.json"
printf '%s\n' access-control.name=file "security.config-file=$etc/drain.json" >"$etc/access-control.properties"
}
presto_api() {
python3 - "http://$1:${CONF[port]}/v1/$2" "$INSTANCE" "$HOME_DIR/presto/etc/config.properties" "$HEADER" <<'PYTHON'
import base64, hashlib, hmac, json, sys, time, urllib.request
def part(data): return base64.urlsafe_b64encode(data).rstrip(b'=')
url, node, file, header = sys.argv[1:]
secret = dict(l.strip().split('=', 1) for l in open(file) if '=' in l)['internal-communication.shared-secret']
token = part(b'{"alg":"HS256"}') + b'.' + part(json.dumps({'sub': node, 'exp': int(time.time()) + 60}).encode())
token += b'.' + part(hmac.new(hashlib.sha256(secret.encode()).digest(), token, 'sha256').digest())
request = urllib.request.Request(url, headers={f'X-{header}-Internal-Bearer': token.decode()})
sys.stdout.write(urllib.request.urlopen(request, timeout=10).read().decode())
PYTHON
}
presto_answers() { curl -sf -m "${2:-5}" "http://${1:-127.0.0.1}:${CONF[port]}/v1/info" | grep -q '"starting":false'; }
registered() {
local master
presto_api "$CLIENT" node | grep -qF "//$ADDRESS:" || return 1
for master in ${MASTERS//,/ }; do
curl -sf -m 5 "http://$master:19999/api/v1/master/info" | grep -qF "\"$ADDRESS\"" && return 0
done
return 1
}
boot_presto() {
local own java
step 'finding the coordinators'
own=$(slots_of Coordinators)
MASTERS=$(addresses "$own")
CLIENT=$(client_address "$own")
METASTORE=$(addresses "$(slots_of Metastore)")
if [[ ${CONF[role]} == coordinator && -n $MASTERS ]]; then
step 'taking a slot'
retry 360 10 take_slot "$own" || fail 'no slot is free'
fi
MASTERS=${MASTERS:-$ADDRESS}
CLIENT=${CLIENT:-${MASTERS%%,*}}
step 'installing packages'
packages java-17-amazon-corretto-headless python3 unzip
id presto >/dev/null 2>&1 || useradd --system --home-dir "$HOME_DIR" presto
input=presto.packageUri unpack "${CONF[presto]}" "$DEFAULT_PRESTO" "$HOME_DIR/presto" "${CONF[presto_sha256]}"
input=alluxio.packageUri unpack "${CONF[alluxio]}" "$DEFAULT_ALLUXIO" "$HOME_DIR/alluxio" "${CONF[alluxio_sha256]}"
distribution
packages "java-$JAVA-amazon-corretto-headless"
step 'configuring'
memory
[[ ${CONF[role]} != worker ]] || data_disks
configure_alluxio
configure_presto
step 'running the bootstrap script'
user_script
if [[ ${CONF[role]} == coordinator ]]; then
step 'asking the under-store and the metastore'
root_mount_writable
catalog_answers
fi
start_alluxio
step 'starting Presto'
java=$(java_home "$JAVA")
service presto presto "/bin/bash -c 'rm -f $HOME_DIR/data/var/run/launcher.pid; exec $HOME_DIR/presto/bin/launcher run'" \
"JAVA_HOME=$java" "PATH=$java/bin:/usr/bin:/bin"
retry 120 5 presto_answers || fail 'Presto does not answer'
printf '%s\n' "$MASTERS" "$CLIENT" "$DISTRIBUTION" "$HEADER" >"$HOME_DIR/cluster"
if [[ ${CONF[role]} == coordinator ]]; then
! holds_clients || answer_clients
else
step 'registering'
retry 120 5 registered || fail 'coordinator and Alluxio master do not know this worker'
fi
}
user_configuration() {
local etc=$1 own=/tmp/configuration input=presto.${CONF[role]}Configuration
[[ -n ${CONF[configuration]} ]] || return 0
cp "$etc/access-control.properties" /tmp/access-control 2>/dev/null || true
fetch "${CONF[configuration]}" "$own.zip"
unzip -q -o "$own.zip" -d "$own" || fail "$input: ${CONF[configuration]} is no zip archive"
[[ -d $own/etc ]] || fail "$input: ${CONF[configuration]} has no etc/ at its top"
merge "$own/etc" "$etc"
! grep -qE '^ *http-server\.http\.enabled *= *false' "$etc/config.properties" ||
fail "$input sets http-server.http.enabled=false, and over HTTP the node is watched"
grep -qxF "http-server.http.port=${CONF[port]}" "$etc/config.properties" ||
fail "$input sets http-server.http.port: set presto.httpPort instead"
if [[ -e /tmp/access-control ]] && { ! cmp -s /tmp/access-control "$etc/access-control.properties" ||
grep -q '^ *access-control.config-files' "$etc/config.properties"; }; then
fail "$input sets access control, which permits draining: it belongs to presto.coordinatorConfiguration"
fi
}
merge() {
local from=$1 to=$2 file name
while IFS= read -r -d '' file; do
name=${file#"$from"/}
mkdir -p "$(dirname "$to/$name")"
case $name in
jvm.config) cat "$file" >>"$to/$name" ;;
*.properties)
touch "$to/$name"
awk -F' *= *' 'NR == FNR { own[$1]; print; next } !($1 in own)' "$file" "$to/$name" >"$to/$name.new"
mv "$to/$name.new" "$to/$name"
;;
*) cp "$file" "$to/$name" ;;
esac
done < <(find "$from" -type f -print0)
}
user_script() {
[[ -n ${CONF[script]} ]] || return 0
input=presto.bootstrapScript fetch "${CONF[script]}" /tmp/user-script.sh
bash /tmp/user-script.sh "${CONF[role]}" || fail "presto.bootstrapScript ended with status $?"
}
holds_clients() {
local held
[[ $CLIENT != "$ADDRESS" ]] || return 1
held=$(metadata "meta-data/network/interfaces/macs/$(<"/sys/class/net/$(slot_device)/address")/local-ipv4s") || return 2
! grep -qxF "$CLIENT" <<<"$held" || return 0
grep -qxF "$ADDRESS" <<<"$held" || return 2
return 1
}
slot_device() {
retry 15 2 has_address "$ADDRESS" || log "the address $ADDRESS of the slot does not appear"
ip -o -4 address | awk -v own="$ADDRESS/" 'index($4, own) == 1 { print $2; exit }'
}
has_address() { ip -o -4 address | grep -qF " $1/"; }
answer_clients() {
local device gateway network
! has_address "$CLIENT" || return 0
device=$(slot_device)
network=$(ip -4 route show dev "$device" scope link | awk '{ print $1; exit }')
gateway=$(ip -4 route show default | awk '{ print $3; exit }')
ip route replace "$network" dev "$device" table 77
[[ -z $gateway ]] || ip route replace default via "$gateway" dev "$device" table 77
ip rule show | grep -q 'lookup 77' || ip rule add from "$CLIENT" lookup 77
ip address replace "$CLIENT/32" dev "$device"
log 'this coordinator is active'
}
leave_clients() {
ip address del "$CLIENT/32" dev "$(slot_device)" || true
systemctl restart presto
log 'this coordinator is a standby'
}
look_after_clients() {
local held=0
holds_clients || held=$?
if ((held == 0)); then
SILENT=0
answer_clients
elif ((held == 1)) && has_address "$CLIENT"; then
leave_clients
elif ((held == 2)) || presto_answers "$CLIENT" 2 || ! presto_answers; then
SILENT=0
elif ((SILENT == 0)); then
SILENT=$SECONDS HOLDER=$(clients_slot)
elif ((SECONDS - SILENT >= 10 + 5 * SLOT_NUMBER)); then
SILENT=0
[[ $(clients_slot) == "$HOLDER" ]] || return 0
log 'the active coordinator is silent: taking its address'
aws ec2 assign-private-ip-addresses --network-interface-id "$SLOT" --private-ip-addresses "$CLIENT" \
--allow-reassignment >/dev/null && answer_clients
fi
}
clients_slot() {
aws ec2 describe-network-interfaces --filters "Name=addresses.private-ip-address,Values=$CLIENT" --output text \
--query 'NetworkInterfaces[].NetworkInterfaceId'
}
readonly HIVE=$HOME_DIR/metastore
boot_slotted() {
local own
step 'taking the slot'
own=$(slots "$(group)")
[[ $own != *eni-* || -e $HOME_DIR/slot ]] || retry 60 10 take_slot "$own" || fail 'the slot is not free'
}
install_metastore() {
local uri new=$HIVE.new names=()
[[ ! -d $HIVE ]] || return 0
mkdir -p "$new"
for uri in org/apache/hive/hive-standalone-metastore/3.1.3/hive-standalone-metastore-3.1.3-bin.tar.gz org/apache/hadoop/hadoop-client-api/3.3.6/hadoop-client-api-3.3.6.jar org/apache/hadoop/hadoop-client-runtime/3.3.6/hadoop-client-runtime-3.3.6.jar org/apache/hadoop/hadoop-aws/3.3.6/hadoop-aws-3.3.6.jar com/google/guava/guava/31.0.1-jre/guava-31.0.1-jre.jar com/google/guava/failureaccess/1.0.1/failureaccess-1.0.1.jar org/postgresql/postgresql/42.7.4/postgresql-42.7.4.jar com/mysql/mysql-connector-j/8.4.0/mysql-connector-j-8.4.0.jar org/apache/derby/derby/10.14.2.0/derby-10.14.2.0.jar commons-logging/commons-logging/1.2/commons-logging-1.2.jar com/amazonaws/aws-java-sdk-bundle/1.12.367/aws-java-sdk-bundle-1.12.367.jar org/slf4j/slf4j-api/1.7.36/slf4j-api-1.7.36.jar commons-cli/commons-cli/1.2/commons-cli-1.2.jar commons-codec/commons-codec/1.15/commons-codec-1.15.jar com/lmax/disruptor/3.3.7/disruptor-3.3.7.jar commons-collections/commons-collections/3.2.2/commons-collections-3.2.2.jar; do
names+=("${uri##*/}")
fetch "https://repo1.maven.org/maven2/$uri" "$new/${uri##*/}"
done
(cd "$new" && sha256sum "${names[@]}") | sha256sum | grep -q af223f360182aa5b43fba39957361a7c451d9e3585ccce881a86a6166bd119f4 || fail "a file of the metastore's has another checksum"
tar -xf "$new/${names[0]}" -C "$new" --strip-components=1 || unread "${names[0]}" "$new"
rm "$new/${names[0]}" "$new"/lib/{guava-19,derby-10.10}*
mv "$new"/*.jar "$new/lib"
mv "$new" "$HIVE"
}
configure_metastore() {
local password=''
[[ -z ${CONF[password_secret]} ]] || password=$(secret "${CONF[password_secret]}")
s3_keys
rm -f "$HIVE"/conf/{metastore-site.xml,sql}
umask 077
{
echo '<configuration>'
{
printf 'javax.jdo.option.Connection%s\n' "URL=$URL" "DriverName=$DRIVER" "UserName=$USER_NAME" "Password=$password"
echo "metastore.warehouse.dir=${CONF[root_mount]%/}/warehouse"
printf '%s=org.apache.hadoop.hive.metastore.%s\n' metastore.expression.proxy DefaultPartitionExpressionProxy \
metastore.task.threads.always events.EventCleanerTask
echo fs.s3.impl=org.apache.hadoop.fs.s3a.S3AFileSystem
echo "fs.s3a.endpoint.region=$AWS_DEFAULT_REGION"
[[ -z ${CONF[s3_endpoint]} ]] || echo "fs.s3a.endpoint=${CONF[s3_endpoint]}"
[[ ${CONF[s3_endpoint]:-amazonaws.com} == *amazonaws.com* ]] || echo fs.s3a.path.style.access=true
[[ -z $S3_ACCESS ]] || printf 'fs.s3a.%s\n' "access.key=$S3_ACCESS" "secret.key=$S3_SECRET"
} | sed -E 's/&/\&amp;/g; s/</\&lt;/g; s|([^=]*)=(.*)|<property><name>\1</name><value>\2</value></property>|'
echo '</configuration>'
} >"$HIVE/conf/metastore-site.xml"
printf '%s\n' "url=$URL" "driver=$DRIVER" "user=$USER_NAME" \
"password=$(printf %s "$password" | iconv -f utf-8 -t utf-16be | od -An -v -tx2 --endian=big | tr -d '\n' | sed 's/ /\\u/g')" >"$HIVE/conf/sql"
chown -R metastore "$HIVE/conf"
umask 022
}
sql() {
printf '%s\n' '!set outputformat csv' "!properties $HIVE/conf/sql" "$@" >"$HIVE/statements"
runuser -u metastore -- "${JVM[@]}" sqlline.SqlLine --silent=true "--run=$HIVE/statements" </dev/null 2>&1 || true
}
schema() { sql "select 'tables' a, count(*) b from $TABLES;" "select 'version' a, ${VERSION/VERSION/SCHEMA_VERSION} b from $VERSION;"; }
prepare_database() {
local found place="hiveMetastore.host ${CONF[host]}:${CONF[port]}" name="hiveMetastore.databaseName ${CONF[database]}"
if [[ $DIALECT == derby ]]; then
place="the metastore's volume" name=$place
else
retry 12 5 listens "${CONF[host]}" "${CONF[port]}" || fail "$place cannot be reached"
fi
found=$(schema)
if [[ $found == *"'tables','0'"* ]]; then
log 'making the schema'
found=$(sql '!autocommit off' "!run $HIVE/scripts/metastore/upgrade/$DIALECT/hive-schema-3.1.0.$DIALECT.sql" '!commit' |
grep '^Error' || true)$'\n'$(schema)
fi
case $found in
*"'version','3.1.0'"*) ;;
*"'version','"*) fail "$name has a schema of version $(sed -n "s/^'version','\(.*\)'/\1/p" <<<"$found"), not 3.1.0" ;;
*"'tables','"[1-9]*) fail "$name has tables, but no schema of a metastore: name an empty database" ;;
*"to database"* | *'Unknown database'* | *'database "'*'does not exist'*) fail "$name does not exist, or hiveMetastore.userName may not use it" ;;
*'authentication failed'* | *'Access denied'*) fail "$place refuses hiveMetastore.userName ${CONF[user]} or its password" ;;
*) fail "$place: $(grep -m 1 Error <<<"$found" | cut -c 1-120)" ;;
esac
}
metastore_answers() {
local got
got=$({ exec 3<>/dev/tcp/127.0.0.1/9083 && printf '\x80\x01\0\x01\0\0\0\x11get_all_databases\0\0\0\x01\0' >&3 &&
timeout 5 head -c 32 <&3 | tail -c 3 | od -An -tx1; } 2>/dev/null)
[[ $got == ' 0f 00 00' ]]
}
boot_metastore() {
local package usual=5432
boot_slotted
step 'installing packages'
packages java-17-amazon-corretto-headless
id metastore >/dev/null 2>&1 || useradd --system --home-dir "$HIVE" metastore
install_metastore
VERSION=VERSION USER_NAME=${CONF[user]} DIALECT=${CONF[metastore]}
case $DIALECT in
standalone)
DIALECT=derby URL="jdbc:derby:$DATA/metastore;create=true" DRIVER=org.apache.derby.jdbc.EmbeddedDriver USER_NAME=APP
TABLES="sys.systables where tabletype='T'"
mkdir -p "$DATA"
chown -R metastore "$DATA"
;;
postgresql)
DIALECT=postgres DRIVER=org.postgresql.Driver VERSION='"VERSION"'
TABLES="pg_tables where schemaname not in ('pg_catalog','information_schema')"
;;
mysql)
usual=3306 DRIVER=com.mysql.cj.jdbc.Driver TABLES='information_schema.tables where table_schema=database()'
if [[ -n ${CONF[driver]} ]]; then
rm -f "$HIVE"/lib/mysql*
fetch "${CONF[driver]}" "$HIVE/lib/mysql.jar"
fi
;;
esac
[[ ${CONF[port]} != 0 ]] || CONF[port]=$usual
[[ $DIALECT == derby ]] || URL=jdbc:${CONF[metastore]}://${CONF[host]}:${CONF[port]}/${CONF[database]}
JVM=("$(java_home 17)/bin/java" -XX:+ExitOnOutOfMemoryError -Dlog4j2.level=WARN
-Dderby.stream.error.field=java.lang.System.err -cp "$HIVE/conf:$HIVE/lib/*")
for package in lang net util; do JVM+=("--add-opens=java.base/java.$package=ALL-UNNAMED"); done
step 'preparing the database'
configure_metastore
prepare_database
step 'starting the metastore'
service metastore metastore "${JVM[*]} -Xmx$(awk '/MemTotal/ { print int($2 / 2048) }' /proc/meminfo)m org.apache.hadoop.hive.metastore.HiveMetaStore -p 9083"
retry 60 3 metastore_answers || fail 'the metastore does not answer'
}
readonly SUPERSET=$HOME_DIR/superset
install_superset() {
local pip=$SUPERSET/bin/pip
local -a wants=(apache-superset==6.1.0 'trino[sqlalchemy]==0.337.0' rich cachetools)
[[ ! -e $SUPERSET/.package ]] || return 0
python3.11 -m venv --clear "$SUPERSET"
if [[ -n ${CONF[mirror]} ]]; then
fetch superset-6.1.0-wheels.tar /tmp/wheels.tar
mkdir -p /tmp/wheels
tar -xf /tmp/wheels.tar -C /tmp/wheels || unread superset-6.1.0-wheels.tar /tmp/wheels
"$pip" install -q --no-index --find-links /tmp/wheels "${wants[@]}"
rm -r /tmp/wheels*
else
"$pip" install -q uv==0.13.9 &&
VIRTUAL_ENV=$SUPERSET retry 3 15 "$SUPERSET/bin/uv" pip install -q --exclude-newer 2026-05-14 "${wants[@]}"
fi || fail 'the packages of Superset cannot be installed'
touch "$SUPERSET/.package"
}
configure_superset() {
local uri
uri=trino://superset@$(client_address "$(slots_of Coordinators)"):${CONF[port]}
[[ ${CONF[metastore]} == none ]] || uri+=/hive
mkdir -p "$DATA"
[[ -s $DATA/key ]] || (umask 077 && head -c 42 /dev/urandom | base64 >"$DATA/key")
chown -R superset "$DATA"
cat >"$SUPERSET/config.py" <<PYTHON
SECRET_KEY = open('$DATA/key').read().strip()
SQLALCHEMY_DATABASE_URI = 'sqlite:///$DATA/superset.db?check_same_thread=false'
PYTHON
cat >"$SUPERSET/admin.py" <<'PYTHON'
import sys
from superset.app import create_app
with create_app().app_context():
    from superset import db, security_manager as users
    from superset.models.core import Database
    password = sys.stdin.read().rstrip('\n')
    admin = users.find_user('admin')
    if admin:
        users.reset_password(admin.id, password)
    else:
        users.add_user('admin', 'Admin', 'Admin', 'admin@localhost', users.find_role('Admin'), password)
    presto = db.session.query(Database).filter_by(database_name='Presto').first() or Database(database_name='Presto')
    presto.set_sqlalchemy_uri(sys.argv[1])
    db.session.add(presto)
    db.session.commit()
PYTHON
{ as_superset superset db upgrade && as_superset superset init &&
secret "${CONF[password_secret]}" | as_superset python "$SUPERSET/admin.py" "$uri"; } ||
fail 'the database of Superset cannot be prepared'
}
as_superset() {
local program=$1
shift
runuser -u superset -- env "SUPERSET_CONFIG_PATH=$SUPERSET/config.py" HOME="$DATA" "$SUPERSET/bin/$program" "$@" \
2>"$HOME_DIR/superset.log" || { tail -n 20 "$HOME_DIR/superset.log" && return 1; }
}
superset_answers() { curl -sf -m 5 http://127.0.0.1:8088/health | grep -q OK; }
boot_superset() {
boot_slotted
step 'installing packages'
packages python3.11
id superset >/dev/null 2>&1 || useradd --system --home-dir "$DATA" superset
install_superset
step 'preparing Superset'
configure_superset
step 'starting Superset'
service superset superset "$SUPERSET/bin/gunicorn -k gthread -w 2 --threads 16 -t 120 -b 0.0.0.0:8088 superset.app:create_app()" \
"SUPERSET_CONFIG_PATH=$SUPERSET/config.py"
retry 60 3 superset_answers || fail 'Superset does not answer'
}
observe() {
local metrics='' scraped='' log files='' group dimension
packages amazon-cloudwatch-agent
mkdir -p /var/log/starburst
ln -sfn "$HOME_DIR/node.log" /var/log/starburst/node.log
for log in node presto alluxio alluxio-proxy metastore superset; do
files+=${files:+,}'{"file_path":"/var/log/starburst/'$log'.log","log_group_name":"'${CONF[logs]}'","log_stream_name":"'$log-${CONF[role]}-$INSTANCE'"}'
done
if [[ ${CONF[metrics]} == yes ]]; then
group=$(group)
dimension='"append_dimensions":{"AutoScalingGroupName":"'$group'"},"measurement":["used_percent"]'
metrics=',"metrics":{"namespace":"Starburst","aggregation_dimensions":[["AutoScalingGroupName"]],"metrics_collected":{"mem":{'$dimension'},
"disk":{'$dimension',"resources":["/","/data","'$DATA'"],"drop_original_metrics":["disk_used_percent"]}}}'
case ${CONF[role]} in coordinator | worker) scrape "$group" ;; esac
fi
cat >"$HOME_DIR/agent.json" <<AGENT
{"agent":{"omit_hostname":true},"logs":{"logs_collected":{"files":{"collect_list":[$files]}}$scraped}$metrics}
AGENT
/opt/aws/amazon-cloudwatch-agent/bin/amazon-cloudwatch-agent-ctl -a fetch-config -m ec2 -s -c "file:$HOME_DIR/agent.json"
}
scrape() {
local labels="AutoScalingGroupName: $1" targets
targets="{targets: ['127.0.0.1:${CONF[port]}'], labels: {$labels}}"
[[ ${CONF[role]} == worker ]] || targets+=", {targets: ['127.0.0.1:19999'], labels: {$labels, __metrics_path__: /metrics/prometheus/}}"
cat >"$HOME_DIR/scrape.yaml" <<YAML
scrape_configs:
- job_name: metrics-${CONF[role]}-$INSTANCE
  scrape_interval: 1m
  basic_auth: {username: metrics}
  metric_relabel_configs:
  - {source_labels: [__name__], action: keep, regex: 'trino_execution_name_QueryManager_(Running|Queued|Failed)Queries|trino_memory_type_MemoryPool_name_general_ReservedBytes|Cluster_(BytesReadCache|BytesReadUfsAll|CapacityUsed|LostWorkers)'}
  static_configs: [$targets]
YAML
scraped=',"metrics_collected":{"prometheus":{"prometheus_config_path":"'$HOME_DIR'/scrape.yaml","log_group_name":"'${CONF[logs]}'","emf_processor":{
"metric_namespace":"Starburst","metric_declaration":[{"source_labels":["job"],"label_matcher":".","metric_selectors":["^(trino|Cluster)_"],"dimensions":[["AutoScalingGroupName"]]}]}}}'
}
queries_left() {
presto_api "$ADDRESS" "$1" | python3 -c "import json, sys
print(len({i.get('queryId') or i['taskStatus']['taskId'].split('.')[0] for i in json.load(sys.stdin)
if i.get('taskStatus', i)['state'] not in ('FINISHED', 'FAILED', 'CANCELED', 'ABORTED')}))"
}
refuse_queries() {
command -v iptables >/dev/null || dnf -y -q install iptables-nft
iptables -I INPUT -p tcp --dport "${CONF[port]}" -m string --algo bm --string 'POST /v1/statement ' \
-j REJECT --reject-with tcp-reset
}
drain() {
local group limit policy deadline left='' kind=task text='' said=draining
local -a leave
group=$(group)
[[ -e $HOME_DIR/booted ]] || { leave_group "$group" && return 0; }
read -r limit policy <<<"$(aws autoscaling describe-lifecycle-hooks --auto-scaling-group-name "$group" \
--lifecycle-hook-names drain --query 'LifecycleHooks[0].NotificationMetadata' --output text)"
deadline=$((SECONDS + limit))
status 'draining'
if [[ ${CONF[role]} == coordinator ]]; then
kind=query
refuse_queries || log 'new queries cannot be refused'
else
curl -sf -m 10 -X PUT -H 'Content-Type: application/json' -H @- -d '"SHUTTING_DOWN"' \
"http://127.0.0.1:${CONF[port]}/v1/info/state" <<<"X-$HEADER-User: $(cat "$HOME_DIR/drain-user" || echo drain)" ||
log 'Presto does not take the order to shut down'
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
leave_group "$group"
}
leave_group() {
aws autoscaling complete-lifecycle-action --auto-scaling-group-name "$1" --lifecycle-hook-name drain \
--instance-id "$INSTANCE" --lifecycle-action-result CONTINUE
}
readonly LOOK=2
healthy() {
case ${CONF[role]} in
coordinator) presto_answers && listens "$ADDRESS" 19200 ;;
worker) presto_answers && alluxio_answers "$ADDRESS:30000" worker ;;
metastore) metastore_answers ;;
superset) superset_answers ;;
esac
}
look_after_health() {
if healthy; then
SICK=$SECONDS HUNG=$SECONDS
return 0
fi
if ((SECONDS - HUNG > 180)) && [[ ${CONF[role]} != superset ]]; then
HUNG=$SECONDS
log 'something does not answer: ending what hangs'
end_hanging
fi
if ((SECONDS - SICK > 300)); then
SICK=$SECONDS
status 'unhealthy for five minutes'
unhealthy
fi
}
end_hanging() {
case ${CONF[role]} in
coordinator) presto_answers || systemctl kill -s KILL presto ;;
worker)
presto_answers || systemctl kill -s KILL presto
alluxio_answers "$ADDRESS:30000" worker || systemctl kill -s KILL alluxio
;;
metastore) systemctl kill -s KILL metastore ;;
esac
}
recall() {
MASTERS='' CLIENT='' SLOT='' SLOT_NUMBER=0 SILENT=0 SICK=$SECONDS HUNG=$SECONDS
[[ ! -e $HOME_DIR/cluster ]] || { read -r MASTERS; read -r CLIENT; read -r DISTRIBUTION; read -r HEADER; } <"$HOME_DIR/cluster"
[[ ! -e $HOME_DIR/slot ]] || { read -r SLOT; read -r ADDRESS; read -r SLOT_NUMBER; } <"$HOME_DIR/slot"
}
watch() {
recall
new_token
while [[ $(metadata meta-data/autoscaling/target-lifecycle-state || true) != Terminated ]]; do
if [[ -e $HOME_DIR/booted ]]; then
look_after_health || true
[[ ${CONF[role]} != coordinator || -z $SLOT ]] || look_after_clients || true
fi
((SECONDS - TOKEN_SINCE < 600)) || new_token || true
find /var/log/starburst -size +256M -exec truncate -s 0 {} + || true
sleep "$LOOK"
done
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
touch "$HOME_DIR/booted"
watch_over
status 'ready'
signal SUCCESS || true
}
read_configuration
exec > >(tee -a "$HOME_DIR/node.log") 2>&1
case ${1:-} in
boot) boot ;;
watch) watch ;;
*) log "usage: node.sh boot|watch" && exit 2 ;;
esac
