//! Two values of each field, and what must stand beside them. Every field has its row: the test that walks them fails
//! when one is missing.

/// The values of one field, as JSON.
pub struct Row {
    /// Path of the field.
    pub path: &'static str,
    /// Value at creation.
    pub first: &'static str,
    /// Another value.
    pub second: &'static str,
    /// Written over the program at every step.
    pub with: &'static str,
    /// Written over the program together with the other value.
    pub along: &'static str,
}

impl Row {
    const fn new(path: &'static str, first: &'static str, second: &'static str) -> Self {
        Self { path, first, second, with: "{}", along: "{}" }
    }
    const fn with(mut self, with: &'static str) -> Self {
        self.with = with;
        self
    }
    const fn along(mut self, along: &'static str) -> Self {
        self.along = along;
        self
    }
}

/// A metastore on a database of the user's.
const DATABASE: &str = r#"{ "hiveMetastore": {
    "type": "mysql", "host": "db.example.com", "userName": "hive", "password": "a-password", "databaseName": "hive"
} }"#;
/// A template of the user's, which makes a topic of its parameters.
const OWN_TEMPLATE: &str = r#"{ "stack": { "template": { "body": "Parameters: {VPC: {Type: String}, Subnet: {Type: String}, SecurityGroups: {Type: CommaDelimitedList}, WorkersCount: {Type: Number, Default: 1}, NodeCount: {Type: Number, Default: 1}, AlluxioS3RootMount: {Type: String}, EnableFips: {Type: String, Default: 'no'}, Password: {Type: String, NoEcho: true, Default: ''}}\nResources: {Topic: {Type: 'AWS::SNS::Topic', Properties: {DisplayName: !Sub '${VPC} ${WorkersCount} ${NodeCount} ${EnableFips} ${Password}'}}}" } } }"#;
/// The same as the text of a field.
pub const BODY: &str = r#""Parameters: {VPC: {Type: String}, Subnet: {Type: String}, SecurityGroups: {Type: CommaDelimitedList}, WorkersCount: {Type: Number, Default: 1}, NodeCount: {Type: Number, Default: 1}, AlluxioS3RootMount: {Type: String}, EnableFips: {Type: String, Default: 'no'}, Password: {Type: String, NoEcho: true, Default: ''}}\nResources: {Topic: {Type: 'AWS::SNS::Topic', Properties: {DisplayName: !Sub '${VPC} ${WorkersCount} ${NodeCount} ${EnableFips} ${Password}'}}}""#;
/// Another one, with a queue beside the topic.
pub const OTHER_BODY: &str = r#""Parameters: {VPC: {Type: String}, Subnet: {Type: String}, SecurityGroups: {Type: CommaDelimitedList}, WorkersCount: {Type: Number, Default: 1}, NodeCount: {Type: Number, Default: 1}, AlluxioS3RootMount: {Type: String}, EnableFips: {Type: String, Default: 'no'}, Password: {Type: String, NoEcho: true, Default: ''}}\nResources: {Topic: {Type: 'AWS::SNS::Topic', Properties: {DisplayName: !Sub '${VPC} ${WorkersCount} ${NodeCount} ${EnableFips} ${Password}'}}, Queue: {Type: 'AWS::SQS::Queue'}}""#;

