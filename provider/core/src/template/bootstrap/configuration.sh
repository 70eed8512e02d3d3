# The user's own: configuration folder and bootstrap script.

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
        awk -F= 'NR == FNR { own[$1]; print; next } !($1 in own)' "$file" "$to/$name" >"$to/$name.new"
        mv "$to/$name.new" "$to/$name"
        ;;
      *) cp "$file" "$to/$name" ;;
    esac
  done < <(find "$from" -type f -print0)
}

user_script() {
  [[ -n ${CONF[script]} ]] || return 0
  fetch "${CONF[script]}" /tmp/user-script.sh
  bash /tmp/user-script.sh "${CONF[role]}" || fail "the bootstrap script ended with an error"
}
