//! `watchfire plan`

use super::package;
use crate::args::Plan;
use crate::exit::{Exit, Outcome};
use crate::terminal::Terminal;
use watchfire_engine::{Engine, ModelDescription, Pass, PlanDescription, SharedDescription, TimelineDescription};

/// Shows the plan as a tree; with `--json` as one object.
pub(crate) fn run(args: &Plan, terminal: &Terminal) -> Outcome {
    let engine = Engine::new(package::load(&args.package, terminal)?);
    let plan = engine.plan();
    if terminal.json {
        terminal.print_json(&serde_json::to_value(&plan).unwrap_or_default());
    } else {
        let program = engine.package().program();
        let root = tree(&format!("{} {}", program.name, program.version), &plan, terminal);
        terminal.print(&root.shown(terminal.colour));
    }
    Ok(Exit::Success)
}

/// A line of the tree and what lies beneath it. What follows the first two blanks is a remark.
struct Branch {
    text: String,
    beneath: Vec<Branch>,
}

impl Branch {
    fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), beneath: Vec::new() }
    }

    fn with(text: impl Into<String>, beneath: impl IntoIterator<Item = Branch>) -> Self {
        Self { text: text.into(), beneath: beneath.into_iter().collect() }
    }

    fn shown(&self, colour: bool) -> String {
        let mut text = format!("{}\n", self.text);
        self.show_beneath("", colour, &mut text);
        text
    }

    fn show_beneath(&self, margin: &str, colour: bool, text: &mut String) {
        let dim = |part: &str| if colour { format!("\u{1b}[2m{part}\u{1b}[0m") } else { part.to_owned() };
        for (place, branch) in self.beneath.iter().enumerate() {
            let last = place + 1 == self.beneath.len();
            let (what, remark) = branch.text.split_once("  ").unwrap_or((&branch.text, ""));
            let remark = if remark.is_empty() { String::new() } else { dim(&format!("  {remark}")) };
            text.push_str(&format!(
                "{}{what}{remark}\n",
                dim(&format!("{margin}{}", if last { "└─ " } else { "├─ " }))
            ));
            branch.show_beneath(&format!("{margin}{}", if last { "   " } else { "│  " }), colour, text);
        }
    }
}

fn tree(package: &str, plan: &PlanDescription, terminal: &Terminal) -> Branch {
    let say = |en, zh| terminal.say(en, zh);
    let tables = plan.tables.iter().map(|table| {
        let columns =
            if table.columns.is_empty() { say("no columns", "不读列").into() } else { table.columns.join(", ") };
        Branch::new(format!("{}  {columns}", table.source))
    });
    let timelines = plan.timelines.iter().map(|timeline| of_timeline(timeline, terminal));
    let places = plan.places.iter().map(Branch::new);
    let shared = plan.shared.iter().map(|shared| of_shared(shared, terminal));
    let loops = plan.loops.iter().map(|models| Branch::new(models.join(", ")));
    let models = plan.models.iter().map(|model| of_model(model, terminal));
    let parts = [
        Branch::with(say("read", "读取"), tables),
        Branch::with(say("ordered, each once", "排序，各一次"), timelines),
        Branch::with(say("found by place", "按位置查找"), places),
        Branch::with(
            say("computed once for an entity and instant, where interpreted", "解释执行时对每个实体和时刻只算一次"),
            shared,
        ),
        Branch::with(say("one compiled loop for", "共用一段编译循环"), loops),
        Branch::with(say("models", "模型"), models),
    ];
    Branch::with(package, parts.into_iter().filter(|part| !part.beneath.is_empty()))
}

/// An ordering of rows, who reads it, and the windows over it.
fn of_timeline(timeline: &TimelineDescription, terminal: &Terminal) -> Branch {
    let say = |en, zh| terminal.say(en, zh);
    let windows = timeline.windows.iter().map(|window| {
        let text = window.text.clone().unwrap_or_else(|| say("over all rows", "全部行").into());
        let rows =
            window.rows.as_ref().map_or_else(String::new, |rows| format!("  {} {rows}", say("rows of", "行取自")));
        Branch::with(text + &rows, window.aggregates.iter().map(|aggregate| of_shared(aggregate, terminal)))
    });
    Branch::with(format!("{}  {}", timeline.text, timeline.users.join(", ")), windows)
}

fn of_shared(shared: &SharedDescription, terminal: &Terminal) -> Branch {
    let times = match shared.places {
        1 => String::new(),
        times => format!("{times}× "),
    };
    Branch::new(format!("{}  {times}{} {}", shared.text, terminal.say("in", "用于"), shared.users.join(", ")))
}

/// A model: when it is evaluated, what compiled code does of it, and what is left to the interpreter.
fn of_model(model: &ModelDescription, terminal: &Terminal) -> Branch {
    let say = |en, zh| terminal.say(en, zh);
    let how = match &model.compiled {
        None => say("interpreted", "解释执行").to_owned(),
        Some(compiled) => {
            let over = match compiled.pass {
                Pass::Table => say("compiled over the rows of SOURCE", "编译执行，逐行扫过 SOURCE"),
                Pass::Timeline => {
                    say("compiled over the rows of SOURCE about each entity", "编译执行，逐实体扫过 SOURCE 的行")
                }
                Pass::Points => {
                    say("compiled over the entities of SOURCE and the instants", "编译执行，逐实体、逐时刻（SOURCE）")
                }
                Pass::Chains => {
                    say("compiled over chains of rows, which end in SOURCE", "编译执行，沿行的链条，止于 SOURCE")
                }
            };
            over.replace("SOURCE", &compiled.source)
        }
    };
    let mut beneath: Vec<Branch> = Vec::new();
    for left in &model.interpreted {
        let why = left.why.text(terminal.language);
        beneath.push(match &left.text {
            Some(text) => Branch::new(format!("{} {text}  {why}", say("interpreted:", "解释执行："))),
            None => Branch::new(format!("{}  {why}", say("interpreted", "解释执行"))),
        });
    }
    beneath.extend(model.peers.iter().map(|peers| Branch::new(format!("{} {peers}", say("compares", "比较")))));
    if !model.findings_of.is_empty() {
        beneath.push(Branch::new(format!(
            "{} {}",
            say("reads findings of", "读取发现："),
            model.findings_of.join(", ")
        )));
    }
    let back = match model.lookback.as_deref() {
        None => say(" · looks back over all that is known", " · 回看已知的全部").to_owned(),
        Some("0 s") => String::new(),
        Some(span) => format!(" · {} {span}", say("looks back", "回看")),
    };
    for stage in &model.stages {
        beneath.push(Branch::new(format!("{} {}", say("calls", "调用"), stage.join(", "))));
    }
    Branch::with(format!("{}  {}{back} · {how}", model.name, model.trigger), beneath)
}
