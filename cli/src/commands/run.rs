//! `watchfire run`

use super::package;
use crate::args::{Format, Run as Args};
use crate::commands::settings::{self, instant};
use crate::exit::{Exit, Outcome, Problem};
use crate::table::{Cell, Table};
use crate::terminal::Terminal;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;
use watchfire_dsl::diagnostics::{Language, to_json};
use watchfire_engine::{Compile, Engine, FileOptions, Run, RunError, RunOptions, Warning};
use watchfire_stdlib::format::{fault_text, level_word};
use watchfire_stdlib::value::Level;
use watchfire_stdlib::zone::{Zone, calendar_date};

/// Runs the models, shows warnings and everything that went wrong, and writes files with `--output`.
pub(crate) fn run(args: &Args, terminal: &Terminal) -> Outcome {
    if args.memory.is_some() {
        give_memory_back();
    }
    let (package, profile) = settings::load(args, terminal)?;
    let zone = Zone::from(package.program().zone);
    let mut sources = package.sources();
    for setting in &args.data {
        let (source, path) = settings::pair(setting, "--data", "SOURCE=PATH", terminal)?;
        sources = sources.file(source, path, FileOptions::default());
    }
    let options = RunOptions {
        from: args.from.as_deref().map(|text| instant(text, &zone, false, terminal)).transpose()?,
        to: args.to.as_deref().map(|text| instant(text, &zone, true, terminal)).transpose()?,
        only: args.only.clone(),
        profile,
        language: Some(terminal.language),
        pseudonym_key: std::env::var_os("WATCHFIRE_KEY").map(|key| key.into_encoded_bytes()),
        partitions: args.partitions.map(|n| n.max(1) as usize),
        memory: args.memory.map(|size| size.as_u64()),
        compile: if args.interpret { Compile::Never } else { Compile::default() },
        ..RunOptions::default()
    };
    let engine = Engine::new(package);
    let bar = progress_bar(terminal);
    let result = engine.run_with_progress(&sources, &options, &|share| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share from 0 to 1")]
        bar.set_position((share * 1000.0) as u64);
    });
    bar.finish_and_clear();
    let run = result.map_err(|error| problem(&error, terminal))?;

    if let Some(folder) = &args.output {
        write(&run, &engine, folder, args.format, terminal)?;
    }
    if terminal.json {
        print_json(&run, &engine, terminal);
    } else {
        terminal.print(&shown(&run, &engine, args, &zone, terminal));
    }
    Ok(if run.failures.is_empty() && run.failed_models.is_empty() { Exit::Success } else { Exit::Failures })
}

/// Starts this program anew with an allocator that gives memory back as soon as it is free: it reads that from the
/// environment before anything else. Where that cannot be done memory is given back later.
fn give_memory_back() {
    const DELAY: &str = "MIMALLOC_PURGE_DELAY";
    #[cfg(unix)]
    if std::env::var_os(DELAY).is_none()
        && let Ok(program) = std::env::current_exe()
    {
        use std::os::unix::process::CommandExt;
        let arguments = std::env::args_os().skip(1);
        // It comes back only if it failed.
        let _ = std::process::Command::new(program).args(arguments).env(DELAY, "0").exec();
    }
}

/// A bar on the terminal; none where nobody looks.
fn progress_bar(terminal: &Terminal) -> ProgressBar {
    let bar = ProgressBar::new(1000);
    if terminal.json {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {percent}%") {
        bar.set_style(style);
    }
    bar.set_message(terminal.say("running", "运行中").to_owned());
    bar
}

/// Why a run did not begin, as a problem.
fn problem(error: &RunError, terminal: &Terminal) -> Problem {
    match error {
        RunError::Options(error) => {
            Problem { text: error.text(terminal.language), json: Vec::new(), exit: Exit::Arguments }
        }
        RunError::Data { diagnostics, texts } => {
            let json = diagnostics.iter().map(|d| to_json(d, texts, terminal.language)).collect();
            Problem { text: package::render(diagnostics, texts, terminal), json, exit: Exit::Data }
        }
    }
}

