//! The HTTP server: tells services apart, reads the caller from the signature, applies faults, writes answers.

use super::{query, xml};
use crate::fake::error::ApiError;
use crate::fake::faults::Effect;
use crate::fake::services::s3;
use crate::fake::world::{Caller, World};
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A running server; it stops when dropped.
#[derive(Debug)]
pub struct Server {
    /// For example `http://127.0.0.1:40123`.
    pub endpoint: String,
    task: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Serves the model on a free port of loopback.
pub async fn serve(world: Arc<World>) -> std::io::Result<Server> {
    serve_on(world, 0).await
}

/// Serves the model on this port of loopback; 0 picks a free one.
pub async fn serve_on(world: Arc<World>, port: u16) -> std::io::Result<Server> {
    serve_at(world, SocketAddr::from(([127, 0, 0, 1], port))).await
}

/// Serves the model on an address of this machine or of the network namespace that it runs in; port 0 picks a free one.
pub async fn serve_at(world: Arc<World>, address: SocketAddr) -> std::io::Result<Server> {
    let listener = TcpListener::bind(address).await?;
    let endpoint = format!("http://{}", listener.local_addr()?);
    let task = tokio::spawn(async move {
        let mut connections = tokio::task::JoinSet::new();
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                Some(_) = connections.join_next() => continue,
            };
            let Ok((stream, peer)) = accepted else { continue };
            let _ = stream.set_nodelay(true);
            let world = Arc::clone(&world);
            connections.spawn(async move {
                let service = service_fn(move |request| handle(Arc::clone(&world), peer.ip(), request));
                // An error here is the reset that a fault asked for, or a client that went away.
                let _ =
                    hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
            });
        }
    });
    Ok(Server { endpoint, task })
}

/// The connection is to break.
#[derive(Debug)]
struct Reset;

impl std::fmt::Display for Reset {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("connection reset by the model")
    }
}

impl std::error::Error for Reset {}

/// What a request is.
struct Call {
    service: String,
    action: String,
    params: Value,
    caller: Result<Caller, ApiError>,
}