/// All rows, in the order of the table.
pub static ROWS: &[Row] = &[
    Row::new("network.vpcId", r#""vpc-0a0a0a0a0a0a0a0a0""#, r#""vpc-0f0f0f0f0f0f0f0f0""#).along(
        "{\"network\": {\"subnetId\": \"subnet-0f0f0f0f0f0f0f0f0\", \"securityGroupIds\": \
         [\"sg-0f0f0f0f0f0f0f0f0\"]}}",
    ),
    Row::new("network.subnetId", r#""subnet-0a0a0a0a0a0a0a0a0""#, r#""subnet-0b0b0b0b0b0b0b0b0""#),
    Row::new(
        "network.securityGroupIds",
        r#"["sg-0a0a0a0a0a0a0a0a0"]"#,
        r#"["sg-0a0a0a0a0a0a0a0a0", "sg-0b0b0b0b0b0b0b0b0"]"#,
    ),
    Row::new("network.subnetAutoAssignsPublicIp", "true", "false")
        .with(r#"{"network": {"subnetId": "subnet-0b0b0b0b0b0b0b0b0"}}"#),
    Row::new("network.vpcEndpoints", r#""none""#, r#""all""#),
    Row::new("network.routeTableIds", r#"["rtb-0a0a0a0a0a0a0a0a0"]"#, r#"["rtb-0b0b0b0b0b0b0b0b0"]"#)
        .with(r#"{"network": {"vpcEndpoints": "all"}}"#),
    Row::new("ec2.workerCount", "3", "5"),
    Row::new("ec2.workerScaling", r#""external""#, r#""fixed""#),
    Row::new("ec2.workerInstanceType", r#""r5.4xlarge""#, r#""r5.2xlarge""#),
    Row::new("ec2.coordinatorInstanceType", r#""r5.4xlarge""#, r#""r5.2xlarge""#),
    Row::new("ec2.haCoordinatorCount", "3", "5"),
    Row::new("ec2.keyName", r#""analytics""#, r#""operators""#),
    Row::new("ec2.sessionManager", "true", "false"),
    Row::new("ec2.instanceProfile", r#""analytics-nodes""#, r#""presto-nodes""#),
    Row::new(
        "ec2.permissionsBoundaryArn",
        r#""arn:aws:iam::123456789012:policy/boundary""#,
        r#""arn:aws:iam::123456789012:policy/other""#,
    ),
    Row::new("ec2.imageId", r#""ami-0a0a0a0a0a0a0a0a0""#, r#""ami-01010101010101010""#),
    Row::new("ec2.workerImageId", r#""ami-0a0a0a0a0a0a0a0a0""#, r#""ami-01010101010101010""#),
    Row::new("ec2.imageRefresh", r#""2026-11""#, r#""2026-12""#),
    Row::new("ec2.rootVolume.sizeGiB", "100", "200"),
    Row::new("ec2.rootVolume.type", r#""gp2""#, r#""gp3""#),
    Row::new("ec2.kmsKeyId", r#""alias/analytics""#, r#""alias/operators""#),
    Row::new("ec2.workerVolume.sizeGiB", "200", "300"),
    Row::new("ec2.workerVolume.type", r#""gp2""#, r#""gp3""#).with(r#"{"ec2": {"workerVolume": {"sizeGiB": 200}}}"#),
    Row::new("ec2.workerVolume.iops", "4000", "5000").with(r#"{"ec2": {"workerVolume": {"sizeGiB": 200}}}"#),
    Row::new("ec2.rollingUpdate.maxBatchSize", r#""2""#, r#""10%""#),
    Row::new("ec2.rollingUpdate.minInService", "1", "2"),
    Row::new("ec2.rollingUpdate.bootTimeout", r#""20m""#, r#""25m""#),
    Row::new("ec2.rollingUpdate.drainTimeout", r#""45m""#, r#""50m""#),
    Row::new("ec2.rollingUpdate.onDrainTimeout", r#""fail""#, r#""terminate""#),
    Row::new("presto.httpPort", "8081", "8082"),
    Row::new("presto.https.port", "8444", "8445").with(
        "{\"presto\": {\"https\": {\"certificateSecretArn\": \
         \"arn:aws:secretsmanager:us-east-1:123456789012:secret:presto-tls-AbCdEf\"}}}",
    ),
    Row::new(
        "presto.https.certificateSecretArn",
        r#""arn:aws:secretsmanager:us-east-1:123456789012:secret:presto-tls-AbCdEf""#,
        r#""arn:aws:secretsmanager:us-east-1:123456789012:secret:presto-next-AbCdEf""#,
    ),
    Row::new("presto.allowExternalAccessOnHttp", "true", "false")
        .with(r#"{"presto": {"externalAccessCidrs": ["203.0.113.0/24"]}}"#),
    Row::new("presto.externalAccessCidrs", r#"["203.0.113.0/24"]"#, r#"["198.51.100.0/24"]"#),
    Row::new("presto.coordinatorConfiguration", r#""s3://analytics-data/a.zip""#, r#""s3://analytics-data/b.zip""#),
    Row::new("presto.workerConfiguration", r#""s3://analytics-data/a.zip""#, r#""s3://analytics-data/b.zip""#),
    Row::new("presto.bootstrapScript", r#""s3://analytics-data/a.sh""#, r#""s3://analytics-data/b.sh""#),
    Row::new("presto.licenseUri", r#""s3://analytics-data/a.license""#, r#""s3://analytics-data/b.license""#),
    Row::new("presto.packageUri", r#""s3://analytics-data/a.tar.gz""#, r#""s3://analytics-data/b.tar.gz""#),
    Row::new(
        "presto.packageSha256",
        r#""0000000000000000000000000000000000000000000000000000000000000000""#,
        r#""1111111111111111111111111111111111111111111111111111111111111111""#,
    )
    .with(r#"{"presto": {"packageUri": "s3://analytics-data/a.tar.gz"}}"#),
    Row::new("alluxio.s3RootMount", r#""s3://analytics-data/alluxio""#, r#""s3://analytics-data/other""#),
    Row::new(
        "alluxio.properties",
        r#"{"alluxio.user.file.readtype.default": "CACHE"}"#,
        r#"{"alluxio.user.file.readtype.default": "NO_CACHE"}"#,
    ),
    Row::new("alluxio.secretProperties", r#"{"s3a.secretKey": "one-secret"}"#, r#"{"s3a.secretKey": "two-secrets"}"#),
    Row::new(
        "alluxio.secretPropertiesSecretArn",
        r#""arn:aws:secretsmanager:us-east-1:123456789012:secret:alluxio-AbCdEf""#,
        r#""arn:aws:secretsmanager:us-east-1:123456789012:secret:alluxio-next-AbCdEf""#,
    ),
    Row::new("alluxio.packageUri", r#""s3://analytics-data/a.tar.gz""#, r#""s3://analytics-data/b.tar.gz""#),
    Row::new(
        "alluxio.packageSha256",
        r#""0000000000000000000000000000000000000000000000000000000000000000""#,
        r#""1111111111111111111111111111111111111111111111111111111111111111""#,
    )
    .with(r#"{"alluxio": {"packageUri": "s3://analytics-data/a.tar.gz"}}"#),
    Row::new("alluxio.workerStorage.medium", r#""volume""#, r#""memory""#)
        .with(r#"{"ec2": {"workerVolume": {"sizeGiB": 200}}}"#),
    Row::new("alluxio.workerStorage.percent", "40", "50"),
    Row::new("hiveMetastore.type", r#""glue""#, r#""standalone""#),
    Row::new("hiveMetastore.host", r#""one.example.com""#, r#""two.example.com""#)
        .with(r#"{"hiveMetastore": {"type": "external"}}"#),
    Row::new("hiveMetastore.port", "9084", "9085")
        .with(r#"{"hiveMetastore": {"type": "external", "host": "one.example.com"}}"#),
    Row::new("hiveMetastore.userName", r#""hive""#, r#""owner""#).with(DATABASE),
    Row::new("hiveMetastore.password", r#""one-password""#, r#""two-passwords""#).with(DATABASE),
    Row::new(
        "hiveMetastore.passwordSecretArn",
        r#""arn:aws:secretsmanager:us-east-1:123456789012:secret:hive-AbCdEf""#,
        r#""arn:aws:secretsmanager:us-east-1:123456789012:secret:hive-next-AbCdEf""#,
    )
    .with(
        "{\"hiveMetastore\": {\"type\": \"mysql\", \"host\": \"db.example.com\", \"userName\": \"hive\", \
         \"databaseName\": \"hive\"}}",
    ),
    Row::new("hiveMetastore.databaseName", r#""hive""#, r#""other""#).with(DATABASE),
    Row::new("hiveMetastore.mysqlDriverUri", r#""s3://analytics-data/a.jar""#, r#""s3://analytics-data/b.jar""#)
        .with(DATABASE),
    Row::new("s3.endpoint", r#""https://s3.example.com""#, r#""https://s4.example.com""#),
    Row::new("s3.accessKey", r#""AKIAONE""#, r#""AKIATWO""#).with(r#"{"s3": {"secretKey": "a-secret"}}"#),
    Row::new(
        "s3.accessKeySecretArn",
        r#""arn:aws:secretsmanager:us-east-1:123456789012:secret:s3a-AbCdEf""#,
        r#""arn:aws:secretsmanager:us-east-1:123456789012:secret:s3b-AbCdEf""#,
    )
    .with(r#"{"s3": {"secretKeySecretArn": "arn:aws:secretsmanager:us-east-1:123456789012:secret:s3s-AbCdEf"}}"#),
    Row::new("s3.secretKey", r#""one-secret""#, r#""two-secrets""#).with(r#"{"s3": {"accessKey": "AKIAONE"}}"#),
    Row::new(
        "s3.secretKeySecretArn",
        r#""arn:aws:secretsmanager:us-east-1:123456789012:secret:s3s-AbCdEf""#,
        r#""arn:aws:secretsmanager:us-east-1:123456789012:secret:s3t-AbCdEf""#,
    )
    .with(r#"{"s3": {"accessKeySecretArn": "arn:aws:secretsmanager:us-east-1:123456789012:secret:s3a-AbCdEf"}}"#),
    Row::new("monitoring.cloudWatchMetrics", "true", "false"),
    Row::new("monitoring.logRetentionDays", "7", "14"),
    Row::new(
        "monitoring.alarmTopicArn",
        r#""arn:aws:sns:us-east-1:123456789012:alarms""#,
        r#""arn:aws:sns:us-east-1:123456789012:others""#,
    ),
    Row::new("superset.enabled", "true", "false"),
    Row::new("superset.instanceType", r#""m5.xlarge""#, r#""m5.2xlarge""#).with(r#"{"superset": {"enabled": true}}"#),
    Row::new("packages.mirrorUri", r#""s3://analytics-data/mirror""#, r#""s3://analytics-data/other""#),
    Row::new("stack.name", r#""suite-dev-joint""#, r#""suite-dev-other""#),
    Row::new("stack.templateVersion", r#""latest""#, r#""1""#),
    Row::new("stack.tags", r#"{"team": "analytics"}"#, r#"{"team": "platform", "stage": "dev"}"#),
    Row::new(
        "stack.template.url",
        r#""https://analytics-data.s3.amazonaws.com/joint.json""#,
        r#""https://analytics-data.s3.amazonaws.com/other.json""#,
    ),
    Row::new("stack.template.body", BODY, OTHER_BODY),
    Row::new("stack.template.current", "true", "false"),
    Row::new("stack.template.parameters", r#"{"EnableFips": "yes"}"#, r#"{"EnableFips": "no"}"#).with(OWN_TEMPLATE),
    Row::new("stack.template.secretParameters", r#"{"Password": "one-secret"}"#, r#"{"Password": "two-secrets"}"#)
        .with(OWN_TEMPLATE),
    Row::new(
        "stack.template.parameterAliases",
        r#"{"WorkersCount": "NodeCount"}"#,
        r#"{"HACoordinatorsCount": "NodeCount"}"#,
    )
    .with(OWN_TEMPLATE),
    Row::new("stack.template.capabilities", r#"["CAPABILITY_NAMED_IAM"]"#, r#"["CAPABILITY_AUTO_EXPAND"]"#)
        .with(OWN_TEMPLATE),
    Row::new("stack.preview", r#""changeSet""#, r#""local""#),
    Row::new("stack.secretsRefresh", r#""2026-11""#, r#""2026-12""#),
    Row::new("stack.preventReplacement", "true", "false"),
    Row::new("stack.recovery.skipResources", r#"["Workers"]"#, r#"["Coordinators"]"#),
    Row::new("stack.recovery.retainResources", r#"["Workers"]"#, r#"["Coordinators"]"#),
    Row::new("stack.roleArn", r#""arn:aws:iam::123456789012:role/one""#, r#""arn:aws:iam::123456789012:role/two""#),
    Row::new(
        "stack.notificationArns",
        r#"["arn:aws:sns:us-east-1:123456789012:events"]"#,
        r#"["arn:aws:sns:us-east-1:123456789012:others"]"#,
    ),
    Row::new(
        "stack.policyBody",
        r#""{\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"Update:*\",\"Principal\":\"*\",\"Resource\":\"*\"}]}""#,
        r#""{\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"Update:Modify\",\"Principal\":\"*\",\"Resource\":\"*\"}]}""#,
    ),
    Row::new("stack.terminationProtection", "true", "false"),
    Row::new("stack.rollback.monitoringTimeMinutes", "10", "20"),
    Row::new(
        "stack.rollback.triggers",
        "[{\"arn\": \"arn:aws:cloudwatch:us-east-1:123456789012:alarm:slow\", \"type\": \
         \"AWS::CloudWatch::Alarm\"}]",
        "[{\"arn\": \"arn:aws:cloudwatch:us-east-1:123456789012:alarm:slower\", \"type\": \
         \"AWS::CloudWatch::Alarm\"}]",
    ),
    Row::new("stack.onFailure", r#""keep""#, r#""rollback""#),
    Row::new("stack.deploymentMode", r#""express""#, r#""standard""#),
    Row::new("stack.onConflict", r#""wait""#, r#""fail""#),
    Row::new("stack.onInterrupt", r#""cancelUpdate""#, r#""detach""#),
    Row::new("stack.assetBucket", r#""analytics-data""#, r#""more-data""#),
    Row::new("stack.driftDetection", r#""full""#, r#""off""#),
];
