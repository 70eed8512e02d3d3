# Logs and metrics, sent by the CloudWatch agent.

# The agent sends this script's log to the stack's log group and, where metrics are enabled, the use of memory.
observe() {
  local metrics=''
  packages amazon-cloudwatch-agent
  if [[ ${CONF[metrics]} == yes ]]; then
    metrics=', "metrics": {"namespace": "Starburst", "metrics_collected": {"mem": {"measurement": ["used_percent"],
      "append_dimensions": {"AutoScalingGroupName": "'$(group)'"}}}}'
  fi
  cat >"$HOME_DIR/agent.json" <<AGENT
{"agent": {"omit_hostname": true}, "logs": {"logs_collected": {"files": {"collect_list": [{"file_path": "$HOME_DIR/node.log",
  "log_group_name": "${CONF[logs]}", "log_stream_name": "node-${CONF[role]}-$INSTANCE"}]}}}$metrics}
AGENT
  /opt/aws/amazon-cloudwatch-agent/bin/amazon-cloudwatch-agent-ctl -a fetch-config -m ec2 -s -c "file:$HOME_DIR/agent.json"
}
