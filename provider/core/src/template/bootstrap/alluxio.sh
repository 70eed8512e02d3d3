# Alluxio: configuration, journal, master or worker, and the S3 interface through which Presto reads.

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
    echo 'alluxio.master.daily.backup.enabled=true'
    # What other programs write under the root mount is seen after so long.
    echo 'alluxio.user.file.metadata.sync.interval=1min'
    printf 'alluxio.proxy.web.%s=127.0.0.1\n' hostname bind.host
    [[ ${CONF[role]} != worker ]] || worker_storage
    if [[ -z ${CONF[s3_endpoint]} ]]; then
      # Without it S3 is asked in another region first, which a private subnet does not reach.
      echo "alluxio.underfs.s3.region=$AWS_DEFAULT_REGION"
    else
      echo "alluxio.underfs.s3.endpoint=${CONF[s3_endpoint]}"
      [[ ${CONF[s3_endpoint]} == *.amazonaws.com* ]] || echo 'alluxio.underfs.s3.disable.dns.buckets=true'
    fi
    secret_properties
  } >"$conf"
  # The user's own properties come last: they win.
  IFS=',' read -r -a lines <<<"${CONF[properties]}"
  for pair in "${lines[@]}"; do echo "$pair" >>"$conf"; done
  chown presto "$conf"
  umask 022
  # Where Presto's client of Alluxio looks for it.
  ln -sfn "${conf%/*}" /etc/alluxio
  # A package with settings of its own keeps them; without any nothing would be logged.
  [[ -e ${conf%/*}/log4j.properties ]] || cat >"${conf%/*}/log4j.properties" <<'LOG'
log4j.rootLogger=INFO, Console
log4j.appender.Console=org.apache.log4j.ConsoleAppender
log4j.appender.Console.layout=org.apache.log4j.PatternLayout
log4j.appender.Console.layout.ConversionPattern=%d{ISO8601} %-5p %c{1} %m%n
LOG
}

# Where a worker keeps its cache.
worker_storage() {
  local alias=MEM path=/mnt/ramdisk size="${CACHE}MB"
  if [[ ${CONF[storage]} != memory ]]; then
    alias=SSD path=$DISKS
    size=$(df -BM --output=avail "${path%%,*}" | awk -v p="${CONF[storage_percent]:-90}" 'NR == 2 { print int($1 * p / 100) "MB" }')
    # One size for each folder.
    size=${path//[^,]/}, size=${size//,/"$size",}
  fi
  printf 'alluxio.worker.tieredstore.%s\n' levels=1 "level0.alias=$alias" "level0.dirs.path=$path" "level0.dirs.quota=${size%,}"
  echo "alluxio.worker.hostname=$ADDRESS"
}

# S3_ACCESS and S3_SECRET, empty for the credentials of the instance. The stack's own secret holds three lines: both keys
# and secret properties of Alluxio; the user's secrets stand alone.
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

# An entry of the journal is never formatted over, unless another root mount makes all of them wrong.
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

# The root mount a second time, under its name in S3, so that the S3 interface finds s3://BUCKET/DIR at /BUCKET/DIR and
# a table keeps its location. Alluxio refuses one URI inside another, but tells s3: from s3a:.
mount_by_name() {
  local uri=${CONF[root_mount]%/} path java
  path=/${uri#s3://}
  read -r -a java <<<"$(alluxio_java 256)"
  named() { "${java[@]}" alluxio.cli.fs.FileSystemShell mount | grep -qE "^s3a://.* on +$path/? "; }
  named && return 0
  # The folder above is Alluxio's alone: nothing of it is written to S3.
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

# Only the leader answers over HTTP; the others take part in the journal.
masters_answer() {
  local master
  listens "$ADDRESS" 19200 || return 1
  for master in ${MASTERS//,/ }; do
    alluxio_answers "$master:19999" master && return 0
  done
  return 1
}

alluxio_answers() { curl -sf -m 5 "http://$1/api/v1/$2/info" >/dev/null; }