/// Writes warnings, findings, rejects and the report into a folder.
fn write(run: &Run, engine: &Engine, folder: &Path, format: Format, terminal: &Terminal) -> Result<(), Problem> {
    let ending = match format {
        Format::Parquet => "parquet",
        Format::Csv => "csv",
        Format::Ndjson => "ndjson",
    };
    std::fs::create_dir_all(folder).map_err(|error| {
        let text = terminal.say("the folder `FOLDER` cannot be made: WHY", "无法创建文件夹 `FOLDER`：WHY");
        Problem::data(text.replace("FOLDER", &folder.display().to_string()).replace("WHY", &error.to_string()))
    })?;
    let path = |name: &str| folder.join(format!("{name}.{ending}"));
    let report = folder.join("report.html");
    let written = run
        .write_warnings(path("warnings"))
        .and_then(|()| run.write_exempted(path("exempted")))
        .and_then(|()| run.write_findings(path("findings")))
        .and_then(|()| run.write_rejects(path("rejects")))
        .and_then(|()| run.write_report(&report, engine.package()));
    written.map_err(|error| Problem::data(error.to_string()))?;
    let text = terminal.say(
        "wrote warnings, exempted, findings and rejects (.ENDING) and report.html into FOLDER",
        "预警、豁免、发现、拒收（.ENDING）与 report.html 已写入 FOLDER",
    );
    terminal.note(&text.replace("ENDING", ending).replace("FOLDER", &folder.display().to_string()));
    Ok(())
}

/// Everything as objects: warnings first, then what went wrong, then the counts.
fn print_json(run: &Run, engine: &Engine, terminal: &Terminal) {
    for warning in &run.warnings {
        terminal.print(&format!("{}\n", run.warning_json(warning)));
    }
    for exempted in &run.exempted {
        let warning = &exempted.warning;
        terminal.print_json(&json!({
            "exempted": &*warning.model,
            "level": run.levels.name(warning.level),
            "about": &*warning.about.shown,
            "known": engine.package().wall_time(warning.known),
            "message": warning.message,
            "because": &*exempted.because,
            "until": day(exempted.until),
            "id": warning.id,
        }));
    }
    for failure in &run.failures {
        terminal.print_json(&json!({
            "failure": fault_text(failure.fault.kind, terminal.language),
            "of": &*failure.model,
            "entity": &*failure.entity.shown,
            "place": place(engine, failure.at),
            "row": failure.row.as_ref().map(ToString::to_string),
        }));
    }
    for failed in &run.failed_models {
        terminal.print_json(&json!({ "failed_model": &*failed.model, "plugin": &*failed.plugin }));
    }
    for group in run.rejects.groups() {
        terminal.print_json(&json!({
            "reject": group.reason.code(),
            "source": &*group.source,
            "column": group.column.as_deref(),
            "count": group.count,
            "first": group.samples.first().map(|sample| sample.place.to_string()),
        }));
    }
    let counts: Value = json!({
        "run": &*run.package,
        "warnings": run.warnings.len(),
        "exempted": run.exempted.len(),
        "findings": run.findings.len(),
        "failures": run.failures.len() + run.failed_models.len(),
        "rejects": run.rejects.count(),
        "stale": run.stale.iter().map(|s| &*s.source).collect::<Vec<_>>(),
        "seconds": run.timings.total.as_secs_f64(),
        "shares": run.timings.shares,
        "pieces": run.timings.pieces,
        "peak_mb": peak_mb(),
        "timings": parts(run).iter().map(|((name, _), took)| (*name, *took)).collect::<std::collections::BTreeMap<_, _>>(),
    });
    terminal.print_json(&counts);
}

/// The run for people.
fn shown(run: &Run, engine: &Engine, args: &Args, zone: &Zone, terminal: &Terminal) -> String {
    let say = |en, zh| terminal.say(en, zh);
    let mut text = String::new();
    if !run.warnings.is_empty() {
        let mut table = Table::new(&[
            say("level", "级别"),
            say("known at", "获知时刻"),
            say("model", "模型"),
            say("about", "对象"),
            say("message", "消息"),
        ]);
        for warning in representative(&run.warnings, args.show) {
            table.row(vec![
                level_cell(run, warning.level, terminal.language),
                time(warning.known, zone).into(),
                (&*warning.model).into(),
                (&*warning.about.shown).into(),
                warning.message.clone().into(),
            ]);
        }
        text.push_str(&table.render(terminal.width, terminal.colour));
        if run.warnings.len() > args.show {
            text.push_str(&more(run.warnings.len() - args.show, terminal));
        }
        text.push('\n');
    }
    text.push_str(&models_table(run, terminal));
    text.push_str(&exempted_table(run, args.show, zone, terminal));
    text.push_str(&problems(run, engine, zone, terminal));
    if args.timings {
        text.push_str(&timings_table(run, terminal));
    }
    text.push_str(&closing(run, terminal));
    text
}

