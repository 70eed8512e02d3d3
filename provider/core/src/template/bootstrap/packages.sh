# Packages: fetching with a checksum, unpacking, system packages, Java.

# Fetches URI to FILE and compares the checksum where one is given. With a mirror, a public URI is looked up there by
# its last segment, and its checksum in the mirror's SHA256SUMS. The caller names the input behind it in `input`.
fetch() {
  local uri=$1 file=$2 sha256=${3:-} mirror=${CONF[mirror]:-}
  if [[ -n $mirror && $uri != s3://* ]]; then
    uri="${mirror%/}/${uri##*/}"
    if [[ -z $sha256 ]]; then
      [[ -s $HOME_DIR/SHA256SUMS ]] || aws s3 cp --quiet "${mirror%/}/SHA256SUMS" "$HOME_DIR/SHA256SUMS"
      sha256=$(awk -v name="${uri##*/}" '$2 == name { print $1 }' "$HOME_DIR/SHA256SUMS")
    fi
    [[ -n $sha256 ]] || fail "the mirror has no checksum of ${uri##*/}"
  fi
  log "fetching $uri"
  case $uri in
    s3://*) retry 10 15 aws s3 cp --quiet "$uri" "$file" || unread "$uri" "$file" ;;
    *) curl -sSfL --connect-timeout 20 --retry 10 --retry-all-errors -o "$file" "$uri" || unread "$uri" "$file" ;;
  esac
  if [[ -n $sha256 ]]; then
    echo "$sha256  $file" | sha256sum --check --status ||
      fail "${input:-packages.mirrorUri}: ${uri##*/} has another checksum than ${sha256:0:12}…"
  fi
}

# Ends the boot: a file could not be fetched or unpacked.
unread() {
  local free
  free=$(df -BM --output=avail "$(dirname "$2")" | awk 'NR == 2 { print int($1) }')
  ((free >= 64)) || fail "the disk is full: ${1##*/} does not fit; raise ec2.rootVolume.sizeGiB"
  fail "${input:-packages.mirrorUri}: $1 cannot be read"
}

# A package below TARGET, without its top folder. What the image holds is taken, unless another package is asked for.
unpack() {
  local asked=$1 uri=${1:-$2} target=$3 sha256=$4 file
  if [[ -d $target ]]; then
    [[ -z $asked || $(cat "$target/.package" 2>/dev/null) == "$uri" ]] && return 0
    rm -rf "$target"
  fi
  file=/tmp/${uri##*/}
  fetch "$uri" "$file" "$sha256"
  mkdir -p "$target"
  tar -xf "$file" -C "$target" --strip-components=1 || unread "$uri" "$target"
  echo "$uri" >"$target/.package"
  rm -f "$file"
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
