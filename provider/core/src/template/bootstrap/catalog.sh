# The Hive catalog. What lies under the root mount is read through Alluxio's S3 interface on this node, so that tables
# keep their locations at s3://; all else is read from S3 itself, where the distribution can tell the two apart.

hive_catalog() {
  local etc=$1 proxy=http://127.0.0.1:39999/api/v1/s3
  if [[ $DISTRIBUTION == trino ]] && ((MAJOR >= 464)); then
    printf '%s\n' connector.name=hive fs.alluxio.enabled=true fs.native-s3.enabled=true s3.path-style-access=true \
      "s3.region=$AWS_DEFAULT_REGION" s3.security-mapping.enabled=true "s3.security-mapping.config-file=$etc/s3.json"
    [[ -z ${CONF[s3_endpoint]} ]] || echo "s3.endpoint=${CONF[s3_endpoint]}"
    s3_keys
    [[ -z $S3_ACCESS ]] || printf '%s\n' "s3.aws-access-key=$S3_ACCESS" "s3.aws-secret-key=$S3_SECRET"
    # The first mapping that fits is taken. The interface wants a name, and no secret.
    printf '{"mappings": [{"prefix": "%s/", "endpoint": "%s", "region": "%s", "accessKey": "presto", "secretKey": "presto"}, {"useClusterDefault": true}]}\n' \
      "${CONF[root_mount]%/}" "$proxy" "$AWS_DEFAULT_REGION" >"$etc/s3.json"
  else
    [[ $DISTRIBUTION == trino ]] && echo connector.name=hive || echo connector.name=hive-hadoop2
    printf 'hive.s3.%s\n' "endpoint=$proxy" path-style-access=true ssl.enabled=false aws-access-key=presto aws-secret-key=presto
  fi
  case ${CONF[metastore]} in
    glue) printf 'hive.metastore%s\n' =glue ".glue.region=$AWS_DEFAULT_REGION" ".glue.default-warehouse-dir=${CONF[root_mount]%/}/warehouse" ;;
    *) echo "hive.metastore.uri=thrift://$(metastore_place)" ;;
  esac
}

# Host and port of the metastore: the user's, or the stack's own.
metastore_place() {
  local port=${CONF[metastore_port]}
  if [[ ${CONF[metastore]} == external ]]; then
    ((port)) || port=9083
    echo "${CONF[metastore_host]}:$port"
  else
    echo "$METASTORE:9083"
  fi
}

# A metastore of the user's, or the stack's own, takes connections.
catalog_answers() {
  local place times=120
  case ${CONF[metastore]} in
    none | glue) return 0 ;;
    # All others boot at the same time.
    external) times=12 ;;
  esac
  place=$(metastore_place)
  retry "$times" 5 listens "${place%:*}" "${place##*:}" || fail "hiveMetastore: nothing answers at $place"
}

listens() { timeout 3 bash -c ": <\"/dev/tcp/\$0/\$1\"" "$1" "$2" 2>/dev/null; }

# Alluxio starts with a root mount that it may not write, and fails at the first table; an empty folder it does not mount
# a second time, so that folder gets an object of its own name, as the console of S3 makes it.
root_mount_writable() {
  local uri=${CONF[root_mount]%/} probe said bucket
  local -a at=()
  [[ -z ${CONF[s3_endpoint]} ]] || at=(--endpoint-url "${CONF[s3_endpoint]}")
  s3_keys
  probe=$uri/.starburst-$INSTANCE bucket=${uri#s3://}
  said=$(
    if [[ -n $S3_ACCESS ]]; then
      export AWS_ACCESS_KEY_ID=$S3_ACCESS AWS_SECRET_ACCESS_KEY=$S3_SECRET
    fi
    {
      aws s3 cp "${at[@]}" - "$probe" </dev/null && aws s3 ls "${at[@]}" "$probe" && aws s3 rm "${at[@]}" "$probe" &&
        { [[ $bucket != */* ]] || aws s3api put-object "${at[@]}" --bucket "${bucket%%/*}" --key "${bucket#*/}/"; }
    } 2>&1
  ) || fail "alluxio.s3RootMount ${CONF[root_mount]} cannot be written: ${said##*: }"
}