/// What each part of the run took, and each model of the evaluation, summed over threads.
fn timings_table(run: &Run, terminal: &Terminal) -> String {
    let say = |en, zh| terminal.say(en, zh);
    let mut table = Table::new(&[say("part", "环节"), say(">seconds", ">秒"), say("how", "方式")]);
    for (part, took) in parts(run) {
        table.row(vec![say(part.0, part.1).into(), format!("{took:.3}").into(), "".into()]);
    }
    for model in &run.models {
        let how =
            if model.compiled { say("compiled first", "先编译执行") } else { say("interpreted", "解释执行") };
        table.row(vec![(&*model.model).into(), format!("{:.3}", model.busy.as_secs_f64()).into(), how.into()]);
    }
    let mut text = table.render(terminal.width, terminal.colour) + "\n";
    if run.timings.shares > 0 {
        let told =
            say("The data is larger than the memory: it ran in N shares.", "数据超出内存，已分为 N 份依次运行。");
        text.push_str(&told.replace('N', &run.timings.shares.to_string()));
        if run.timings.pieces > 0 {
            let told = say(
                " Some were too large and ran in N pieces of time in all.",
                "其中过大的份又按时间分为共 N 段依次运行。",
            );
            text.push_str(&told.replace('N', &run.timings.pieces.to_string()));
        }
        text.push('\n');
    }
    if let Some(peak) = peak_mb() {
        text.push_str(&say("At most N MB of memory were held.", "内存占用最高 N MB。").replace('N', &peak.to_string()));
        text.push('\n');
    }
    text + "\n"
}

/// The most memory that the program has held so far, in MB of 10⁶ bytes, where the system tells.
fn peak_mb() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().trim_end_matches("kB").trim().parse::<u64>().ok()? * 1024 / 1_000_000)
}

/// The parts of a run, in English and Chinese, and their seconds.
fn parts(run: &Run) -> [((&'static str, &'static str), f64); 6] {
    let timings = &run.timings;
    let parts = [
        (("load", "读取"), timings.load),
        (("order", "排序"), timings.order),
        (("compiled", "编译执行"), timings.compiled),
        (("evaluate", "求值"), timings.evaluate),
        (("render", "成文"), timings.render),
        (("total", "合计"), timings.total),
    ];
    parts.map(|(name, took)| (name, took.as_secs_f64()))
}

/// At most so many warnings, each model's share of them from its first on, so that a busy model hides no other.
fn representative(warnings: &[Warning], most: usize) -> Vec<&Warning> {
    let mut taken: Vec<usize> = Vec::new();
    let mut seen: std::collections::BTreeMap<&str, usize> = std::collections::BTreeMap::new();
    let ranks: Vec<usize> = warnings
        .iter()
        .map(|warning| {
            let count = seen.entry(&warning.model).or_insert(0);
            *count += 1;
            *count
        })
        .collect();
    let mut order: Vec<usize> = (0..warnings.len()).collect();
    order.sort_by_key(|&index| (ranks.get(index).copied(), index));
    taken.extend(order.into_iter().take(most));
    taken.sort_unstable();
    taken.into_iter().filter_map(|index| warnings.get(index)).collect()
}

/// What each model did.
fn models_table(run: &Run, terminal: &Terminal) -> String {
    let say = |en, zh| terminal.say(en, zh);
    let mut table = Table::new(&[
        say("model", "模型"),
        say(">evaluations", ">评估次数"),
        say(">findings", ">发现"),
        say(">warnings", ">预警"),
        say(">failures", ">出错"),
        say(">seconds", ">秒"),
    ]);
    for model in &run.models {
        table.row(vec![
            (&*model.model).into(),
            model.evaluations.to_string().into(),
            model.findings.to_string().into(),
            model.warnings.to_string().into(),
            model.failures.to_string().into(),
            format!("{:.2}", model.busy.as_secs_f64()).into(),
        ]);
    }
    table.render(terminal.width, terminal.colour)
}

