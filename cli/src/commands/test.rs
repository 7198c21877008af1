//! `watchfire test`

use super::package;
use crate::args::Test;
use crate::exit::{Exit, Outcome};
use crate::terminal::Terminal;
use serde_json::json;
use watchfire_dsl::source::Span;
use watchfire_engine::{Engine, Package, TestOutcome};
use watchfire_stdlib::format::fault_text;

/// Runs the package's tests; those that fail are shown with what was expected and what came.
pub(crate) fn run(args: &Test, terminal: &Terminal) -> Outcome {
    let engine = Engine::new(package::load(&args.package, terminal)?);
    let wanted = |outcome: &TestOutcome| {
        args.filter.as_ref().is_none_or(|f| outcome.model.contains(f.as_str()) || outcome.title.contains(f.as_str()))
    };
    let outcomes: Vec<TestOutcome> = engine.test().into_iter().filter(wanted).collect();
    let failed = outcomes.iter().filter(|outcome| !outcome.passed).count();
    for outcome in &outcomes {
        if terminal.json {
            terminal.print_json(&json!({
                "test": &*outcome.title,
                "model": &*outcome.model,
                "passed": outcome.passed,
                "absent": outcome.absent.iter().map(|e| &*e.text).collect::<Vec<_>>(),
                "unexpected": outcome.unexpected.iter().map(|w| w.message.as_str()).collect::<Vec<_>>(),
                "rejected": outcome.given_wrong(terminal.language),
                "error": outcome.error,
            }));
        } else {
            terminal.print(&shown(outcome, engine.package(), terminal));
        }
    }
    if !terminal.json {
        let text = terminal
            .say("PASSED passed, FAILED failed", "PASSED 个通过，FAILED 个未通过")
            .replace("PASSED", &(outcomes.len() - failed).to_string())
            .replace("FAILED", &failed.to_string());
        terminal.print(&format!("{text}\n"));
    }
    Ok(if failed == 0 { Exit::Success } else { Exit::Package })
}

/// A test's line, and below it what is wrong.
fn shown(outcome: &TestOutcome, package: &Package, terminal: &Terminal) -> String {
    let (word, style) = match outcome.passed {
        true => (terminal.say("passed", "通过"), "\x1b[32m"),
        false => (terminal.say("FAILED", "未通过"), "\x1b[31m"),
    };
    let (on, off) = if terminal.colour { (style, "\x1b[0m") } else { ("", "") };
    let mut text = format!("{on}{word}{off}  {}  {}\n", outcome.model, outcome.title);
    if outcome.passed {
        return text;
    }
    let place = |span: Span| {
        package
            .texts()
            .get(span.file)
            .map_or_else(String::new, |file| format!("  {}:{}", file.name, file.position(span.start).0))
    };
    let mut line = |what: &str, rest: String| text.push_str(&format!("    {what}: {rest}\n"));
    for expected in &outcome.absent {
        line(
            terminal.say("expected, but did not come", "应有而无"),
            format!("{}{}", expected.text, place(expected.span)),
        );
    }
    for warning in &outcome.unexpected {
        let what = format!("{} {}: {}", package.program().levels.name(warning.level), warning.about, warning.message);
        line(terminal.say("came, but was not expected", "不应有而有"), what);
    }
    for failure in &outcome.failures {
        let why = fault_text(failure.fault.kind, terminal.language);
        line(terminal.say("failed", "出错"), format!("{}: {why}{}", failure.entity, place(failure.at)));
    }
    for wrong in outcome.given_wrong(terminal.language) {
        line(terminal.say("rejected", "拒收"), wrong);
    }
    if let Some(error) = &outcome.error {
        line(terminal.say("could not run", "无法运行"), error.clone());
    }
    text
}
