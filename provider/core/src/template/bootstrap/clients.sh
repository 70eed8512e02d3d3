# The one address of the cluster's clients: it moves between the coordinators' slots, and only there.

# Whether EC2 sends what is addressed to the clients' address to this node: 0 for yes, 1 for no, 2 where nobody says. The
# metadata service knows it, for no call.
holds_clients() {
  local held
  [[ $CLIENT != "$ADDRESS" ]] || return 1
  held=$(metadata "meta-data/network/interfaces/macs/$(<"/sys/class/net/$(slot_device)/address")/local-ipv4s") || return 2
  ! grep -qxF "$CLIENT" <<<"$held" || return 0
  grep -qxF "$ADDRESS" <<<"$held" || return 2
  return 1
}

# The device of the slot's interface, which appears a moment after it was attached.
slot_device() {
  retry 15 2 has_address "$ADDRESS" || log "the address $ADDRESS of the slot does not appear"
  ip -o -4 address | awk -v own="$ADDRESS/" 'index($4, own) == 1 { print $2; exit }'
}

has_address() { ip -o -4 address | grep -qF " $1/"; }

# The system answers for the address. What it sends with it leaves through the slot: EC2 drops it on any other interface.
answer_clients() {
  local device gateway network
  ! has_address "$CLIENT" || return 0
  device=$(slot_device)
  network=$(ip -4 route show dev "$device" scope link | awk '{ print $1; exit }')
  gateway=$(ip -4 route show default | awk '{ print $3; exit }')
  ip route replace "$network" dev "$device" table 77
  [[ -z $gateway ]] || ip route replace default via "$gateway" dev "$device" table 77
  ip rule show | grep -q 'lookup 77' || ip rule add from "$CLIENT" lookup 77
  ip address replace "$CLIENT/32" dev "$device"
  log 'this coordinator is active'
}

# Another coordinator holds the address now. What runs here was cut off from its clients.
leave_clients() {
  ip address del "$CLIENT/32" dev "$(slot_device)" || true
  systemctl restart presto
  log 'this coordinator is a standby'
}

# One look of a coordinator, every few seconds. A standby that meets silence for ten seconds takes the address; those in
# higher slots wait longer, and begin anew where another one was faster.
look_after_clients() {
  local held=0
  holds_clients || held=$?
  if ((held == 0)); then
    SILENT=0
    answer_clients
  elif ((held == 1)) && has_address "$CLIENT"; then
    leave_clients
  elif ((held == 2)) || presto_answers "$CLIENT" 2 || ! presto_answers; then
    SILENT=0
  elif ((SILENT == 0)); then
    SILENT=$SECONDS HOLDER=$(clients_slot)
  elif ((SECONDS - SILENT >= 10 + 5 * SLOT_NUMBER)); then
    SILENT=0
    [[ $(clients_slot) == "$HOLDER" ]] || return 0
    log 'the active coordinator is silent: taking its address'
    aws ec2 assign-private-ip-addresses --network-interface-id "$SLOT" --private-ip-addresses "$CLIENT" \
      --allow-reassignment >/dev/null && answer_clients
  fi
}

# The slot that holds the address now.
clients_slot() {
  aws ec2 describe-network-interfaces --filters "Name=addresses.private-ip-address,Values=$CLIENT" --output text \
    --query 'NetworkInterfaces[].NetworkInterfaceId'
}
