//! The steps of the demo, and what is checked after each.

use std::time::Instant;

use anyhow::{Context, Result, ensure};

use serde_json::json;

use super::driver::{Act, Driver};
use super::screen::Screen;
use super::stand_in::{REGION, StandIn};
use super::{Arguments, Aws};
use crate::clients::{Run, plugin};

/// Everything that a step needs.
struct Story {
    screen: Screen,
    stand_in: StandIn,
    driver: Driver,
    stack_name: String,
}

/// Tells the whole story.
pub fn tell(arguments: &Arguments) -> Result<()> {
    let mut screen = Screen::new();
    let (client, rest) =
        if arguments.terraform { ("tofu", "") } else { ("the pulumi CLI", ", its language host, the SDK") };
    screen.step(&format!("Get what it takes: the plugin, {client}{rest}; start {}", world(arguments.aws)), "");
    let begun = Instant::now();
    plugin::folder()?;
    let stand_in = StandIn::start(arguments.aws, arguments.speed)?;
    let driver =
        if arguments.terraform { Driver::tofu(&stand_in)? } else { Driver::pulumi(&stand_in, arguments.language)? };
    let there = format!("plugin and client are there, {} answers in {REGION}", world(arguments.aws));
    screen.found("tools and stand-in", &there, begun.elapsed());
    for (what, why) in stand_in.cannot.clone() {
        screen.left_out(what, why);
    }

    let mut story = Story { screen, stand_in, driver, stack_name: String::new() };
    story.create()?;
    story.scale()?;
    story.roll()?;
    story.drift()?;
    story.nothing_left_to_do()?;
    if arguments.keep {
        story.keep()?;
    } else {
        story.destroy()?;
    }
    story.screen.summary("What was done");
    Ok(())
}

fn world(aws: Aws) -> &'static str {
    match aws {
        Aws::Model => "the project's model of AWS",
        Aws::Ministack => "MiniStack",
    }
}

impl Story {
    fn create(&mut self) -> Result<()> {
        self.driver.set("workerCount", &json!(3))?;
        self.step("Preview, then create: one coordinator, three workers", "", Act::Up);
        self.act(Act::Preview)?;
        let begun = Instant::now();
        self.act(Act::Up)?;
        self.stack_name = self.driver.output("stackName")?;
        let workers = self.desired()?;
        ensure!(workers == 3, "the worker group has {workers} nodes instead of 3");
        let url = self.driver.output("coordinatorUrl").unwrap_or_else(|_| "none".to_owned());
        self.screen.found(
            "create",
            &format!("stack {}, 3 workers, coordinator at {url}", self.stack_name),
            begun.elapsed(),
        );
        Ok(())
    }

    fn scale(&mut self) -> Result<()> {
        let typed = self.driver.set("workerCount", &json!(5))?;
        self.step("Scale: three workers become five, no node is replaced", &typed, Act::Up);
        let preview = self.act(Act::Preview)?;
        ensure!(!preview.text().contains("replace"), "scaling must not replace anything");
        let begun = Instant::now();
        self.act(Act::Up)?;
        let workers = self.desired()?;
        ensure!(workers == 5, "the worker group has {workers} nodes instead of 5");
        self.screen.found("scale 3 → 5", "5 workers", begun.elapsed());
        Ok(())
    }

    fn roll(&mut self) -> Result<()> {
        let typed = self.driver.set("workerInstanceType", &json!("r5.4xlarge"))?;
        self.step("Another instance type: the preview says how workers are rolled", &typed, Act::Up);
        let preview = self.act(Act::Preview)?;
        ensure!(preview.text().contains("batch"), "the preview says nothing of batches");
        let before = self.instances()?;
        let begun = Instant::now();
        self.stand_in.begin_queries(&self.stack_name);
        self.act(Act::Up)?;
        let queries = self.stand_in.end_queries(&self.stack_name);
        let after = self.instances()?;
        let kept = after.iter().filter(|id| before.contains(id)).count();
        ensure!(kept == 0, "{kept} of the old workers are still there");
        let Some(queries) = queries else {
            self.screen.found("roll to r5.4xlarge", "launch template and group updated", begun.elapsed());
            return Ok(());
        };
        let lost = queries.failed.len() + queries.cut_off.len() + queries.refused;
        ensure!(lost == 0, "{lost} queries were lost: {:?} {:?}", queries.failed, queries.cut_off);
        ensure!(queries.in_flight > 0, "no query ran while workers were replaced");
        let fact = format!(
            "{} workers replaced one by one under {} queries: none failed, at least {} workers served at any moment",
            after.len(),
            queries.in_flight,
            queries.workers
        );
        self.screen.found("roll to r5.4xlarge", &fact, begun.elapsed());
        Ok(())
    }

