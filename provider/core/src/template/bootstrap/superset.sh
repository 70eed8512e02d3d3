# The role superset.

boot_superset() {
  boot_slotted
  fail 'Superset is not part of this version of the node script'
}
