# How the memory of a node is shared out.

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
