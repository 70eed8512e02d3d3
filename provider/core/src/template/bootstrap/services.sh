# Services of systemd.

# A service of systemd: name, user, command, and variables of its environment, which is not this script's.
service() {
  local name=$1 user=$2 command=$3 variable
  shift 3
  cat >"/etc/systemd/system/$name.service" <<UNIT
[Unit]
After=network-online.target
[Service]
User=$user
ExecStart=$command
$(for variable in "$@"; do echo "Environment=$variable"; done)
Restart=on-failure
RestartSec=10
LimitNOFILE=131072
[Install]
WantedBy=multi-user.target
UNIT
  systemctl daemon-reload
  systemctl enable --now "$name"
}
