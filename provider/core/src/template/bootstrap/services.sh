# Services of systemd.

# A service of systemd: name, user, command, and variables of its environment, which is not this script's. What it prints
# goes to a file: the log agent reads no journal.
service() {
  local name=$1 user=$2 command=$3 variable
  shift 3
  cat >"/etc/systemd/system/$name.service" <<UNIT
[Unit]
After=network-online.target
[Service]
User=$user
ExecStart=$command
StandardOutput=append:/var/log/starburst/$name.log
$(for variable in "$@"; do echo "Environment=$variable"; done)
Restart=on-failure
RestartSec=10
LimitNOFILE=131072
[Install]
WantedBy=multi-user.target
UNIT
  systemctl daemon-reload
  # Not enabled: a machine that starts again lacks its volumes, is seen to be without its services, and is replaced.
  systemctl restart "$name"
}

# What stays and looks after the node.
watch_over() {
  service starburst-watch root "/bin/bash $HOME_DIR/node.sh watch"
  systemctl enable starburst-watch
}
