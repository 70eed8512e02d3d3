# Packages: fetching with a checksum, unpacking, system packages, Java.

# Fetches URI to FILE and compares the checksum where one is given. With a mirror, a public URI is looked up there by
# its last segment, and its checksum in the mirror's SHA256SUMS.
fetch() {
  local uri=$1 file=$2 sha256=${3:-} mirror=${CONF[mirror]:-}
  if [[ -n $mirror && $uri != s3://* ]]; then
    uri="${mirror%/}/${uri##*/}"
    if [[ -z $sha256 ]]; then
      aws s3 cp --quiet "${mirror%/}/SHA256SUMS" /tmp/SHA256SUMS
      sha256=$(awk -v name="${uri##*/}" '$2 == name { print $1 }' /tmp/SHA256SUMS)
    fi
    [[ -n $sha256 ]] || fail "the mirror has no checksum of ${uri##*/}"
  fi
  log "fetching $uri"
  case $uri in
    s3://*) retry 10 15 aws s3 cp --quiet "$uri" "$file" || fail "$uri cannot be read" ;;
    *) curl -sSfL --retry 10 --retry-all-errors -o "$file" "$uri" || fail "$uri cannot be read" ;;
  esac
  if [[ -n $sha256 ]]; then
    echo "$sha256  $file" | sha256sum --check --status || fail "$uri has another checksum than $sha256"
  fi
}

unpack() {
  local uri=$1 target=$2 sha256=$3
  [[ -d $target ]] && return 0
  fetch "$uri" "/tmp/${uri##*/}" "$sha256"
  mkdir -p "$target"
  tar -xzf "/tmp/${uri##*/}" -C "$target" --strip-components=1 || fail "${uri##*/} cannot be unpacked"
  rm -f "/tmp/${uri##*/}"
}

packages() {
  retry 10 15 dnf -y -q install "$@" || fail "the system packages $* cannot be installed"
}

# Where a Java of Amazon Linux lies.
java_home() {
  local home
  for home in /usr/lib/jvm/java-"$1"-amazon-corretto*; do
    [[ -x $home/bin/java ]] && echo "$home" && return 0
  done
  fail "Java $1 is not below /usr/lib/jvm"
}
