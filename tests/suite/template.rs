//! The bundled template without the plugin: what judges say of it, whether it launches by hand with the parameters that
//! a user fills in, and what the package's functions tell of it and of a cluster.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, ensure};
use serde::Deserialize;
use serde_json::{Value as Json, json};
use starburst_core::ports::{CloudFormation as _, DeleteRequest, OnFailure, ParameterValue, StackRequest};
use starburst_core::ports::{Stack, TemplateSource};
use starburst_core::template::{BODY, COORDINATORS, JSON, METASTORE, SUPERSET, VERSION, WORKERS};
use starburst_provider::aws::{self, Aws as Clients, AwsConfig, StaticKeys};
use starburst_provider::pulumi::wire;
use starburst_provider::pulumi::wire::resource_provider_server::ResourceProvider as _;
use starburst_tests::clients::{judges, or_skip, place};
use starburst_tests::demo::Aws;
use starburst_tests::demo::stand_in::{REGION, StandIn};
use starburst_tests::fake::{self, seed};
use tonic::Request;

use crate::harness::{Bench, STACK, to_json, to_struct};
use crate::lifecycle::three_workers;

/// Events of the model that a launch may take.
const EVENTS: usize = 100_000;
/// Looks at a stack of MiniStack until it rests, half a second apart.
const LOOKS: usize = 240;

fn template() -> Json {
    serde_json::from_str(JSON).expect("generated JSON")
}

fn said(finding: &judges::Finding) -> String {
    format!("{} {}: {}", finding.rule, finding.place, finding.message)
}

#[test]
fn cfn_lint_finds_no_error() -> Result<()> {
    or_skip("cfn_lint_finds_no_error", lint())
}

fn lint() -> Result<()> {
    let findings = judges::cfn_lint(&place::workspace().join("schema/generated/joint-template.yaml"))?;
    let (errors, rest): (Vec<_>, Vec<_>) = findings.iter().partition(|finding| finding.level == "Error");
    println!("cfn-lint: {} warnings and hints, {} errors", rest.len(), errors.len());
    let errors: Vec<String> = errors.into_iter().map(said).collect();
    ensure!(errors.is_empty(), "cfn-lint finds errors:\n{}", errors.join("\n"));
    Ok(())
}

#[test]
fn cfn_lint_sees_a_broken_template() -> Result<()> {
    or_skip("cfn_lint_sees_a_broken_template", lint_of_a_broken_template())
}

/// What holds the test above up: the findings that it looks for are read.
fn lint_of_a_broken_template() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("broken.yaml");
    std::fs::write(&file, BODY.replace("Ref WorkersCount", "Ref WorkersCounted"))?;
    let findings = judges::cfn_lint(&file)?;
    ensure!(findings.iter().any(|finding| finding.level == "Error"), "no error is found: {findings:?}");
    Ok(())
}

/// A finding of checkov that is left as it is.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Excuse {
    check: String,
    resources: Vec<String>,
    reason: String,
}

#[test]
fn what_checkov_finds_is_excused_and_every_excuse_is_used() -> Result<()> {
    or_skip("what_checkov_finds_is_excused_and_every_excuse_is_used", scan())
}

fn scan() -> Result<()> {
    let excuses = std::fs::read_to_string(place::workspace().join("provider/core/src/template/checkov.yaml"))?;
    let excuses: Vec<Excuse> = serde_yaml_ng::from_str(&excuses).context("reading the excuses")?;
    let (folder, file) = without_conditions()?;
    let scan = judges::checkov(&file)?;
    drop(folder);
    let resources = template()["Resources"].as_object().map_or(0, serde_json::Map::len);
    ensure!(scan.resources == resources as u64, "checkov looks at {} of {resources} resources", scan.resources);
    ensure!(scan.passed > 0, "no check passes");
    weigh(&excuses, &scan.findings)?;
    println!("checkov: {} checks pass, {} findings are excused", scan.passed, scan.findings.len());
    Ok(())
}

