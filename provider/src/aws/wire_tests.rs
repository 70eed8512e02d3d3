//! The adapter against a server that answers what it is told: what goes out, what comes back, how long nothing takes.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use starburst_core::ports::{
    CallErrorKind, CloudFormation, Compute, Identity, ObjectStore, OnFailure, ParameterValue, StackRequest,
    TemplateSource, Updated,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::config::{Aws, AwsConfig, StaticKeys, clients};

/// Answers every request with the same status and body, and keeps the requests' bodies.
struct Canned {
    url: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Canned {
    async fn new(status: u16, body: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let answer =
            format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len());
        let kept = requests.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let request = read_request(&mut stream).await;
                kept.lock().expect("lock").push(request);
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        });
        Self { url, requests }
    }

    async fn aws(&self) -> Aws {
        aws(&self.url).await
    }

    fn sent(&self) -> Vec<String> {
        self.requests.lock().expect("lock").clone()
    }
}

async fn read_request(stream: &mut TcpStream) -> String {
    let (mut bytes, mut buffer) = (Vec::new(), [0; 4096]);
    loop {
        let read = stream.read(&mut buffer).await.unwrap_or(0);
        bytes.extend_from_slice(buffer.get(..read).unwrap_or_default());
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length =
                head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
            if read == 0 || body.len() >= length.unwrap_or(0) {
                return body.to_owned();
            }
        } else if read == 0 {
            return text;
        }
    }
}

async fn aws(url: &str) -> Aws {
    let keys = StaticKeys { access_key: "AKID".into(), secret_key: "secret-key".into(), token: None };
    let config = AwsConfig {
        region: Some("us-east-1".into()),
        static_keys: Some(keys),
        endpoint_url: Some(url.into()),
        ..AwsConfig::default()
    };
    clients(&config).await.expect("clients")
}

fn refusal(code: &str, message: &str) -> String {
    format!(
        "<ErrorResponse xmlns=\"http://cloudformation.amazonaws.com/doc/2010-05-15/\"><Error><Type>Sender</Type>\
         <Code>{code}</Code><Message>{message}</Message></Error><RequestId>r</RequestId></ErrorResponse>"
    )
}

fn request() -> StackRequest {
    StackRequest {
        template: TemplateSource::Previous,
        parameters: BTreeMap::from([
            ("Old".to_owned(), ParameterValue::Previous),
            ("Password".to_owned(), ParameterValue::Secret("correct-horse".to_owned())),
        ]),
        tags: BTreeMap::new(),
        capabilities: Vec::new(),
        role_arn: None,
        notification_arns: Vec::new(),
        policy_body: None,
        rollback_triggers: Vec::new(),
        monitoring_minutes: None,
        on_failure: OnFailure::Rollback,
        express: false,
        token: "token-1".to_owned(),
    }
}

#[tokio::test]
async fn a_stack_that_does_not_exist_is_none() {
    let server = Canned::new(400, &refusal("ValidationError", "Stack with id demo does not exist")).await;
    assert_eq!(server.aws().await.cloud_formation.describe_stack("demo").await, Ok(None));
    assert_eq!(server.sent().len(), 1);
}

#[tokio::test]
async fn a_wrong_endpoint_does_not_make_a_stack_be_gone() {
    let server = Canned::new(404, "<html>no such page</html>").await;
    let error = server.aws().await.cloud_formation.describe_stack("demo").await.expect_err("not AWS");
    assert_ne!(error.kind, CallErrorKind::NotFound, "{error:?}");
}

#[tokio::test]
async fn a_head_answer_without_body_tells_by_its_status() {
    let aws = Canned::new(404, "").await.aws().await;
    assert_eq!(aws.objects.bucket("b").await.map_err(|error| error.kind), Err(CallErrorKind::NotFound));
    assert_eq!(aws.objects.exists("b", "k").await, Ok(false));
    let aws = Canned::new(403, "").await.aws().await;
    assert_eq!(aws.objects.bucket("b").await.map_err(|error| error.kind), Err(CallErrorKind::Denied));
}

#[tokio::test]
async fn an_update_gives_every_list_even_when_it_is_empty() {
    let server = Canned::new(400, &refusal("ValidationError", "No updates are to be performed.")).await;
    let aws = server.aws().await;
    assert_eq!(aws.cloud_formation.update_stack("demo", &request()).await, Ok(Updated::NothingToDo));
    let body = server.sent().pop().expect("a request");
    for part in [
        "&Tags=",
        "&NotificationARNs=",
        "RollbackTriggers=",
        "Parameters.member.1.UsePreviousValue=true",
        "DisableRollback=false",
        "UsePreviousTemplate=true",
        "ClientRequestToken=token-1",
    ] {
        assert!(body.contains(part), "{part} is not in {body}");
    }
}