    fn drift(&mut self) -> Result<()> {
        let tagged = self.stand_in.world().is_some();
        let also = if tagged { ", and writes prod into its tag" } else { "" };
        let title = format!("Somebody sets the worker group to 7 in the console{also}; refresh shows it");
        self.step(&title, "", Act::Refresh);
        let group = self.group()?;
        self.stand_in.set_desired(&group, 7)?;
        if tagged {
            self.stand_in.set_tag(&group, "environment", "prod")?;
        }
        let begun = Instant::now();
        let refresh = self.act(Act::Refresh)?;
        let field = self.driver.spelled("workerCount");
        ensure!(refresh.text().contains(&field), "the refresh does not show {field}");
        ensure!(!tagged || refresh.text().contains("prod"), "the refresh does not show the tag");
        let and = if tagged { ", stack.tags.environment: dev → prod" } else { "" };
        self.screen.found("drift", &format!("refresh shows ec2.{field}: 5 → 7{and}"), begun.elapsed());

        self.step("The program still says 5: the next run reverts it", "", Act::Up);
        self.act(Act::Preview)?;
        let begun = Instant::now();
        self.act(Act::Up)?;
        let workers = self.desired()?;
        ensure!(workers == 5, "the worker group has {workers} nodes instead of 5");
        self.screen.found("revert", "5 workers again", begun.elapsed());
        Ok(())
    }

    fn nothing_left_to_do(&mut self) -> Result<()> {
        self.step("Nothing is left to do", "", Act::Nothing);
        let begun = Instant::now();
        self.act(Act::Nothing)?;
        self.screen.found("preview", "no changes", begun.elapsed());
        Ok(())
    }

    fn destroy(&mut self) -> Result<()> {
        self.step("Destroy", "", Act::Destroy);
        let begun = Instant::now();
        self.act(Act::Destroy)?;
        let left = self.stand_in.stack(&self.stack_name)?;
        ensure!(left.is_none(), "the stack is still there: {}", left.map(|stack| stack.status).unwrap_or_default());
        self.screen.found("destroy", "no stack is left", begun.elapsed());
        Ok(())
    }

    fn keep(&mut self) -> Result<()> {
        self.screen.step("Kept for you to look at; press Enter to end the stand-in", "");
        for (name, value) in self.stand_in.env() {
            self.screen.line(&format!("export {name}={value}"));
        }
        self.screen.line(&format!("cd {}", self.driver.folder().display()));
        let mut line = String::new();
        std::io::stdin().read_line(&mut line)?;
        Ok(())
    }

    fn step(&mut self, title: &str, before: &str, act: Act) {
        let command = format!("{before}{}", self.driver.command(act));
        self.screen.step(title, &command);
    }

    /// Runs the client and shows what it prints.
    fn act(&mut self, act: Act) -> Result<Run> {
        let screen = &self.screen;
        self.driver.act(act, &mut |line| screen.line(&line.text))
    }

    fn group(&self) -> Result<starburst_core::ports::Group> {
        let stack = self.stand_in.stack(&self.stack_name)?.context("the stack is not there")?;
        self.stand_in.workers(&stack)
    }

    fn desired(&self) -> Result<u32> {
        Ok(self.group()?.desired)
    }

    fn instances(&self) -> Result<Vec<String>> {
        Ok(self.group()?.instances.into_iter().map(|instance| instance.id).collect())
    }
}
