//! What goes wrong under Terraform: interrupts, timeouts, failures, states that nobody can read. What a client does
//! next must go on with what is there.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::{Value as Json, json};
use starburst_provider::terraform::wire;
use starburst_provider::terraform::wire::provider_server::Provider as _;
use starburst_tests::fake::{Effect, Phase};
use tonic::Request;

use super::bench::{Applied, Stored, TerraformBench};
use super::client::{CLUSTER, Object, errors, spoken};
use super::core::Action;
use super::lifecycle::{changes, three_workers, with};
use crate::harness::{REGION, STACK};

/// Real time that nothing here may take, however busy the machine is.
const FAR_TOO_LONG: Duration = Duration::from_secs(180);

/// An apply of a fresh cluster that is stopped while it waits for the stack.
async fn interrupted_create(bench: &mut TerraformBench, config: &Json) -> Result<Applied> {
    let planned = bench.plan(config).await?;
    bench.restart().await?;
    let hold = Effect::Delay(86_400_000);
    bench.model.fault("cloudformation", "DescribeStackEvents", 0, 100, hold);
    let held = || bench.model.with(|state| state.faults.calls.iter().any(|fault| fault.times < 100));
    let stop = async {
        while !held() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        let provider = bench.provider().clone();
        spoken(provider.stop_provider(Request::new(wire::stop_provider::Request {})).await)
    };
    let both = async { tokio::join!(bench.apply_planned(planned, config), stop) };
    let (applied, stopped) = tokio::time::timeout(FAR_TOO_LONG, both).await.context("it never ends")?;
    ensure!(stopped?.error.is_empty(), "a stop answers at once and without error");
    bench.model.with(|state| state.faults.calls.clear());
    applied
}

#[tokio::test]
async fn an_interrupted_create_ends_without_error_and_the_next_apply_goes_on_in_place() -> Result<()> {
    let mut bench = TerraformBench::new().await?;
    let stopped = interrupted_create(&mut bench, &three_workers()).await?;
    ensure!(errors(&stopped.told).is_empty(), "an error would taint it: {:?}", stopped.told);
    let warning = stopped.told.first().context("it is not told")?;
    ensure!(warning.text().contains("`terraform apply`"), "{}", warning.text());
    ensure!(stopped.state["id"].as_str().is_some_and(|id| id.starts_with("arn:")), "{}", stopped.state);
    ensure!(stopped.state["coordinator_url"].is_null(), "{}", stopped.state);
    ensure!(!bench.stored().context("it is stored")?.tainted, "it is not tainted");

    let planned = bench.plan(&three_workers()).await?;
    assert_eq!(planned.action, Action::Update, "{:?}", planned.changes);
    let done = bench.apply(&three_workers()).await?;
    ensure!(done.state["coordinator_url"].is_string(), "{}", done.state);
    assert_eq!(changes(&bench), ["CreateStack"]);
    assert_eq!(bench.plan(&three_workers()).await?.action, Action::NoOp);
    Ok(())
}

#[tokio::test]
async fn an_interrupted_create_can_be_destroyed() -> Result<()> {
    let mut bench = TerraformBench::new().await?;
    interrupted_create(&mut bench, &three_workers()).await?;
    bench.destroy().await?;
    assert_eq!(bench.model.stack_status(REGION, STACK), None);
    Ok(())
}

#[tokio::test]
async fn a_create_that_takes_too_long_names_untaint_and_goes_on_after_it() -> Result<()> {
    let mut bench = TerraformBench::new().await?;
    let hurried = with(three_workers(), "/timeouts/create", json!("45s"));
    let failed = bench.failing_apply(&hurried).await?;
    let told = errors(&failed.told).first().map(|told| told.text()).unwrap_or_default();
    ensure!(told.contains("SB5004") && told.contains("45 s"), "{told}");
    ensure!(told.contains("`terraform untaint ADDRESS`"), "{told}");
    let stored = bench.stored().context("what is there must be in the state")?;
    ensure!(stored.tainted, "a client taints what an error left");

    // What the message says to run.
    bench.store(Some(Stored { tainted: false, ..stored }));
    let done = bench.apply(&three_workers()).await?;
    ensure!(done.state["coordinator_url"].is_string(), "{}", done.state);
    assert_eq!(changes(&bench), ["CreateStack"]);
    Ok(())
}

#[tokio::test]
async fn a_tainted_cluster_is_destroyed_and_made_again() -> Result<()> {
    let mut bench = TerraformBench::new().await?;
    bench.apply(&three_workers()).await?;
    let stored = bench.stored().context("it is stored")?;
    bench.store(Some(Stored { tainted: true, ..stored }));
    let done = bench.apply(&three_workers()).await?;
    assert_eq!(done.action, Action::Replace);
    assert_eq!(changes(&bench), ["CreateStack", "DeleteStack", "CreateStack"]);
    assert_eq!(bench.plan(&three_workers()).await?.action, Action::NoOp);
    Ok(())
}

