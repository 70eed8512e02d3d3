# Slots of the stack: interfaces and volumes that outlive a node, found by tag, told apart by id.

# The group that the node belongs to, and the slots in the tag of that group: interface and volume of each.
group() {
  aws ec2 describe-instances --instance-ids "$INSTANCE" --output text \
    --query "Reservations[0].Instances[0].Tags[?Key=='aws:autoscaling:groupName'].Value"
}

slots() {
  aws autoscaling describe-auto-scaling-groups --auto-scaling-group-names "$1" --output text \
    --query "AutoScalingGroups[0].Tags[?Key=='starburst:slots'].Value"
}

# Slots of another group of the stack, found by CloudFormation's tags.
slots_of() {
  aws autoscaling describe-auto-scaling-groups --output text --query \
    "AutoScalingGroups[?Tags[?Key=='aws:cloudformation:stack-name'&&Value=='${CONF[stack]}']&&Tags[?Key=='aws:cloudformation:logical-id'&&Value=='$1']].Tags[]|[?Key=='starburst:slots'].Value"
}

interface_address() {
  aws ec2 describe-network-interfaces --network-interface-ids "$1" --output text \
    --query 'NetworkInterfaces[0].PrivateIpAddress'
}

# Addresses of all slots are those of all masters; the first is where clients connect.
masters() {
  local part all=()
  for part in ${1//,/ }; do
    [[ $part == eni-* ]] && all+=("$(interface_address "$part")")
  done
  (IFS=','; echo "${all[*]}")
}

# Takes the first slot whose interface can be attached; a slot that another node holds is refused by EC2.
take_slot() {
  local list=$1 i
  local -a parts
  IFS=',' read -r -a parts <<<"$list"
  for ((i = 0; i + 1 < ${#parts[@]}; i += 2)); do
    [[ ${parts[i]} == eni-* ]] || continue
    aws ec2 attach-network-interface --instance-id "$INSTANCE" --device-index 1 \
      --network-interface-id "${parts[i]}" >/dev/null 2>&1 || continue
    ADDRESS=$(interface_address "${parts[i]}")
    [[ ${parts[i + 1]} == vol-* ]] && mount_volume "${parts[i + 1]}"
    log "took slot ${parts[i]} with address $ADDRESS"
    return 0
  done
  return 1
}

# A volume is found by its id, which is its serial number, never by a device name. A file system is made once.
mount_volume() {
  local volume=$1 device
  retry 20 6 aws ec2 attach-volume --instance-id "$INSTANCE" --volume-id "$volume" --device /dev/sdj >/dev/null ||
    fail "volume $volume cannot be attached"
  device=/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_${volume/-/}
  retry 30 2 test -e "$device" || fail "volume $volume does not appear"
  # Called where a failing command does not end the script.
  blkid "$device" >/dev/null || mkfs -t xfs -q "$device" || fail "volume $volume cannot be formatted"
  mkdir -p "$DATA"
  mountpoint -q "$DATA" || mount "$device" "$DATA" || fail "volume $volume cannot be mounted"
}
