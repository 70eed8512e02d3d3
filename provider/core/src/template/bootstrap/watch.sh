# What looks after a node for as long as it lives.

readonly LOOK=2

# Whether everything that the role runs answers.
healthy() {
  case ${CONF[role]} in
    coordinator) presto_answers && listens "$ADDRESS" 19200 ;;
    worker) presto_answers && alluxio_answers "$ADDRESS:30000" worker ;;
    metastore) metastore_answers ;;
    superset) superset_answers ;;
  esac
}

# A process that hangs is ended after three minutes, and systemd starts it again; a node that is not healthy for five minutes
# is replaced.
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

# What the boot found out, for the watch, which is a process of its own.
recall() {
  MASTERS='' CLIENT='' SLOT='' SLOT_NUMBER=0 SILENT=0 SICK=$SECONDS HUNG=$SECONDS
  [[ ! -e $HOME_DIR/cluster ]] || { read -r MASTERS; read -r CLIENT; read -r DISTRIBUTION; read -r HEADER; } <"$HOME_DIR/cluster"
  [[ ! -e $HOME_DIR/slot ]] || { read -r SLOT; read -r ADDRESS; read -r SLOT_NUMBER; } <"$HOME_DIR/slot"
}

watch() {
  recall
  # A boot that failed is only waited out.
  new_token
  while [[ $(metadata meta-data/autoscaling/target-lifecycle-state || true) != Terminated ]]; do
    if [[ -e $HOME_DIR/booted ]]; then
      look_after_health || true
      [[ ${CONF[role]} != coordinator || -z $SLOT ]] || look_after_clients || true
    fi
    ((SECONDS - TOKEN_SINCE < 600)) || new_token || true
    # The services append, and the agent begins anew with what became shorter.
    find /var/log/starburst -size +256M -exec truncate -s 0 {} + || true
    sleep "$LOOK"
  done
  drain
}
