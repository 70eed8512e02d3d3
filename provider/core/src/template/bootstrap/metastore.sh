# The role metastore: Hive's standalone metastore over Derby on the stack's volume, or over the user's database.

readonly SCHEMA=3.1.0
readonly HIVE=$HOME_DIR/metastore

boot_slotted() {
  local own
  step 'taking the slot'
  own=$(slots "$(group)")
  [[ $own != *eni-* ]] || retry 60 10 take_slot "$own" || fail 'the slot is not free'
}

# The archive first, then jars for its lib/, of which some replace what it brings. Of the drivers only the one that the
# type needs is fetched; the user's own has no checksum here, the default has.
install_metastore() {
  local uri sha256 file driver=${CONF[driver]:-$DEFAULT_MYSQL_DRIVER} driver_sha256=''
  while read -r uri sha256 <&3; do
    file=${uri##*/}
    case $file in
      *.tar.gz) unpack "$uri" "$HIVE" "$sha256" && rm -f "$HIVE"/lib/{guava-19,derby-10.10}* ;;
      derby-*) [[ ${CONF[metastore]} != standalone ]] || jar "$uri" "$sha256" ;;
      postgresql-*) [[ ${CONF[metastore]} != postgresql ]] || jar "$uri" "$sha256" ;;
      mysql-* | mariadb-*) [[ $uri != "$driver" ]] || driver_sha256=$sha256 ;;
      *) jar "$uri" "$sha256" ;;
    esac
  done 3<<'PACKAGES'
METASTORE_PACKAGES
PACKAGES
  [[ ${CONF[metastore]} != mysql ]] || jar "$driver" "$driver_sha256"
}

jar() {
  local file=$HIVE/${1##*/}
  [[ -e $HIVE/lib/${1##*/} ]] && return 0
  fetch "$1" "$file" "$2"
  mv "$file" "$HIVE/lib/"
}

# The database by type: URL, driver, dialect of the scripts, and a question for its tables.
metastore_database() {
  local place=${CONF[host]}:${CONF[port]}/${CONF[database]}
  USER_NAME=${CONF[user]} VERSION='VERSION'
  case ${CONF[metastore]} in
    standalone)
      URL="jdbc:derby:$DATA/metastore;create=true" DRIVER=org.apache.derby.jdbc.EmbeddedDriver DIALECT=derby USER_NAME=APP
      TABLES="sys.systables where tabletype='T'"
      ;;
    postgresql)
      URL=jdbc:postgresql://$place DRIVER=org.postgresql.Driver DIALECT=postgres VERSION='"VERSION"'
      TABLES="pg_tables where schemaname not in ('pg_catalog', 'information_schema')"
      ;;
    mysql)
      URL=jdbc:mysql://$place DRIVER=com.mysql.cj.jdbc.Driver DIALECT=mysql
      TABLES='information_schema.tables where table_schema = database()'
      # MariaDB's driver has a scheme of its own, and calls the database by a name that the metastore does not know.
      [[ ${CONF[driver]##*/} != mariadb-* ]] ||
        URL="${URL/mysql/mariadb}?useMysqlMetadata=true" DRIVER=org.mariadb.jdbc.Driver
      ;;
  esac
}

# Lines NAME=VALUE as Hadoop's configuration.
as_xml() {
  echo '<configuration>'
  sed -E 's/&/\&amp;/g; s/</\&lt;/g; s|^([^=]*)=(.*)|<property><name>\1</name><value>\2</value></property>|'
  echo '</configuration>'
}

# What stands behind =, as a file of Java properties: every character by its number.
as_property() { iconv -t utf-16be | od -An -v -tx2 --endian=big | tr -d '\n' | sed 's/ /\\u/g'; }

# Secrets stand in files that only the service reads.
configure_metastore() {
  local conf=$HIVE/conf password=unused access='' key=''
  [[ -z ${CONF[password_secret]} ]] || password=$(secret "${CONF[password_secret]}")
  [[ -z ${CONF[node_secrets]} ]] || { read -r access; read -r key; } < <(secret "${CONF[node_secrets]}") || true
  [[ -z ${CONF[s3_access_key_secret]} ]] || access=$(secret "${CONF[s3_access_key_secret]}")
  [[ -z ${CONF[s3_secret_key_secret]} ]] || key=$(secret "${CONF[s3_secret_key_secret]}")
  umask 077
  {
    echo "javax.jdo.option.ConnectionURL=$URL"
    echo "javax.jdo.option.ConnectionDriverName=$DRIVER"
    echo "javax.jdo.option.ConnectionUserName=$USER_NAME"
    echo "javax.jdo.option.ConnectionPassword=$password"
    echo "metastore.warehouse.dir=${CONF[root_mount]%/}/warehouse"
    # The defaults are classes of Hive itself, which is not here.
    echo 'metastore.expression.proxy=org.apache.hadoop.hive.metastore.DefaultPartitionExpressionProxy'
    echo 'metastore.task.threads.always=org.apache.hadoop.hive.metastore.events.EventCleanerTask'
    echo 'fs.s3.impl=org.apache.hadoop.fs.s3a.S3AFileSystem'
    echo "fs.s3a.endpoint.region=$AWS_DEFAULT_REGION"
    if [[ -n ${CONF[s3_endpoint]} ]]; then
      echo "fs.s3a.endpoint=${CONF[s3_endpoint]}"
      [[ ${CONF[s3_endpoint]} == *.amazonaws.com* ]] || echo 'fs.s3a.path.style.access=true'
    fi
    # Without keys the file system asks the instance metadata service.
    [[ -z $access ]] || printf 'fs.s3a.access.key=%s\nfs.s3a.secret.key=%s\n' "$access" "$key"
  } | as_xml >"$conf/metastore-site.xml"
  printf 'url=%s\ndriver=%s\nuser=%s\npassword=%s\n' "$(printf %s "$URL" | as_property)" "$DRIVER" \
    "$(printf %s "$USER_NAME" | as_property)" "$(printf %s "$password" | as_property)" >"$conf/sql.properties"
  chown -R metastore "$conf"
  umask 022
}

# Puts what it reads to the database, by the driver that the metastore takes, and prints the answers.
sql() {
  local script=$HIVE/sql
  { printf '!set outputformat csv\n!properties %s\n' "$HIVE/conf/sql.properties" && cat; } >"$script"
  runuser -u metastore -- "${JVM[@]}" sqlline.SqlLine --silent=true "--run=$script" </dev/null 2>&1 || true
}

reachable() { timeout 5 bash -c 'exec 3<>"/dev/tcp/$0/$1"' "${CONF[host]}" "${CONF[port]}" 2>/dev/null; }

schema() { sql <<<"select 'tables' a, count(*) b from $TABLES;"$'\n'"select 'version' a, ${VERSION/VERSION/SCHEMA_VERSION} b from $VERSION;"; }

# Makes the schema in an empty database. A schema that is there is used as it is, or not at all: never changed.
prepare_database() {
  local found script place="hiveMetastore.host ${CONF[host]}:${CONF[port]}" name="hiveMetastore.databaseName ${CONF[database]}"
  if [[ ${CONF[metastore]} == standalone ]]; then
    place="the metastore's volume" name=$place
  else
    retry 12 5 reachable || fail "$place cannot be reached from the cluster's subnet"
  fi
  found=$(schema)
  if [[ $found == *"'tables','0'"* ]]; then
    script=$HIVE/scripts/metastore/upgrade/$DIALECT/hive-schema-$SCHEMA.$DIALECT.sql
    log "making the schema $SCHEMA"
    sql <<<"!autocommit off"$'\n'"!run $script"$'\n'"!commit"
    found=$(schema)
  fi
  case $found in
    *"'version','$SCHEMA'"*) log "the database has the schema $SCHEMA" ;;
    *"'version','"*) fail "$name has a schema of version $(sed -n "s/^'version','\(.*\)'/\1/p" <<<"$found"), not $SCHEMA; it is not touched" ;;
    *"'tables',"*) fail "$name has tables, but no Hive schema; name an empty database" ;;
    *"to database"* | *'Unknown database'* | *'database "'*'does not exist'*) fail "$name does not exist, or hiveMetastore.userName may not use it" ;;
    *'authentication failed'* | *'Access denied'*) fail "$place refuses hiveMetastore.userName ${CONF[user]} or its password" ;;
    *) fail "$place: $(grep -m 1 -i error <<<"$found" | cut -c 1-120)" ;;
  esac
  rm "$HIVE/conf/sql.properties"
}

