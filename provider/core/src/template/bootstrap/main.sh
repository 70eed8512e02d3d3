# What the commands `boot` and `watch` do.

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