/// Warnings that were set aside, and why.
fn exempted_table(run: &Run, most: usize, zone: &Zone, terminal: &Terminal) -> String {
    if run.exempted.is_empty() {
        return String::new();
    }
    let say = |en, zh| terminal.say(en, zh);
    let mut table = Table::new(&[
        say("exempted", "获豁免"),
        say("known at", "获知时刻"),
        say("model", "模型"),
        say("about", "对象"),
        say("because", "原因"),
        say("until", "直到"),
    ]);
    for exempted in run.exempted.iter().take(most) {
        let warning = &exempted.warning;
        table.row(vec![
            level_cell(run, warning.level, terminal.language),
            time(warning.known, zone).into(),
            (&*warning.model).into(),
            (&*warning.about.shown).into(),
            (&*exempted.because).into(),
            day(exempted.until).into(),
        ]);
    }
    let mut text = format!("\n{}", table.render(terminal.width, terminal.colour));
    if run.exempted.len() > most {
        text.push_str(&more(run.exempted.len() - most, terminal));
    }
    text
}

/// The line that says how many are not shown.
fn more(count: usize, terminal: &Terminal) -> String {
    let text = terminal
        .say("… and COUNT more (--show N, or --output FOLDER)", "……另有 COUNT 条（--show N，或 --output 文件夹）");
    format!("{}\n", text.replace("COUNT", &count.to_string()))
}

/// A date as text.
fn day(date: i32) -> String {
    calendar_date(date).map_or_else(String::new, |date| date.to_string())
}

/// Rejects, failures and silent sources, and what to do about them.
fn problems(run: &Run, engine: &Engine, zone: &Zone, terminal: &Terminal) -> String {
    let say = |en, zh| terminal.say(en, zh);
    let mut text = String::new();
    if !run.rejects.is_empty() {
        let mut table = Table::new(&[
            say("rejects in", "拒收于"),
            say("column", "列"),
            say(">count", ">数量"),
            say("first at", "首见于"),
            say("why", "原因"),
        ]);
        for group in run.rejects.groups() {
            let first = group.samples.first();
            table.row(vec![
                (&*group.source).into(),
                group.column.as_deref().unwrap_or("–").into(),
                group.count.to_string().into(),
                first.map_or_else(String::new, |sample| sample.place.to_string()).into(),
                group.reason.text(terminal.language).into(),
            ]);
        }
        text.push('\n');
        text.push_str(&table.render(terminal.width, terminal.colour));
    }
    for failed in &run.failed_models {
        let line = say(
            "\nmodel `MODEL` did not run: it calls plugin `PLUGIN`, and plugins cannot be run yet\n",
            "\n模型 `MODEL` 未运行：它调用插件 `PLUGIN`，而插件尚不能运行\n",
        );
        text.push_str(&line.replace("MODEL", &failed.model).replace("PLUGIN", &failed.plugin));
    }
    const SHOWN: usize = 10;
    for failure in run.failures.iter().take(SHOWN) {
        let line = say(
            "\nmodel `MODEL` stopped for ENTITY at TIME: WHY (PLACE)",
            "\n模型 `MODEL` 对 ENTITY 在 TIME 停止：WHY（PLACE）",
        );
        let line = line
            .replace("MODEL", &failure.model)
            .replace("ENTITY", &failure.entity.shown)
            .replace("TIME", &time(failure.known, zone))
            .replace("WHY", fault_text(failure.fault.kind, terminal.language))
            .replace("PLACE", &place(engine, failure.at));
        text.push_str(&line);
        if let Some(row) = &failure.row {
            text.push_str(&format!("\n    {row}"));
        }
        text.push('\n');
    }
    if run.failures.len() > SHOWN {
        let more = say("… and COUNT more failures\n", "……另有 COUNT 处出错\n");
        text.push_str(&more.replace("COUNT", &(run.failures.len() - SHOWN).to_string()));
    }
    for stale in &run.stale {
        let line = say("\nsource `SOURCE` has been silent since TIME\n", "\n来源 `SOURCE` 自 TIME 起没有数据\n");
        let last = stale.last.map_or_else(|| say("ever", "从来").to_owned(), |last| time(last, zone));
        text.push_str(&line.replace("SOURCE", &stale.source).replace("TIME", &last));
    }
    if run.development_key && run.warnings.iter().any(|w| w.about.private || w.entity.private) {
        text.push_str(say(
            "\npseudonyms are made with the public development key: set WATCHFIRE_KEY for real data\n",
            "\n化名由公开的开发密钥生成：处理真实数据请设置 WATCHFIRE_KEY\n",
        ));
    }
    text
}

