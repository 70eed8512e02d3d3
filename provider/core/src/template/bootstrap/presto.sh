# Presto: configuration of the distribution that the package holds, start, health, registration.

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