/// Holds findings against excuses: each finding has one, each excuse has a reason and a finding.
fn weigh(excuses: &[Excuse], findings: &[judges::Finding]) -> Result<()> {
    let mut excused = BTreeSet::new();
    for Excuse { check, resources, reason } in excuses {
        ensure!(reason.split_whitespace().count() >= 5, "{check} is excused without a reason");
        for resource in resources {
            ensure!(excused.insert((check.as_str(), resource.as_str())), "{check} of {resource} is excused twice");
        }
    }
    let unexcused = |finding: &judges::Finding| !excused.contains(&(finding.rule.as_str(), finding.place.as_str()));
    let new: Vec<String> = findings.iter().filter(|finding| unexcused(finding)).map(said).collect();
    ensure!(new.is_empty(), "checkov finds what nothing excuses:\n{}", new.join("\n"));
    let found: BTreeSet<_> = findings.iter().map(|found| (found.rule.as_str(), found.place.as_str())).collect();
    let stale: Vec<_> = excused.difference(&found).collect();
    ensure!(stale.is_empty(), "excuses that nothing matches any more: {stale:?}");
    Ok(())
}

#[test]
fn an_excuse_too_many_or_too_few_is_a_failure() {
    let finding = |place: &str| judges::Finding {
        rule: "CKV_1".to_owned(),
        level: String::new(),
        place: place.to_owned(),
        message: "is open".to_owned(),
    };
    let excuse = |resources: &[&str], reason: &str| Excuse {
        check: "CKV_1".to_owned(),
        resources: resources.iter().map(|&name| name.to_owned()).collect(),
        reason: reason.to_owned(),
    };
    let reason = "the reason has some five words";
    assert!(weigh(&[excuse(&["A", "B"], reason)], &[finding("A"), finding("B")]).is_ok());
    assert!(weigh(&[excuse(&["A"], reason)], &[finding("A"), finding("B")]).is_err(), "a finding without an excuse");
    assert!(weigh(&[excuse(&["A", "B"], reason)], &[finding("A")]).is_err(), "an excuse without a finding");
    assert!(weigh(&[excuse(&["A"], "")], &[finding("A")]).is_err(), "an excuse without a reason");
}

/// The template with every resource in it whatever the parameters are: checkov skips those whose condition is false.
fn without_conditions() -> Result<(tempfile::TempDir, PathBuf)> {
    let mut template = template();
    for resource in template["Resources"].as_object_mut().into_iter().flat_map(|map| map.values_mut()) {
        resource.as_object_mut().map(|resource| resource.remove("Condition"));
    }
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("template.json");
    std::fs::write(&file, serde_json::to_string_pretty(&template)?)?;
    Ok((folder, file))
}

#[test]
fn shellcheck_finds_nothing_in_the_script_of_the_nodes() -> Result<()> {
    or_skip("shellcheck_finds_nothing_in_the_script_of_the_nodes", check_script())
}

fn check_script() -> Result<()> {
    let script = place::workspace().join("schema/generated/node.sh");
    let said = judges::shellcheck(&script)?;
    ensure!(said.is_empty(), "{said}");
    let folder = tempfile::tempdir()?;
    let broken = folder.path().join("broken.sh");
    std::fs::write(&broken, "#!/bin/bash\nrm -rf $1/*\n")?;
    ensure!(judges::shellcheck(&broken)?.contains("SC2086"), "a broken script is told from a good one");
    Ok(())
}

/// What a user must fill in on CloudFormation's own page: nothing of what the plugin derives.
fn by_hand(vpc: &str, subnet: &str, group: &str, workers: u32) -> BTreeMap<String, String> {
    let values = [
        ("VPC", vpc.to_owned()),
        ("Subnet", subnet.to_owned()),
        ("SecurityGroups", group.to_owned()),
        ("WorkersCount", workers.to_string()),
        ("AlluxioS3RootMount", "s3://analytics-data/alluxio".to_owned()),
    ];
    values.map(|(name, value)| (name.to_owned(), value)).into()
}

