# Alluxio: configuration, journal, master or worker.

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

presto_answers() { curl -sf -m 5 "http://$ADDRESS:${CONF[port]}/v1/info" | grep -q '"starting":false'; }
alluxio_answers() { curl -sf -m 5 "http://$1/api/v1/$2/info" >/dev/null; }
