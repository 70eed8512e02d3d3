# The role metastore: Hive's standalone metastore over Derby on the stack's volume, or over the user's database.

readonly HIVE=$HOME_DIR/metastore

boot_slotted() {
  local own
  step 'taking the slot'
  own=$(slots "$(group)")
  [[ $own != *eni-* || -e $HOME_DIR/slot ]] || retry 60 10 take_slot "$own" || fail 'the slot is not free'
}

# The archive comes first; jars of the others replace what it brings. One checksum holds for all of them; a mirror has one
# for each.
install_metastore() {
  local uri new=$HIVE.new names=()
  [[ ! -d $HIVE ]] || return 0
  mkdir -p "$new"
  for uri in METASTORE_PACKAGES; do
    names+=("${uri##*/}")
    fetch "https://repo1.maven.org/maven2/$uri" "$new/${uri##*/}"
  done
  (cd "$new" && sha256sum "${names[@]}") | sha256sum | grep -q METASTORE_CHECKSUM || fail "a file of the metastore's has another checksum"
  tar -xf "$new/${names[0]}" -C "$new" --strip-components=1 || unread "${names[0]}" "$new"
  rm "$new/${names[0]}" "$new"/lib/{guava-19,derby-10.10}*
  mv "$new"/*.jar "$new/lib"
  mv "$new" "$HIVE"
}

# Secrets stand in files that only the service reads.
configure_metastore() {
  local password=''
  [[ -z ${CONF[password_secret]} ]] || password=$(secret "${CONF[password_secret]}")
  s3_keys
  # A file that is there, as the archive's own, would keep its rights.
  rm -f "$HIVE"/conf/{metastore-site.xml,sql}
  umask 077
  {
    echo '<configuration>'
    {
      printf 'javax.jdo.option.Connection%s\n' "URL=$URL" "DriverName=$DRIVER" "UserName=$USER_NAME" "Password=$password"
      echo "metastore.warehouse.dir=${CONF[root_mount]%/}/warehouse"
      # The defaults are classes of Hive itself, which is not here.
      printf '%s=org.apache.hadoop.hive.metastore.%s\n' metastore.expression.proxy DefaultPartitionExpressionProxy \
        metastore.task.threads.always events.EventCleanerTask
      echo fs.s3.impl=org.apache.hadoop.fs.s3a.S3AFileSystem
      echo "fs.s3a.endpoint.region=$AWS_DEFAULT_REGION"
      [[ -z ${CONF[s3_endpoint]} ]] || echo "fs.s3a.endpoint=${CONF[s3_endpoint]}"
      [[ ${CONF[s3_endpoint]:-amazonaws.com} == *amazonaws.com* ]] || echo fs.s3a.path.style.access=true
      # Without keys the file system asks the instance metadata service.
      [[ -z $S3_ACCESS ]] || printf 'fs.s3a.%s\n' "access.key=$S3_ACCESS" "secret.key=$S3_SECRET"
    } | sed -E 's/&/\&amp;/g; s/</\&lt;/g; s|([^=]*)=(.*)|<property><name>\1</name><value>\2</value></property>|'
    echo '</configuration>'
  } >"$HIVE/conf/metastore-site.xml"
  # In Java's properties every character of the password stands by its number.
  printf '%s\n' "url=$URL" "driver=$DRIVER" "user=$USER_NAME" \
    "password=$(printf %s "$password" | iconv -f utf-8 -t utf-16be | od -An -v -tx2 --endian=big | tr -d '\n' | sed 's/ /\\u/g')" >"$HIVE/conf/sql"
  chown -R metastore "$HIVE/conf"
  umask 022
}

# Puts statements to the database by the metastore's own driver, and prints the answers.
sql() {
  printf '%s\n' '!set outputformat csv' "!properties $HIVE/conf/sql" "$@" >"$HIVE/statements"
  runuser -u metastore -- "${JVM[@]}" sqlline.SqlLine --silent=true "--run=$HIVE/statements" </dev/null 2>&1 || true
}

schema() { sql "select 'tables' a, count(*) b from $TABLES;" "select 'version' a, ${VERSION/VERSION/SCHEMA_VERSION} b from $VERSION;"; }

# Makes the schema in an empty database. A schema that is there is used as it is, or not at all: never changed.
prepare_database() {
  local found place="hiveMetastore.host ${CONF[host]}:${CONF[port]}" name="hiveMetastore.databaseName ${CONF[database]}"
  if [[ $DIALECT == derby ]]; then
    place="the metastore's volume" name=$place
  else
    retry 12 5 listens "${CONF[host]}" "${CONF[port]}" || fail "$place cannot be reached"
  fi
  found=$(schema)
  if [[ $found == *"'tables','0'"* ]]; then
    log 'making the schema'
    # Where the database can take statements back, half a schema is none.
    found=$(sql '!autocommit off' "!run $HIVE/scripts/metastore/upgrade/$DIALECT/hive-schema-3.1.0.$DIALECT.sql" '!commit' |
      grep '^Error' || true)$'\n'$(schema)
  fi
  case $found in
    *"'version','3.1.0'"*) ;;
    *"'version','"*) fail "$name has a schema of version $(sed -n "s/^'version','\(.*\)'/\1/p" <<<"$found"), not 3.1.0" ;;
    *"'tables','"[1-9]*) fail "$name has tables, but no schema of a metastore: name an empty database" ;;
    *"to database"* | *'Unknown database'* | *'database "'*'does not exist'*) fail "$name does not exist, or hiveMetastore.userName may not use it" ;;
    *'authentication failed'* | *'Access denied'*) fail "$place refuses hiveMetastore.userName ${CONF[user]} or its password" ;;
    *) fail "$place: $(grep -m 1 Error <<<"$found" | cut -c 1-120)" ;;
  esac
}

# Asks by Thrift for all databases; the answer must begin as a list.
metastore_answers() {
  local got
  got=$({ exec 3<>/dev/tcp/127.0.0.1/9083 && printf '\x80\x01\0\x01\0\0\0\x11get_all_databases\0\0\0\x01\0' >&3 &&
    timeout 5 head -c 32 <&3 | tail -c 3 | od -An -tx1; } 2>/dev/null)
  [[ $got == ' 0f 00 00' ]]
}

boot_metastore() {
  local package usual=5432
  boot_slotted
  step 'installing packages'
  packages java-17-amazon-corretto-headless
  id metastore >/dev/null 2>&1 || useradd --system --home-dir "$HIVE" metastore
  install_metastore
  VERSION=VERSION USER_NAME=${CONF[user]} DIALECT=${CONF[metastore]}
  case $DIALECT in
    standalone)
      DIALECT=derby URL="jdbc:derby:$DATA/metastore;create=true" DRIVER=org.apache.derby.jdbc.EmbeddedDriver USER_NAME=APP
      TABLES="sys.systables where tabletype='T'"
      mkdir -p "$DATA"
      chown -R metastore "$DATA"
      ;;
    postgresql)
      DIALECT=postgres DRIVER=org.postgresql.Driver VERSION='"VERSION"'
      TABLES="pg_tables where schemaname not in ('pg_catalog','information_schema')"
      ;;
    mysql)
      usual=3306 DRIVER=com.mysql.cj.jdbc.Driver TABLES='information_schema.tables where table_schema=database()'
      # The packages hold the usual one.
      if [[ -n ${CONF[driver]} ]]; then
        rm -f "$HIVE"/lib/mysql*
        fetch "${CONF[driver]}" "$HIVE/lib/mysql.jar"
      fi
      ;;
  esac
  [[ ${CONF[port]} != 0 ]] || CONF[port]=$usual
  [[ $DIALECT == derby ]] || URL=jdbc:${CONF[metastore]}://${CONF[host]}:${CONF[port]}/${CONF[database]}
  JVM=("$(java_home 17)/bin/java" -XX:+ExitOnOutOfMemoryError -Dlog4j2.level=WARN
    -Dderby.stream.error.field=java.lang.System.err -cp "$HIVE/conf:$HIVE/lib/*")
  for package in lang net util; do JVM+=("--add-opens=java.base/java.$package=ALL-UNNAMED"); done
  step 'preparing the database'
  configure_metastore
  prepare_database
  step 'starting the metastore'
  service metastore metastore "${JVM[*]} -Xmx$(awk '/MemTotal/ { print int($2 / 2048) }' /proc/meminfo)m org.apache.hadoop.hive.metastore.HiveMetaStore -p 9083"
  retry 60 3 metastore_answers || fail 'the metastore does not answer'
}