#[test]
fn what_is_filled_in_by_hand_is_what_has_no_default() {
    let template = template();
    let parameters = template["Parameters"].as_object().expect("parameters");
    let open: BTreeSet<&String> =
        parameters.iter().filter(|(_, parameter)| parameter.get("Default").is_none()).map(|(name, _)| name).collect();
    let filled = by_hand(seed::VPC, seed::PUBLIC_SUBNET, seed::SECURITY_GROUP, 3);
    assert_eq!(filled.keys().collect::<BTreeSet<_>>(), open);
}

/// Launches the template on the model and answers the stack as DescribeStacks shows it, and living nodes by group.
fn launch(parameters: &BTreeMap<String, String>) -> Result<(Json, BTreeMap<String, usize>)> {
    let world = fake::World::new(fake::WorldConfig::simulated(&fake::SimClock::new()));
    let given: Json = parameters
        .iter()
        .map(|(name, value)| json!({ "ParameterKey": name, "ParameterValue": value }))
        .collect::<Vec<_>>()
        .into();
    let call = |action: &str, request: Json| {
        world.call("cloudformation", action, request).map_err(|error| anyhow!("{action}: {error}"))
    };
    let request = json!({
        "StackName": "by-hand", "TemplateBody": BODY, "Parameters": given, "Capabilities": ["CAPABILITY_IAM"],
    });
    call("CreateStack", request)?;
    world.settle(EVENTS);
    let shown = call("DescribeStacks", json!({ "StackName": "by-hand" }))?;
    let nodes = world.with(|state| {
        let stack = state.places.values().flat_map(|place| place.stacks.values()).next();
        let names: BTreeMap<String, String> = stack
            .map(|stack| stack.resources.iter().map(|(id, found)| (found.physical.clone(), id.clone())).collect())
            .unwrap_or_default();
        let groups = state.places.values().flat_map(|place| place.groups.values());
        groups.filter_map(|group| Some((names.get(&group.name)?.clone(), group.instances.len()))).collect()
    });
    Ok((shown["Stacks"][0].clone(), nodes))
}

#[test]
fn the_template_launches_by_hand_with_the_required_parameters_alone() -> Result<()> {
    let (stack, nodes) = launch(&by_hand(seed::VPC, seed::PUBLIC_SUBNET, seed::SECURITY_GROUP, 3))?;
    assert_eq!(stack["StackStatus"], "CREATE_COMPLETE", "{stack}");
    assert_eq!(nodes, BTreeMap::from([(WORKERS.to_owned(), 3), (COORDINATORS.to_owned(), 1)]));
    let outputs = stack["Outputs"].to_string();
    ensure!(outputs.contains("PrestoCoordinatorURL") && outputs.contains("http://10.0."), "{outputs}");
    Ok(())
}

#[test]
fn the_template_launches_by_hand_with_all_that_it_offers() -> Result<()> {
    let mut parameters = by_hand(seed::VPC, seed::PUBLIC_SUBNET, seed::SECURITY_GROUP, 4);
    let choices = [
        ("SecurityGroups", format!("{},{}", seed::SECURITY_GROUP, seed::SECOND_SECURITY_GROUP)),
        ("HACoordinatorsCount", "3".to_owned()),
        ("KeyName", seed::KEY_PAIR.to_owned()),
        ("AllowExternalAccessOnHttp", "yes".to_owned()),
        ("ExternalAccessCidrs", "198.51.100.0/24".to_owned()),
        ("EnableCloudWatchMetrics", "yes".to_owned()),
        ("LaunchSuperset", "yes".to_owned()),
        ("MetastoreType", "standalone".to_owned()),
        ("S3AccessKey", "AKIAEXAMPLE".to_owned()),
        ("S3SecretKey", "a-secret-key".to_owned()),
    ];
    parameters.extend(choices.map(|(name, value)| (name.to_owned(), value)));
    let (stack, nodes) = launch(&parameters)?;
    assert_eq!(stack["StackStatus"], "CREATE_COMPLETE", "{stack}");
    let expected = [(WORKERS, 4), (COORDINATORS, 3), (METASTORE, 1), (SUPERSET, 1)];
    assert_eq!(nodes, expected.map(|(group, count)| (group.to_owned(), count)).into());
    ensure!(!stack.to_string().contains("a-secret-key"), "a secret is shown: {stack}");
    Ok(())
}

