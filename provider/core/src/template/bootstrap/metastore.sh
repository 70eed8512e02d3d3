# The role metastore.

boot_slotted() {
  local own
  step 'taking the slot'
  own=$(slots "$(group)")
  [[ $own != *eni-* ]] || retry 60 10 take_slot "$own" || fail 'the slot is not free'
}

boot_metastore() {
  boot_slotted
  fail "the metastore of type ${CONF[metastore]} is not part of this version of the node script; ${CONF[driver]:-$DEFAULT_MYSQL_DRIVER} was not installed"
}
