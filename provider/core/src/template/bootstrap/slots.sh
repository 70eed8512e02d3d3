# Slots of the stack: interfaces and volumes that outlive a node, found by tag, told apart by id.

# The group that the node belongs to, and the slots in the tag of that group: interface and volume of each.
# Asked of Auto Scaling alone: its endpoint stays until the groups are gone, other than EC2's.
group() {
  aws autoscaling describe-auto-scaling-groups --output text \
    --query "AutoScalingGroups[?Instances[?InstanceId=='$INSTANCE']].AutoScalingGroupName"
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

# Lines for these slots, in their order: interface, its own address, its other address or None.
interfaces() {
  local part ids=()
  for part in ${1//,/ }; do
    [[ $part == eni-* ]] && ids+=("$part")
  done
  ((${#ids[@]} > 0)) || return 0
  aws ec2 describe-network-interfaces --network-interface-ids "${ids[@]}" --output text --query \
    "NetworkInterfaces[].[NetworkInterfaceId,PrivateIpAddress,PrivateIpAddresses[?Primary==\`false\`].PrivateIpAddress|[0]]" |
    sort -k 1,1 >"$HOME_DIR/interfaces"
  for part in "${ids[@]}"; do grep "^$part" "$HOME_DIR/interfaces"; done
}

# Own addresses of these slots, with commas between them.
addresses() { interfaces "$1" | awk '{ printf "%s%s", sep, $2; sep = "," }'; }

# The address of the cluster's clients is the second one of whichever coordinator's slot: it never leaves the slots.
client_address() { interfaces "$1" | awk '$3 != "None" { print $3; exit }'; }

# Takes the first slot whose interface can be attached; a slot that another node holds is refused by EC2.
take_slot() {
  local list=$1 i
  local -a parts
  IFS=',' read -r -a parts <<<"$list"
  for ((i = 0; i + 1 < ${#parts[@]}; i += 2)); do
    [[ ${parts[i]} == eni-* ]] || continue
    aws ec2 attach-network-interface --instance-id "$INSTANCE" --device-index 1 \
      --network-interface-id "${parts[i]}" >/dev/null 2>&1 || continue
    SLOT=${parts[i]}
    retry 10 3 own_address || fail "the slot $SLOT has no address"
    [[ ${parts[i + 1]} != vol-* ]] || mount_volume "${parts[i + 1]}"
    printf '%s\n' "$SLOT" "$ADDRESS" "$((i / 2))" >"$HOME_DIR/slot"
    log "took slot $SLOT with address $ADDRESS"
    return 0
  done
  return 1
}

own_address() {
  ADDRESS=$(addresses "$SLOT")
  [[ -n $ADDRESS ]]
}

# A volume is found by its id, which is its serial number, never by a device name.
mount_volume() {
  local volume=$1
  retry 20 6 aws ec2 attach-volume --instance-id "$INSTANCE" --volume-id "$volume" --device /dev/sdj >/dev/null ||
    fail "volume $volume cannot be attached"
  mount_disk "/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_${volume/-/}" "$DATA"
}

# A file system is made once. Called where a failing command does not end the script.
mount_disk() {
  local device=$1 folder=$2
  retry 30 2 test -e "$device" || fail "the disk $device does not appear"
  blkid "$device" >/dev/null || mkfs -t xfs -q "$device" || fail "the disk $device cannot be formatted"
  mkdir -p "$folder"
  mountpoint -q "$folder" || mount "$device" "$folder" || fail "the disk $device cannot be mounted"
}

# Disks of a worker beside the root's, with a folder for Alluxio on each: its own volume at /data, or the instance's own
# at /data, /data1 and so on.
data_disks() {
  local device volume number=''
  DISKS=''
  if [[ ${CONF[volume]} == yes ]]; then
    volume=$(aws ec2 describe-instances --instance-ids "$INSTANCE" --output text --query \
      "Reservations[0].Instances[0].BlockDeviceMappings[?DeviceName=='/dev/sdf'].Ebs.VolumeId")
    mount_disk "/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_${volume/-/}" /data
    DISKS=/data/alluxio
  elif [[ ${CONF[storage]} == instanceStore ]]; then
    for device in $(readlink -f /dev/disk/by-id/nvme-Amazon_EC2_NVMe_Instance_Storage_AWS* | sort -u); do
      [[ -e $device ]] || fail "the instance type has no disks of its own: alluxio.workerStorage.medium cannot be instanceStore"
      mount_disk "$device" "/data$number"
      DISKS+=${DISKS:+,}/data$number/alluxio
      number=$((number + 1))
    done
  fi
  for device in ${DISKS//,/ }; do install -d -o presto "$device"; done
  [[ -z $DISKS ]] || chown presto /data
}