#[test]
fn ministack_launches_the_template_by_hand_and_removes_it() -> Result<()> {
    or_skip("ministack_launches_the_template_by_hand_and_removes_it", on_ministack())
}

fn on_ministack() -> Result<()> {
    let stand_in = StandIn::start(Aws::Ministack, 1.0)?;
    let id = |name: &str| {
        let found = stand_in.ids.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        found.with_context(|| format!("no {name}"))
    };
    let mut parameters = by_hand(id("vpcId")?, id("subnetId")?, id("securityGroupIds[0]")?, 3);
    parameters.insert("ResourceTypes".to_owned(), "basic".to_owned());
    let request = StackRequest {
        template: TemplateSource::Body(BODY.to_owned()),
        parameters: parameters.into_iter().map(|(name, value)| (name, ParameterValue::Text(value))).collect(),
        tags: BTreeMap::new(),
        capabilities: vec!["CAPABILITY_IAM".to_owned()],
        role_arn: None,
        notification_arns: Vec::new(),
        policy_body: None,
        rollback_triggers: Vec::new(),
        monitoring_minutes: None,
        on_failure: OnFailure::Keep,
        express: false,
        token: "by-hand-1".to_owned(),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    runtime.block_on(async {
        let clients = clients(&stand_in).await?;
        let made = clients.cloud_formation.create_stack("by-hand", false, &request).await;
        let stack_id = made.map_err(|error| anyhow!("CreateStack: {error:?}"))?;
        let stack = rested(&clients, &stack_id).await?.context("the stack is not there")?;
        ensure!(stack.status == "CREATE_COMPLETE", "{}: {}", stack.status, stack.status_reason);
        let shown = stack.parameters.get("WorkersCount").map(String::as_str);
        ensure!(shown == Some("3") && stack.outputs.contains_key("WorkerAutoScalingGroupName"), "{stack:?}");
        let request = DeleteRequest { stack_id: stack_id.clone(), token: "by-hand-2".to_owned(), ..Default::default() };
        let removed = clients.cloud_formation.delete_stack(&request).await;
        removed.map_err(|error| anyhow!("DeleteStack: {error:?}"))?;
        let left = rested(&clients, &stack_id).await?.map(|stack| stack.status);
        ensure!(left.as_deref().is_none_or(|status| status == "DELETE_COMPLETE"), "after the deletion: {left:?}");
        Ok(())
    })
}

async fn clients(stand_in: &StandIn) -> Result<Clients> {
    let env: BTreeMap<String, String> = stand_in.env().into_iter().collect();
    let of = |name: &str| env.get(name).cloned().with_context(|| format!("no {name}"));
    let keys =
        StaticKeys { access_key: of("AWS_ACCESS_KEY_ID")?, secret_key: of("AWS_SECRET_ACCESS_KEY")?, token: None };
    let config = AwsConfig {
        region: Some(REGION.to_owned()),
        endpoint_url: Some(of("AWS_ENDPOINT_URL")?),
        static_keys: Some(keys),
        ..AwsConfig::default()
    };
    aws::clients(&config).await.map_err(|why| anyhow!(why))
}

/// The stack once no operation is under way; `None` when AWS knows none.
async fn rested(clients: &Clients, stack_id: &str) -> Result<Option<Stack>> {
    for _ in 0..LOOKS {
        let looked = clients.cloud_formation.describe_stack(stack_id).await;
        let stack = looked.map_err(|error| anyhow!("DescribeStacks: {error:?}"))?;
        if stack.as_ref().is_none_or(|stack| !stack.status.ends_with("_IN_PROGRESS")) {
            return Ok(stack);
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    anyhow::bail!("{stack_id} does not come to rest")
}

/// Calls a function of the package: its return value, or the failures as `(property, reason)`.
async fn invoke(bench: &Bench, token: &str, arguments: &Json) -> Result<(Json, Vec<(String, String)>)> {
    let request = wire::InvokeRequest { tok: token.to_owned(), args: Some(to_struct(arguments)), ..Default::default() };
    let answer = bench.provider().invoke(Request::new(request)).await.map_err(|status| anyhow!("{status}"))?;
    let answer = answer.into_inner();
    let failures = answer.failures.into_iter().map(|failure| (failure.property, failure.reason)).collect();
    Ok((answer.r#return.as_ref().map(to_json).unwrap_or_default(), failures))
}

#[tokio::test]
async fn the_template_is_told_with_its_types_and_the_policy_of_its_nodes() -> Result<()> {
    let bench = Bench::new().await?;
    let (told, failures) = invoke(&bench, "starburst:index:getJointTemplate", &json!({})).await?;
    ensure!(failures.is_empty(), "{failures:?}");
    assert_eq!(told["body"], BODY);
    assert_eq!(told["version"], VERSION);
    let template = template();
    let types: BTreeSet<&str> = template["Resources"]
        .as_object()
        .into_iter()
        .flat_map(serde_json::Map::values)
        .filter_map(|resource| resource["Type"].as_str())
        .collect();
    assert_eq!(told["resourceTypes"], json!(types), "every type once, sorted");

    let policy: Json = serde_json::from_str(told["nodePolicy"].as_str().context("a text")?)?;
    assert_eq!(policy["Version"], "2012-10-17");
    let statements = policy["Statement"].as_array().context("statements")?;
    for statement in statements {
        ensure!(statement["Effect"] == "Allow" && !statement["Resource"].is_null(), "no statement: {statement}");
    }
    let inline = &template["Resources"]["Role"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"];
    assert_eq!(
        statements.len(),
        inline.as_array().map_or(0, Vec::len),
        "every statement, the conditional ones as well"
    );
    let text = policy.to_string();
    for action in ["cloudformation:SignalResource", "glue:GetTable*", "ssmmessages:OpenDataChannel", "kms:Decrypt"] {
        ensure!(text.contains(action), "{action} is not told: {text}");
    }
    assert_eq!(bench.model.calls().len(), 0, "nothing is asked of AWS");
    Ok(())
}

#[tokio::test]
async fn a_cluster_is_told_as_it_is_now() -> Result<()> {
    let bench = Bench::new().await?;
    let stored = bench.create(&three_workers()).await?.map_err(|trouble| anyhow!("create: {}", trouble.text))?;
    for id in [STACK, stored.id.as_str()] {
        let (told, failures) = invoke(&bench, "starburst:index:getCluster", &json!({ "stackName": id })).await?;
        ensure!(failures.is_empty(), "{failures:?}");
        let counts = [&told["workersDesired"], &told["workersInService"], &told["coordinatorsInService"]];
        assert_eq!(counts, [&json!(3), &json!(3), &json!(1)], "{told}");
        assert_eq!(told["status"], "CREATE_COMPLETE");
        assert_eq!(
            (&told["inputs"]["ec2.workerCount"], &told["inputs"]["network.vpcId"]),
            (&json!("3"), &json!(seed::VPC))
        );
        assert_eq!((&told["stackId"], &told["stackName"]), (&json!(stored.id), &json!(STACK)));
        assert_eq!(told["coordinatorUrl"], stored.outputs["coordinatorUrl"]);
    }
    Ok(())
}

#[tokio::test]
async fn a_cluster_that_is_not_there_is_named() -> Result<()> {
    let bench = Bench::new().await?;
    for (id, expected) in [("no-such-stack", "there is no stack no-such-stack"), ("", "is required")] {
        let (told, failures) = invoke(&bench, "starburst:index:getCluster", &json!({ "stackName": id })).await?;
        let [(property, reason)] = failures.as_slice() else { anyhow::bail!("{failures:?}, {told}") };
        ensure!(property == "stackName" && reason.contains(expected), "{property} {reason}");
        ensure!(told.is_null(), "{told}");
    }
    let unknown = invoke(&bench, "starburst:index:getNothing", &json!({})).await;
    let unknown = unknown.err().context("an unknown function must be refused")?.to_string();
    ensure!(unknown.contains("getNothing") && unknown.contains("getJointTemplate"), "{unknown}");
    Ok(())
}
