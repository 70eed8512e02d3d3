# How the memory of a node is shared out.

# Memory in MiB by part: an eighth and 1 GiB stay free, Alluxio and its S3 interface take their shares, the cache of a
# worker the asked one, Presto's heap the rest.
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