#[tokio::test]
async fn a_create_that_was_rolled_back_leaves_no_state_and_the_next_one_removes_the_dead_stack() -> Result<()> {
    let mut bench = TerraformBench::new().await?;
    bench.model.fail_resource("AWS::Logs::LogGroup", Phase::Create, "quota", 1);
    let failed = bench.failing_apply(&three_workers()).await?;
    ensure!(failed.state.is_null(), "{}", failed.state);
    ensure!(errors(&failed.told).iter().any(|told| told.text().contains("quota")), "{:?}", failed.told);
    assert_eq!(bench.apply(&three_workers()).await?.action, Action::Create);
    assert_eq!(changes(&bench), ["CreateStack", "DeleteStack", "CreateStack"]);
    Ok(())
}

#[tokio::test]
async fn an_update_that_was_rolled_back_keeps_the_state_and_names_the_input() -> Result<()> {
    let mut bench = TerraformBench::new().await?;
    let made = bench.apply(&three_workers()).await?;
    bench.model.no_capacity("r5.4xlarge");
    let bigger = with(three_workers(), "/ec2/worker_instance_type", json!("r5.4xlarge"));
    let failed = bench.failing_apply(&bigger).await?;
    let told = errors(&failed.told).first().map(|told| (told.path.clone(), told.text())).unwrap_or_default();
    assert_eq!(told.0, "ec2.worker_instance_type", "{}", told.1);
    assert_eq!(failed.state["ec2"], made.state["ec2"]);
    assert_eq!(bench.plan(&three_workers()).await?.action, Action::NoOp);
    Ok(())
}

#[tokio::test]
async fn a_replacement_that_is_created_first_under_the_same_name_touches_nothing() -> Result<()> {
    let mut bench = TerraformBench::new().await?;
    bench.apply(&three_workers()).await?;
    let moved = with(
        three_workers(),
        "/network",
        json!({
            "vpc_id": starburst_tests::fake::seed::OTHER_VPC,
            "subnet_id": starburst_tests::fake::seed::OTHER_SUBNET,
            "security_group_ids": [starburst_tests::fake::seed::OTHER_SECURITY_GROUP],
        }),
    );
    bench.create_before_destroy = true;
    let failed = bench.failing_apply(&moved).await?;
    let told = errors(&failed.told).iter().map(|told| told.text()).collect::<String>();
    ensure!(told.contains("create_before_destroy") && told.contains("stack.name"), "{told}");
    assert_eq!(changes(&bench), ["CreateStack"]);
    Ok(())
}

#[tokio::test]
async fn a_state_of_a_newer_plugin_is_refused_with_its_version() -> Result<()> {
    let mut bench = TerraformBench::new().await?;
    bench.apply(&three_workers()).await?;
    let stored = bench.stored().context("it is stored")?;
    bench.model.clear_calls();
    bench.store(Some(Stored { version: 7, ..stored.clone() }));
    let refused = bench.try_plan(&three_workers()).await?;
    let told = errors(&refused.told).first().map(|told| told.text()).unwrap_or_default();
    ensure!(told.contains("version 7") && told.contains(env!("CARGO_PKG_VERSION")), "{told}");
    let (identity, told) = bench.client().upgrade_identity(7, &stored.identity).await?;
    ensure!(identity.is_none() && errors(&told).iter().any(|told| told.text().contains("version 7")), "{told:?}");

    let mut private: Json = serde_json::from_slice(&stored.private)?;
    private["version"] = json!(2);
    bench.store(Some(Stored { private: serde_json::to_vec(&private)?, ..stored }));
    let refused = bench.try_plan(&three_workers()).await?;
    let told = errors(&refused.told).first().map(|told| told.text()).unwrap_or_default();
    ensure!(told.contains("form 2") && told.contains(env!("CARGO_PKG_VERSION")), "{told}");
    assert_eq!(bench.model.calls().len(), 0);
    Ok(())
}