/// The closing line: counts, rejects, time.
fn closing(run: &Run, terminal: &Terminal) -> String {
    let count = |level| run.warnings.iter().filter(|w| w.level == level).count();
    let levels = run.levels.all().map(|(level, name)| match terminal.language {
        Language::En => format!("{} {name}", count(level)),
        Language::Zh => format!("{} {}", level_word(name, Language::Zh).trim_end_matches('色'), count(level)),
    });
    let levels: Vec<String> = levels.collect();
    let rows: u64 = run.inputs.iter().map(|input| input.rows - input.skipped).sum();
    let skipped = match run.inputs.iter().map(|input| input.skipped).sum::<u64>() {
        0 => String::new(),
        many => terminal
            .say(" (COUNT outside of the range are not)", "（范围之外的 COUNT 行未读）")
            .replace("COUNT", &many.to_string()),
    };
    let exempted = match run.exempted.len() {
        0 => String::new(),
        many => terminal.say(" and COUNT exempted", "，另有 COUNT 条获豁免").replace("COUNT", &many.to_string()),
    };
    terminal
        .say(
            "\nWARNINGS warnings (LEVELS)EXEMPTED from FINDINGS findings; ROWS rows readSKIPPED, REJECTS rejects, FAILURES failures; SECONDS s\n",
            "\nWARNINGS 条预警（LEVELS）EXEMPTED，出自 FINDINGS 项发现；读入 ROWS 行SKIPPED，拒收 REJECTS 处，出错 FAILURES 处；用时 SECONDS 秒\n",
        )
        .replace("WARNINGS", &run.warnings.len().to_string())
        .replace("EXEMPTED", &exempted)
        .replace("LEVELS", &levels.join(terminal.say(", ", "、")))
        .replace("FINDINGS", &run.findings.len().to_string())
        .replace("SKIPPED", &skipped)
        .replace("ROWS", &rows.to_string())
        .replace("REJECTS", &run.rejects.count().to_string())
        .replace("FAILURES", &(run.failures.len() + run.failed_models.len()).to_string())
        .replace("SECONDS", &format!("{:.2}", seconds(run.timings.total)))
}

fn seconds(duration: Duration) -> f64 {
    duration.as_secs_f64()
}

/// A level as a coloured word: the four usual ones in their colour, others from red to blue by their place.
fn level_cell(run: &Run, level: Level, language: Language) -> Cell {
    const STYLES: [(&str, &str); 4] =
        [("red", "\x1b[1;31m"), ("orange", "\x1b[38;5;208m"), ("yellow", "\x1b[33m"), ("blue", "\x1b[34m")];
    let name = run.levels.name(level);
    let place = run.levels.all().position(|(other, _)| other == level).unwrap_or(0);
    let by_place = STYLES[place * STYLES.len() / run.levels.all().count().max(STYLES.len())].1;
    let style = STYLES.iter().find(|(usual, _)| *usual == name).map_or(by_place, |(_, style)| style);
    Cell::styled(level_word(name, language), style)
}

/// An instant as wall time of the package's zone.
fn time(micros: i64, zone: &Zone) -> String {
    settings::wall_text(micros, zone)
}

/// File and line of a span.
fn place(engine: &Engine, span: watchfire_dsl::source::Span) -> String {
    engine
        .package()
        .texts()
        .get(span.file)
        .map_or_else(String::new, |file| format!("{}:{}", file.name, file.position(span.start).0))
}
