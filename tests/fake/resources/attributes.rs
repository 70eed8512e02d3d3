//! What `GetAtt` answers for objects without a store of their own.

use super::Request;
use super::table::known;
use crate::fake::intrinsics::text;
use crate::fake::state::State;
use serde_json::{Map, Value, json};

/// All attributes of an object with this physical id.
pub fn of(w: &mut State, r: &Request, physical: &str) -> Map<String, Value> {
    let names = known(&r.kind).map_or(&[][..], |k| k.attributes);
    names.iter().map(|name| ((*name).to_owned(), one(w, r, physical, name))).collect()
}

fn one(w: &mut State, r: &Request, physical: &str, name: &str) -> Value {
    let place = &r.place;
    let path = r.properties.get("Path").map_or_else(|| "/".to_owned(), text);
    let global = |rest: String| json!(format!("arn:{}:iam::{}:{rest}", place.partition(), place.account));
    match (r.kind.as_str(), name) {
        ("AWS::IAM::Role", "Arn") => global(format!("role{path}{physical}")),
        ("AWS::IAM::Role", "RoleId") => json!(format!("AROA{}", w.ids.suffix())),
        ("AWS::IAM::InstanceProfile", "Arn") => global(format!("instance-profile{path}{physical}")),
        ("AWS::Logs::LogGroup", "Arn") => json!(place.arn("logs", &format!("log-group:{physical}:*"))),
        ("AWS::CloudWatch::Alarm" | "AWS::CloudWatch::CompositeAlarm", "Arn") => {
            json!(place.arn("cloudwatch", &format!("alarm:{physical}")))
        }
        ("AWS::SNS::Topic", "TopicName") => json!(physical.rsplit(':').next()),
        ("AWS::SQS::Queue", "Arn") => json!(place.arn("sqs", physical.rsplit('/').next().unwrap_or_default())),
        ("AWS::SQS::Queue", "QueueName") => json!(physical.rsplit('/').next()),
        ("AWS::Lambda::Function", "Arn") => json!(place.arn("lambda", &format!("function:{physical}"))),
        ("AWS::Events::Rule", "Arn") => json!(place.arn("events", &format!("rule/{physical}"))),
        ("AWS::SSM::Parameter", _) => r.properties.get(name).cloned().unwrap_or_default(),
        ("AWS::S3::Bucket", "Arn") => json!(format!("arn:{}:s3:::{physical}", place.partition())),
        ("AWS::S3::Bucket", "DomainName") => json!(format!("{physical}.s3.amazonaws.com")),
        ("AWS::S3::Bucket", "WebsiteURL") => {
            json!(format!("http://{physical}.s3-website-{}.amazonaws.com", place.region))
        }
        ("AWS::S3::Bucket", _) => json!(format!("{physical}.s3.{}.amazonaws.com", place.region)),
        ("AWS::KMS::Key", "Arn") => json!(place.arn("kms", &format!("key/{physical}"))),
        ("AWS::RDS::DBInstance", "Endpoint.Address") => {
            json!(format!("{physical}.model.{}.rds.amazonaws.com", place.region))
        }
        ("AWS::RDS::DBInstance", "Endpoint.Port") => json!("3306"),
        ("AWS::AutoScaling::ScalingPolicy", "PolicyName") => json!(physical.rsplit('/').next()),
        ("AWS::CloudFormation::WaitCondition", "Data") => json!("{}"),
        _ => json!(physical),
    }
}
