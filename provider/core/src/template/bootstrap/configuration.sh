# The user's own: configuration folder and bootstrap script.

user_configuration() {
  local etc=$1 own=/tmp/configuration input=presto.${CONF[role]}Configuration
  [[ -n ${CONF[configuration]} ]] || return 0
  cp "$etc/access-control.properties" /tmp/access-control 2>/dev/null || true
  fetch "${CONF[configuration]}" "$own.zip"
  unzip -q -o "$own.zip" -d "$own" || fail "$input: ${CONF[configuration]} is no zip archive"
  [[ -d $own/etc ]] || fail "$input: ${CONF[configuration]} has no etc/ at its top"
  merge "$own/etc" "$etc"
  # The watch of the node asks over HTTP on its loopback address; a worker that leaves needs its permission.
  ! grep -qE '^ *http-server\.http\.enabled *= *false' "$etc/config.properties" ||
    fail "$input sets http-server.http.enabled=false, and over HTTP the node is watched"
  grep -qxF "http-server.http.port=${CONF[port]}" "$etc/config.properties" ||
    fail "$input sets http-server.http.port: set presto.httpPort instead"
  if [[ -e /tmp/access-control ]] && { ! cmp -s /tmp/access-control "$etc/access-control.properties" ||
    grep -q '^ *access-control.config-files' "$etc/config.properties"; }; then
    fail "$input sets access control, which permits draining: it belongs to presto.coordinatorConfiguration"
  fi
}

# Properties of the user come after ours, key by key; lines of jvm.config are added; other files replace.
merge() {
  local from=$1 to=$2 file name
  while IFS= read -r -d '' file; do
    name=${file#"$from"/}
    mkdir -p "$(dirname "$to/$name")"
    case $name in
      jvm.config) cat "$file" >>"$to/$name" ;;
      *.properties)
        touch "$to/$name"
        awk -F' *= *' 'NR == FNR { own[$1]; print; next } !($1 in own)' "$file" "$to/$name" >"$to/$name.new"
        mv "$to/$name.new" "$to/$name"
        ;;
      *) cp "$file" "$to/$name" ;;
    esac
  done < <(find "$from" -type f -print0)
}

user_script() {
  [[ -n ${CONF[script]} ]] || return 0
  input=presto.bootstrapScript fetch "${CONF[script]}" /tmp/user-script.sh
  bash /tmp/user-script.sh "${CONF[role]}" || fail "presto.bootstrapScript ended with status $?"
}
