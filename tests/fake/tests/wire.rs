//! The wire: errors in the forms of the protocols, bad callers, faults.

use super::*;
use crate::fake::{Effect, serve};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

/// Sends a raw Query request and gives status line and body; an empty text for a broken connection.
async fn send(endpoint: &str, key: &str, service: &str, body: &str) -> String {
    let address = endpoint.trim_start_matches("http://");
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let request = format!(
        "POST / HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\nauthorization: AWS4-HMAC-SHA256 Credential={key}/20261102/us-east-1/{service}/aws4_request, Signature=x\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn r2_errors_have_code_and_status() {
    let w = world();
    let server = serve(Arc::clone(&w)).await.unwrap();
    let ask = |key: &'static str, service: &'static str, body: &'static str| {
        let endpoint = server.endpoint.clone();
        async move { send(&endpoint, key, service, body).await }
    };
    let describe = "Action=DescribeStacks&Version=2010-05-15&StackName=x";
    let answer = ask("AKIA", "cloudformation", describe).await;
    assert!(
        answer.starts_with("HTTP/1.1 400")
            && answer.contains("<Code>ValidationError</Code><Message>Stack with id x does not exist</Message>"),
        "{answer}"
    );
    assert!(ask("AKIAINVALID", "cloudformation", describe).await.contains("<Code>InvalidClientTokenId</Code>"));
    assert!(ask("BADSIGNATURE", "cloudformation", describe).await.contains("<Code>SignatureDoesNotMatch</Code>"));
    assert!(ask("EXPIRED", "cloudformation", describe).await.starts_with("HTTP/1.1 403"));
    let answer = ask("210987654321", "sts", "Action=GetCallerIdentity&Version=2011-06-15").await;
    assert!(answer.contains("<Account>210987654321</Account>"), "{answer}");
    let answer = ask("AKIA", "ec2", "Action=DescribeVpcs&Version=2016-11-15&VpcId.1=vpc-1").await;
    assert!(answer.contains("<Response><Errors><Error><Code>InvalidVpcID.NotFound</Code>"), "{answer}");
}

#[tokio::test]
async fn r5_r53_faults_break_as_primed() {
    let w = world();
    let server = serve(Arc::clone(&w)).await.unwrap();
    let body = "Action=CreateStack&Version=2010-05-15&StackName=s&TemplateBody=%7B%22Resources%22%3A%7B%22T%22%3A%7B%22Type%22%3A%22AWS%3A%3ASNS%3A%3ATopic%22%7D%7D%7D";
    w.fault("cloudformation", "CreateStack", 0, 1, Effect::ResetBefore);
    assert_eq!(send(&server.endpoint, "AKIA", "cloudformation", body).await, "");
    assert_eq!(w.stack_status("us-east-1", "s"), None);
    w.fault("cloudformation", "CreateStack", 0, 1, Effect::Throttle);
    assert!(send(&server.endpoint, "AKIA", "cloudformation", body).await.contains("<Code>Throttling</Code>"));
    w.fault("cloudformation", "CreateStack", 0, 1, Effect::LostReply);
    assert_eq!(send(&server.endpoint, "AKIA", "cloudformation", body).await, "");
    assert_eq!(w.stack_status("us-east-1", "s").as_deref(), Some("CREATE_IN_PROGRESS"));
    assert!(
        send(&server.endpoint, "AKIA", "cloudformation", body).await.contains("<Code>AlreadyExistsException</Code>")
    );
    assert_eq!(w.calls().len(), 4);
}
