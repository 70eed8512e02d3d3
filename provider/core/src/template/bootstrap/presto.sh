# Presto: the distribution that the package holds, its configuration, start, health, registration.

# What the package is: DISTRIBUTION trino, prestosql (also Starburst before its release 354) or prestodb; MAJOR its
# number; JAVA the release that it runs on; HEADER the beginning of its own HTTP headers.
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
  # Not where the journal is: that outlives the node, and with it Presto's record of a process that runs.
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
  # A coordinator is its own discovery server. Workers announce themselves to whoever holds the clients' address.
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
  # HTTP stays: nodes and the watch of this one use it, and the security group keeps clients away from it.
  printf '%s\n' http-server.https.enabled=true "http-server.https.port=${CONF[https_port]}" \
    "http-server.https.keystore.path=$etc/tls.pem" >>"$etc/config.properties"
}

# Draining asks for a permission that the default denies. It is given to a user whose name only this node knows, on
# workers only; reading is left to all, as by default, for the metrics. PrestoDB asks for none.
of_worker() {
  # An announcement to a coordinator that is gone must not hang for a minute, for then another one has the address.
  [[ $DISTRIBUTION != trino ]] ||
    printf 'discovery.http-client.%s\n' connect-timeout=2s idle-timeout=4s request-timeout=4s >>"$etc/config.properties"
  [[ $DISTRIBUTION != prestodb ]] || return 0
  printf 'drain-%s' "$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')" >"$HOME_DIR/drain-user"
  printf '{"system_information": [{"user": "%s", "allow": ["read", "write"]}, {"allow": ["read"]}]}\n' "$(<"$HOME_DIR/drain-user")" >"$etc/drain.json"
  printf '%s\n' access-control.name=file "security.config-file=$etc/drain.json" >"$etc/access-control.properties"
}

# Answers of members of the cluster, to members only: ADDRESS and PATH. The token is the one that they show each other,
# made from the shared secret. A user's name beside it would be an impersonation, which a coordinator refuses.
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

# Whether coordinator and Alluxio master list this worker.
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
    # The one before may drain for long; CloudFormation waits an hour at most.
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
  # After a crash of the machine its number may be another process's.
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
