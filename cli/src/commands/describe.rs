//! `watchfire describe`

use super::package;
use crate::args::Describe;
use crate::exit::{Exit, Outcome};
use crate::table::{Cell, Table};
use crate::terminal::Terminal;
use serde_json::json;
use watchfire_dsl::program::{Program, Source, SourceKind, SourceTime};
use watchfire_engine::{Engine, ModelDescription};

/// Lists sources and models, the columns each model reads, and how far back it looks.
pub(crate) fn run(args: &Describe, terminal: &Terminal) -> Outcome {
    let engine = Engine::new(package::load(&args.package, terminal)?);
    let plan = engine.plan();
    let program = engine.package().program();
    let declared = |source: &&Source| !matches!(source.kind, SourceKind::Edges { .. });
    if terminal.json {
        for source in program.sources.iter().filter(declared) {
            terminal.print_json(&json!({
                "source": &*source.name,
                "time": time(program, source),
                "owner": owner(source),
                "columns": source.columns.iter().map(|c| &*c.name).collect::<Vec<_>>(),
            }));
        }
        for model in &plan.models {
            let mut object = serde_json::to_value(model).unwrap_or_default();
            if let Some(map) = object.as_object_mut() {
                let name = map.remove("name").unwrap_or_default();
                map.insert("model".to_owned(), name);
            }
            terminal.print_json(&object);
        }
        return Ok(Exit::Success);
    }

    let say = |en, zh| terminal.say(en, zh);
    let mut sources =
        Table::new(&[say("source", "来源"), say("in time", "时间性质"), say("owner", "归属"), say("columns", "列")]);
    for source in program.sources.iter().filter(declared) {
        let columns: Vec<&str> = source.columns.iter().map(|c| &*c.name).collect();
        sources.row(vec![
            (&*source.name).into(),
            time(program, source).into(),
            owner(source).unwrap_or("–").into(),
            columns.join(", ").into(),
        ]);
    }
    let mut text = sources.render(terminal.width, terminal.colour);
    text.push('\n');
    for model in &plan.models {
        text.push_str(&self::model(model, program, terminal));
        text.push('\n');
    }
    terminal.print(&text);
    Ok(Exit::Success)
}

/// One model in lines of `what  value`.
fn model(model: &ModelDescription, program: &Program, terminal: &Terminal) -> String {
    let say = |en, zh| terminal.say(en, zh);
    let mut table = Table::new(&[say("model", "模型"), &model.name]);
    let mut line = |what: &str, value: String| {
        if !value.is_empty() {
            table.row(vec![Cell::from(what), value.into()]);
        }
    };
    if let Some(typed) = program.models.iter().find(|m| *m.name == model.name) {
        line(say("about", "说的是"), typed.docs.lines().next().unwrap_or("").to_owned());
        line(say("category, purpose", "门类、用途"), format!("{}, {}", typed.category, typed.purpose));
        line(say("basis", "依据"), typed.basis.to_string());
        line(say("version", "版本"), typed.version.to_string());
    }
    line(say("runs for", "针对"), model.entities.clone().unwrap_or_default());
    line(say("facts", "事实"), model.facts.join(", "));
    line(say("findings of", "发现于"), model.findings_of.join(", "));
    let reads: Vec<String> = model
        .reads
        .iter()
        .map(
            |(column, derived)| {
                if *derived { format!("{column} {}", say("(derived)", "（派生）")) } else { column.clone() }
            },
        )
        .collect();
    line(say("reads", "读取"), reads.join(", "));
    line(
        say("compiled for", "编译执行于"),
        model.compiled.as_ref().map(|compiled| compiled.source.clone()).unwrap_or_default(),
    );
    let unbounded = say("over all that is known", "回看已知的全部");
    line(say("looks back", "回看"), model.lookback.clone().unwrap_or_else(|| unbounded.to_owned()));
    for stage in &model.stages {
        line(say("plugin stage", "插件阶段"), stage.join(", "));
    }
    table.render(terminal.width, terminal.colour)
}

/// How a source lies in time.
fn time(program: &Program, source: &Source) -> String {
    let name = |id: watchfire_dsl::program::ColumnId| {
        source.columns.get(id.index()).map_or_else(String::new, |column| column.name.to_string())
    };
    match &source.kind {
        SourceKind::Table(table) => match table.time {
            SourceTime::Timeless => "timeless".to_owned(),
            SourceTime::Events { at } => format!("events at {}", name(at)),
            SourceTime::State { since, until, .. } => format!("state {}..{}", name(since), name(until)),
        },
        SourceKind::Union(parts) => {
            let names: Vec<&str> =
                parts.iter().filter_map(|p| program.sources.get(p.source.index())).map(|s| &*s.name).collect();
            names.join(" | ")
        }
        SourceKind::Derived(_) => "rows".to_owned(),
        SourceKind::Edges { .. } => "events".to_owned(),
    }
}

/// The owner of a table.
fn owner(source: &Source) -> Option<&str> {
    match &source.kind {
        SourceKind::Table(table) => table.owner.as_deref(),
        SourceKind::Union(_) | SourceKind::Derived(_) | SourceKind::Edges { .. } => None,
    }
}
