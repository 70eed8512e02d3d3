# The Hive catalog.

hive_catalog() {
  echo 'connector.name=hive'
  echo 'fs.alluxio.enabled=true'
  echo 'fs.native-s3.enabled=true'
  echo "s3.region=$AWS_DEFAULT_REGION"
  case ${CONF[metastore]} in
    glue) echo 'hive.metastore=glue' ;;
    external) echo "hive.metastore.uri=${CONF[metastore_uri]}" ;;
    *) echo "hive.metastore.uri=thrift://$METASTORE:9083" ;;
  esac
}