#[tokio::test]
async fn private_bytes_of_somebody_else_are_an_error_and_nothing_is_done() -> Result<()> {
    let mut bench = TerraformBench::new().await?;
    bench.apply(&three_workers()).await?;
    let stored = bench.stored().context("it is stored")?;
    bench.model.clear_calls();
    let half = stored.private.get(..stored.private.len() / 2).context("private bytes")?.to_vec();
    let wrong: [&[u8]; 6] = [b"\xff\xfe\x00", b"{", b"{}", b"[1]", b"{\"version\":1,\"record\":7}", &half];
    for private in wrong {
        let stored = Stored { private: private.to_vec(), ..stored.clone() };
        bench.store(Some(stored.clone()));
        let name = String::from_utf8_lossy(private).into_owned();
        for told in [
            bench.try_refresh().await?.told,
            bench.try_plan(&three_workers()).await?.told,
            bench.try_apply(&with(three_workers(), "/ec2/worker_count", json!(5))).await?.told,
            bench.try_destroy().await?.told,
        ] {
            ensure!(!errors(&told).is_empty(), "{name}: no error");
        }
        assert_eq!(bench.stored(), Some(stored), "{name}");
    }
    assert_eq!(bench.model.calls().len(), 0);
    Ok(())
}

#[tokio::test]
async fn bytes_that_are_no_value_are_told_and_no_call_breaks() -> Result<()> {
    let bench = TerraformBench::new().await?;
    let wrong: [&[u8]; 4] = [b"\xc7", b"\x81\xa1x", b"\x93\x01\x02\x03", b"\x81\xa7network\xa1x"];
    for msgpack in wrong {
        let value = Some(wire::DynamicValue { msgpack: msgpack.to_vec(), json: Vec::new() });
        let request = wire::plan_resource_change::Request {
            type_name: CLUSTER.to_owned(),
            prior_state: value.clone(),
            proposed_new_state: value.clone(),
            config: value.clone(),
            ..Default::default()
        };
        let answer = spoken(bench.provider().plan_resource_change(Request::new(request)).await)?;
        ensure!(!answer.diagnostics.is_empty(), "{msgpack:?} is planned");
        let request = wire::apply_resource_change::Request {
            type_name: CLUSTER.to_owned(),
            prior_state: value.clone(),
            planned_state: value.clone(),
            config: value.clone(),
            ..Default::default()
        };
        let answer = spoken(bench.provider().apply_resource_change(Request::new(request)).await)?;
        ensure!(!answer.diagnostics.is_empty(), "{msgpack:?} is applied");
        ensure!(answer.new_state == value, "{msgpack:?}: the state stays as it was");
        let request =
            wire::read_resource::Request { type_name: CLUSTER.to_owned(), current_state: value, ..Default::default() };
        let answer = spoken(bench.provider().read_resource(Request::new(request)).await)?;
        ensure!(!answer.diagnostics.is_empty(), "{msgpack:?} is read");
    }
    assert_eq!(bench.model.calls().len(), 0);
    Ok(())
}

#[tokio::test]
async fn expired_credentials_lose_no_state() -> Result<()> {
    let mut bench = TerraformBench::new().await?;
    bench.apply(&three_workers()).await?;
    let stored = bench.stored();
    bench.model.fault("", "", 0, 1_000, Effect::ExpiredToken);
    for told in [bench.try_refresh().await?.told, bench.try_destroy().await?.told] {
        ensure!(errors(&told).iter().any(|told| told.text().contains("SB2002")), "{told:?}");
    }
    assert_eq!(bench.stored(), stored);
    Ok(())
}

#[tokio::test]
async fn a_provider_whose_settings_are_unknown_defers_or_plans_without_aws() -> Result<()> {
    let mut bench = TerraformBench::new().await?;
    bench.apply(&three_workers()).await?;
    let stored = bench.stored().context("it is stored")?;
    let (value, identity) = (bench.attributes()?, serde_json::from_str(&stored.identity)?);
    let object = Object { value, private: stored.private, identity };
    bench.model.clear_calls();
    let settings = super::value::complete(&json!({ "region": super::value::unknown() }), &bench.client().settings)?;
    let config = bench.completed(&three_workers())?;
    for deferrable in [false, true] {
        bench.capabilities.deferral_allowed = deferrable;
        bench.restart().await?;
        let client = bench.client();
        ensure!(client.validate_provider(&settings).await?.is_empty(), "unknown settings are no error");
        ensure!(client.configure(&settings).await?.is_empty(), "unknown settings are no error");
        let proposed = super::core::proposed(&client.cluster, &Json::Null, &config);
        let planned = client.plan(None, &proposed, &config).await?;
        ensure!(errors(&planned.told).is_empty(), "{:?}", planned.told);
        let reason = i32::from(wire::deferred::Reason::ProviderConfigUnknown);
        assert_eq!(planned.deferred, deferrable.then_some(reason));
        ensure!(super::value::is_unknown(&planned.state["coordinator_url"]), "{}", planned.state);
        let (read, deferred, _) = client.read(&object).await?;
        assert_eq!(deferred, deferrable.then_some(reason));
        assert_eq!(read, Some(object.clone()));
    }
    assert_eq!(bench.model.calls().len(), 0);
    Ok(())
}
