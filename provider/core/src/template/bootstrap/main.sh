# What the commands `boot` and `watch` do.

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
