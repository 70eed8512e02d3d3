# Logs and metrics, sent by the CloudWatch agent.

# The agent sends the logs of this script and of the services to the stack's log group, each to a stream of its own. Where
# metrics are enabled it also sends those of the machine and of what runs on it. All of them have the group as their one
# dimension: CloudWatch charges by metric, and so their number does not grow with the nodes.
observe() {
  local metrics='' scraped='' log files='' group dimension
  packages amazon-cloudwatch-agent
  mkdir -p /var/log/starburst
  ln -sfn "$HOME_DIR/node.log" /var/log/starburst/node.log
  for log in node presto alluxio alluxio-proxy metastore superset; do
    files+=${files:+,}'{"file_path":"/var/log/starburst/'$log'.log","log_group_name":"'${CONF[logs]}'","log_stream_name":"'$log-${CONF[role]}-$INSTANCE'"}'
  done
  if [[ ${CONF[metrics]} == yes ]]; then
    group=$(group)
    dimension='"append_dimensions":{"AutoScalingGroupName":"'$group'"},"measurement":["used_percent"]'
    # Of several disks only the sum over all is kept, whose maximum is the fullest one.
    metrics=',"metrics":{"namespace":"Starburst","aggregation_dimensions":[["AutoScalingGroupName"]],"metrics_collected":{"mem":{'$dimension'},
"disk":{'$dimension',"resources":["/","/data","'$DATA'"],"drop_original_metrics":["disk_used_percent"]}}}'
    case ${CONF[role]} in coordinator | worker) scrape "$group" ;; esac
  fi
  cat >"$HOME_DIR/agent.json" <<AGENT
{"agent":{"omit_hostname":true},"logs":{"logs_collected":{"files":{"collect_list":[$files]}}$scraped}$metrics}
AGENT
  /opt/aws/amazon-cloudwatch-agent/bin/amazon-cloudwatch-agent-ctl -a fetch-config -m ec2 -s -c "file:$HOME_DIR/agent.json"
}

# What Trino and the leading Alluxio master tell of themselves, from this node itself. Trino wants a name without a
# password. Of some four thousand values few are kept: others would still be paid for as logs.
scrape() {
  local labels="AutoScalingGroupName: $1" targets
  targets="{targets: ['127.0.0.1:${CONF[port]}'], labels: {$labels}}"
  [[ ${CONF[role]} == worker ]] || targets+=", {targets: ['127.0.0.1:19999'], labels: {$labels, __metrics_path__: /metrics/prometheus/}}"
  cat >"$HOME_DIR/scrape.yaml" <<YAML
scrape_configs:
- job_name: metrics-${CONF[role]}-$INSTANCE
  scrape_interval: 1m
  basic_auth: {username: metrics}
  metric_relabel_configs:
  - {source_labels: [__name__], action: keep, regex: 'trino_execution_name_QueryManager_(Running|Queued|Failed)Queries|trino_memory_type_MemoryPool_name_general_ReservedBytes|Cluster_(BytesReadCache|BytesReadUfsAll|CapacityUsed|LostWorkers)'}
  static_configs: [$targets]
YAML
  scraped=',"metrics_collected":{"prometheus":{"prometheus_config_path":"'$HOME_DIR'/scrape.yaml","log_group_name":"'${CONF[logs]}'","emf_processor":{
"metric_namespace":"Starburst","metric_declaration":[{"source_labels":["job"],"label_matcher":".","metric_selectors":["^(trino|Cluster)_"],"dimensions":[["AutoScalingGroupName"]]}]}}}'
}
