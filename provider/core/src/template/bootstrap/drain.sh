# Draining: what a node does when its group lets it go.

# How many running queries need this node: of a worker, those of its tasks.
queries_left() {
  presto_api "$ADDRESS" "$1" | python3 -c "import json, sys
print(len({i.get('queryId') or i['taskStatus']['taskId'].split('.')[0] for i in json.load(sys.stdin)
  if i.get('taskStatus', i)['state'] not in ('FINISHED', 'FAILED', 'CANCELED', 'ABORTED')}))"
}

# A coordinator of Trino cannot be told to shut down: requests that begin a query are reset, all others go on.
refuse_queries() {
  command -v iptables >/dev/null || dnf -y -q install iptables-nft
  iptables -I INPUT -p tcp --dport "${CONF[port]}" -m string --algo bm --string 'POST /v1/statement ' \
    -j REJECT --reject-with tcp-reset
}

# Refuse new work, let what runs finish, leave Alluxio, answer the hook. Heartbeats keep the hook open meanwhile.
drain() {
  local group limit policy deadline left='' kind=task text='' said=draining
  local -a leave
  group=$(group)
  # What a boot that failed said stays, and nothing is to be drained.
  [[ -e $HOME_DIR/booted ]] || { leave_group "$group" && return 0; }
  read -r limit policy <<<"$(aws autoscaling describe-lifecycle-hooks --auto-scaling-group-name "$group" \
    --lifecycle-hook-names drain --query 'LifecycleHooks[0].NotificationMetadata' --output text)"
  deadline=$((SECONDS + limit))
  status 'draining'
  if [[ ${CONF[role]} == coordinator ]]; then
    kind=query
    refuse_queries || log 'new queries cannot be refused'
  else
    # The name is a secret: it is no argument of the process.
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