#[tokio::test]
async fn a_refusal_that_quotes_a_secret_does_not_show_it() {
    let server = Canned::new(400, &refusal("ValidationError", "Value 'correct-horse' at 'x' is wrong")).await;
    let error = server.aws().await.cloud_formation.create_stack("demo", false, &request()).await.expect_err("refused");
    assert_eq!(error.kind, CallErrorKind::Refused);
    assert_eq!(error.message, "Value '[secret]' at 'x' is wrong");
}

#[tokio::test]
async fn a_call_that_aws_fails_is_tried_again_and_then_told() {
    let server = Canned::new(500, &refusal("InternalFailure", "")).await;
    let error = server.aws().await.cloud_formation.template("demo").await.expect_err("failed");
    assert_eq!(error.kind, CallErrorKind::Server);
    assert_eq!(server.sent().len(), 5);
}

#[tokio::test]
async fn ec2_codes_are_understood() {
    let body = "<Response><Errors><Error><Code>InvalidSubnetID.NotFound</Code><Message>The subnet ID 'subnet-1' does \
                not exist</Message></Error></Errors><RequestID>r</RequestID></Response>";
    let server = Canned::new(400, body).await;
    assert_eq!(server.aws().await.compute.subnet("subnet-1").await, Ok(None));
}

#[tokio::test]
async fn the_caller_is_asked_for_once() {
    let body = "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>\
                <Arn>arn:aws:iam::123456789012:user/a</Arn><UserId>U</UserId><Account>123456789012</Account>\
                </GetCallerIdentityResult></GetCallerIdentityResponse>";
    let server = Canned::new(200, body).await;
    let aws = server.aws().await;
    for _ in 0..3 {
        assert_eq!(aws.identity.caller().await.expect("a caller").account, "123456789012");
    }
    assert_eq!(server.sent().len(), 1);
}

#[tokio::test]
async fn an_endpoint_that_refuses_connections_is_known_soon() {
    let free = TcpListener::bind("127.0.0.1:0").await.expect("a port").local_addr().expect("an address");
    let aws = aws(&format!("http://{free}")).await;
    let start = Instant::now();
    let error = aws.identity.caller().await.expect_err("nobody answers");
    assert_eq!(error.kind, CallErrorKind::Transport);
    assert!(error.message.contains("refused"), "{}", error.message);
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
}

/// A configuration whose profile stands in no file; `files` are all that is looked at.
fn of_profile(files: &str) -> AwsConfig {
    AwsConfig {
        region: Some("us-east-1".into()),
        profile: Some("no-such-profile".into()),
        endpoint_url: Some("http://127.0.0.1:9".into()),
        shared_config_files: vec![files.into()],
        shared_credentials_files: vec![files.into()],
        ..AwsConfig::default()
    }
}

#[tokio::test]
async fn an_absent_profile_or_file_is_a_matter_of_credentials() {
    let empty = std::env::temp_dir().join(format!("starburst-no-profiles-{}", std::process::id()));
    std::fs::write(&empty, "").expect("a file");
    let empty = empty.to_str().expect("a path");
    for (files, named) in [(empty, "no-such-profile"), ("/nonexistent/config", "/nonexistent/config")] {
        let aws = clients(&of_profile(files)).await.expect("clients");
        let error = aws.identity.caller().await.expect_err("no credentials");
        assert_eq!(error.kind, CallErrorKind::Credentials, "{error:?}");
        assert!(error.message.contains(named), "{error:?}");
    }
    std::fs::remove_file(empty).expect("removed");
}

#[tokio::test]
async fn one_tag_of_many_instances_is_one_call() {
    let row = |id: &str, value: &str| {
        format!("<item><resourceId>{id}</resourceId><key>starburst:status</key><value>{value}</value></item>")
    };
    let tags = format!("{}{}", row("i-1", "draining, 2 queries left"), row("i-2", "ready"));
    let namespace = "http://ec2.amazonaws.com/doc/2016-11-15/";
    let server = Canned::new(
        200,
        &format!("<DescribeTagsResponse xmlns=\"{namespace}\"><tagSet>{tags}</tagSet></DescribeTagsResponse>"),
    )
    .await;
    let ids = ["i-1".to_owned(), "i-2".to_owned()];
    let aws = server.aws().await;
    let told = aws.compute.tag_of(&ids, "starburst:status").await.expect("an answer");
    let expected = [("i-1", "draining, 2 queries left"), ("i-2", "ready")];
    assert_eq!(told, expected.map(|(id, text)| (id.to_owned(), text.to_owned())).into());
    assert_eq!(server.sent().len(), 1);
    assert_eq!(aws.compute.tag_of(&[], "starburst:status").await, Ok(BTreeMap::new()), "nothing is asked of none");
    assert_eq!(server.sent().len(), 1);
}