# Asks by Thrift for all databases; the answer must begin as a list.
metastore_answers() {
  local got
  got=$({ exec 3<>/dev/tcp/127.0.0.1/9083 && printf '\x80\x01\0\x01\0\0\0\x11get_all_databases\0\0\0\x01\0' >&3 &&
    timeout 5 head -c 32 <&3 | tail -c 3 | od -An -tx1; } 2>/dev/null)
  [[ $got == ' 0f 00 00' ]]
}

boot_metastore() {
  local package
  [[ ${CONF[port]} != 0 ]] || CONF[port]=$([[ ${CONF[metastore]} == mysql ]] && echo 3306 || echo 5432)
  boot_slotted
  step 'installing packages'
  packages java-17-amazon-corretto-headless
  id metastore >/dev/null 2>&1 || useradd --system --home-dir "$HIVE" metastore
  install_metastore
  JVM=("$(java_home 17)/bin/java" -XX:+ExitOnOutOfMemoryError -Dlog4j2.level=WARN
    -Dderby.stream.error.field=java.lang.System.err -cp "$HIVE/conf:$HIVE/lib/*")
  for package in lang net util; do JVM+=("--add-opens=java.base/java.$package=ALL-UNNAMED"); done
  step 'preparing the database'
  metastore_database
  mkdir -p "$DATA"
  [[ ${CONF[metastore]} != standalone ]] || chown metastore "$DATA"
  configure_metastore
  prepare_database
  step 'starting the metastore'
  JVM+=("-Xmx$(awk '/MemTotal/ { print int($2 / 2048) }' /proc/meminfo)m")
  service metastore metastore "${JVM[*]} org.apache.hadoop.hive.metastore.HiveMetaStore -p 9083"
  retry 60 3 metastore_answers || fail 'the metastore does not answer'
}