async fn handle(world: Arc<World>, peer: IpAddr, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Reset> {
    let (parts, body) = request.into_parts();
    let Ok(body) = body.collect().await else { return Err(Reset) };
    let mut body = body.to_bytes().to_vec();
    let header = |name: &str| parts.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
    if header("content-encoding").contains("aws-chunked") || header("x-amz-content-sha256").starts_with("STREAMING") {
        body = unchunk(&body);
    }
    let authorization = header("authorization");
    let scope = scope(&authorization, parts.uri.query().unwrap_or_default());
    let service = service(&scope, &header("x-amz-target"), &body, parts.method.as_str());
    if !world.reached_from(peer, scope.get(2).map_or("", String::as_str), &service) {
        // Packets without a way get lost: the caller waits until it gives up.
        std::future::pending::<()>().await;
    }
    let caller = world.caller(&scope, &header("x-amz-security-token"), &authorization);
    if service == "s3" {
        return s3_call(&world, &parts, &body, caller, &header("content-type"), &header("host")).await;
    }
    let call = match header("x-amz-target").rsplit_once('.') {
        Some((_, action)) => Call {
            action: action.to_owned(),
            params: serde_json::from_slice(&body).unwrap_or_default(),
            service,
            caller,
        },
        None => {
            let raw = if body.is_empty() { parts.uri.query().unwrap_or_default().as_bytes().to_vec() } else { body };
            let params = query::parse(&raw);
            let action = params.get("Action").and_then(Value::as_str).unwrap_or_default().to_owned();
            Call { service, action, params, caller }
        }
    };
    let effect = world.strike(&call.service, &call.action);
    let answer = match effect {
        Some(Effect::ResetBefore) => {
            world.note(&call.service, &call.action, &call.params, "reset before the effect");
            return Err(Reset);
        }
        Some(Effect::LostReply) => {
            let _ = world.answer(call.caller, &call.service, &call.action, &call.params);
            return Err(Reset);
        }
        Some(Effect::HoldBefore) => {
            world.note(&call.service, &call.action, &call.params, "held before the effect");
            world.hold().await;
            return Err(Reset);
        }
        Some(Effect::HoldAfter) => {
            if let Err(error) = world.answer(call.caller, &call.service, &call.action, &call.params) {
                world.note_error(&call.service, &call.action, &call.params, &error);
            }
            world.hold().await;
            return Err(Reset);
        }
        Some(Effect::Delay(ms)) => {
            tokio::time::sleep(Duration::from_millis(ms)).await;
            world.answer(call.caller, &call.service, &call.action, &call.params)
        }
        Some(Effect::Throttle) => Err(throttled(&call.service)),
        Some(Effect::ExpiredToken) => {
            Err(ApiError::new(403, "ExpiredToken", "The security token included in the request is expired"))
        }
        Some(Effect::Error(error)) => Err(error),
        None => world.answer(call.caller, &call.service, &call.action, &call.params),
    };
    if let Err(error) = &answer {
        world.note_error(&call.service, &call.action, &call.params, error);
    }
    Ok(write(&world, &call.service, &call.action, answer))
}

fn throttled(service: &str) -> ApiError {
    match service {
        "ec2" => ApiError::new(503, "RequestLimitExceeded", "Request limit exceeded."),
        "s3" => ApiError::new(503, "SlowDown", "Please reduce your request rate."),
        "secretsmanager" | "ssm" => ApiError::new(400, "ThrottlingException", "Rate exceeded"),
        _ => ApiError::throttling(),
    }
}

/// Key id, date, region, service of the credential scope.
fn scope(authorization: &str, query: &str) -> Vec<String> {
    let presigned =
        form_urlencoded::parse(query.as_bytes()).find(|(k, _)| k == "X-Amz-Credential").map(|(_, v)| v.into_owned());
    let credential = authorization
        .split_once("Credential=")
        .map(|(_, rest)| rest.split([',', ' ']).next().unwrap_or_default().to_owned())
        .or(presigned)
        .unwrap_or_default();
    credential.split('/').map(str::to_owned).collect()
}

fn service(scope: &[String], target: &str, body: &[u8], method: &str) -> String {
    if let Some(name) = scope.get(3) {
        return name.clone();
    }
    if target.starts_with("secretsmanager") {
        return "secretsmanager".into();
    }
    if target.starts_with("AmazonSSM") {
        return "ssm".into();
    }
    let version = form_urlencoded::parse(body).find(|(k, _)| k == "Version").map(|(_, v)| v.into_owned());
    match (version.as_deref(), method) {
        (Some("2010-05-15"), _) => "cloudformation",
        (Some("2011-01-01"), _) => "autoscaling",
        (Some("2011-06-15"), _) => "sts",
        (Some("2016-11-15"), _) => "ec2",
        (Some("2010-05-08"), _) => "iam",
        _ => "s3",
    }
    .into()
}

fn write(world: &World, service: &str, action: &str, answer: Result<Value, ApiError>) -> Response<Full<Bytes>> {
    let request = world.request_id();
    let namespace = match service {
        "autoscaling" => "http://autoscaling.amazonaws.com/doc/2011-01-01/",
        "sts" => "https://sts.amazonaws.com/doc/2011-06-15/",
        "iam" => "https://iam.amazonaws.com/doc/2010-05-08/",
        _ => "http://cloudformation.amazonaws.com/doc/2010-05-15/",
    };
    let json_service = matches!(service, "secretsmanager" | "ssm" | "logs" | "monitoring");
    let (status, body) = match answer {
        Ok(tree) if json_service => (200, tree.to_string()),
        Ok(tree) if service == "ec2" => (200, xml::ec2(action, &tree, &request)),
        Ok(tree) => (200, xml::query(action, namespace, &tree, &request)),
        Err(error) if json_service => (
            error.status,
            serde_json::json!({ "__type": error.code, "message": error.message, "Message": error.message }).to_string(),
        ),
        Err(error) if service == "ec2" => (error.status, xml::ec2_error(&error, &request)),
        Err(error) => (error.status, xml::query_error(&error, namespace, &request)),
    };
    let kind = if json_service { "application/x-amz-json-1.1" } else { "text/xml" };
    Response::builder()
        .status(status)
        .header("content-type", kind)
        .header("x-amzn-requestid", request)
        .body(Full::new(Bytes::from(body)))
        .unwrap_or_default()
}

async fn s3_call(
    world: &World,
    parts: &http::request::Parts,
    body: &[u8],
    caller: Result<Caller, ApiError>,
    content_type: &str,
    host: &str,
) -> Result<Response<Full<Bytes>>, Reset> {
    let path = percent_decode(parts.uri.path().trim_start_matches('/'));
    // Virtual-host style puts the bucket before a name; path style comes with an address or `localhost`.
    let name = host.split(':').next().unwrap_or_default();
    let virtual_bucket =
        name.strip_suffix(".localhost").or_else(|| name.find(".s3").map(|at| &name[..at])).filter(|b| !b.is_empty());
    let (bucket, key) = match virtual_bucket {
        Some(bucket) => (bucket.to_owned(), path),
        None => match path.split_once('/') {
            Some((bucket, key)) => (bucket.to_owned(), key.to_owned()),
            None => (path, String::new()),
        },
    };
    let query: Vec<(String, String)> =
        form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
    let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
    let request = s3::Request {
        method: parts.method.as_str(),
        bucket: &bucket,
        key: &key,
        query: &query,
        body,
        content_type,
        sha256: header("x-amz-checksum-sha256"),
        shows_checksum: header("x-amz-checksum-mode") == Some("ENABLED"),
    };
    let action = s3::action(&request);
    let shown = serde_json::json!({ "Bucket": bucket, "Key": key });
    let answer = match world.strike("s3", action) {
        Some(Effect::ResetBefore) => return Err(Reset),
        Some(Effect::LostReply) => {
            let _ = world.s3(caller, &request);
            return Err(Reset);
        }
        Some(Effect::HoldBefore) => {
            world.note("s3", action, &shown, "held before the effect");
            world.hold().await;
            return Err(Reset);
        }
        Some(Effect::HoldAfter) => {
            if let Err(error) = world.s3(caller, &request) {
                world.note_error("s3", action, &shown, &error);
            }
            world.hold().await;
            return Err(Reset);
        }
        Some(Effect::Delay(ms)) => {
            tokio::time::sleep(Duration::from_millis(ms)).await;
            world.s3(caller, &request)
        }
        Some(Effect::Throttle) => Err(throttled("s3")),
        Some(Effect::ExpiredToken) => Err(ApiError::new(400, "ExpiredToken", "The provided token has expired.")),
        Some(Effect::Error(error)) => Err(error),
        None => world.s3(caller, &request),
    };
    let id = world.request_id();
    let response = match answer {
        Ok(reply) => {
            let mut builder = Response::builder().status(reply.status).header("x-amz-request-id", id);
            for (name, value) in reply.headers {
                if name != "content-length" || parts.method == http::Method::HEAD {
                    builder = builder.header(name, value);
                }
            }
            builder.body(Full::new(Bytes::from(reply.body)))
        }
        Err(error) => {
            world.note_error("s3", action, &shown, &error);
            let text = if parts.method == http::Method::HEAD { String::new() } else { xml::s3_error(&error, &id) };
            Response::builder()
                .status(error.status)
                .header("content-type", "application/xml")
                .body(Full::new(Bytes::from(text)))
        }
    };
    Ok(response.unwrap_or_default())
}

fn percent_decode(raw: &str) -> String {
    // A form decoder would turn `+` into a blank; in a path it is itself.
    let pair = format!("k={}", raw.replace('+', "%2B").replace('&', "%26"));
    form_urlencoded::parse(pair.as_bytes()).next().map(|(_, v)| v.into_owned()).unwrap_or_default()
}

/// The payload of an `aws-chunked` body: hexadecimal size, extension, data, for each chunk.
fn unchunk(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = body;
    while let Some(end) = rest.windows(2).position(|w| w == b"\r\n") {
        let line = String::from_utf8_lossy(&rest[..end]);
        let Ok(size) = usize::from_str_radix(line.split(';').next().unwrap_or_default(), 16) else { break };
        let data = &rest[end + 2..];
        if size == 0 || data.len() < size {
            break;
        }
        out.extend_from_slice(&data[..size]);
        rest = data.get(size + 2..).unwrap_or_default();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_are_joined() {
        assert_eq!(unchunk(b"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n"), b"abcde");
    }

    #[test]
    fn the_scope_names_region_and_service() {
        let found =
            scope("AWS4-HMAC-SHA256 Credential=AKID/20261102/eu-west-1/ec2/aws4_request, SignedHeaders=host", "");
        assert_eq!(found, ["AKID", "20261102", "eu-west-1", "ec2", "aws4_request"]);
        assert_eq!(percent_decode("a%2Fb+c"), "a/b+c");
    }
}
