//! A page about a run that explains itself: what was warned of, what was wrong with the data, how to repeat it.

use super::write::{OutputError, replace};
use crate::package::{Package, wall_time_in};
use crate::run::Run;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use watchfire_dsl::diagnostics::Language;
use watchfire_stdlib::format::{fault_text, level_word};
use watchfire_stdlib::value::{Level, Levels};

/// So many warnings are listed; files have them all.
const LISTED: usize = 200;

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:72em;margin:2em auto;padding:0 1em}\
table{border-collapse:collapse;margin:.5em 0 1.5em}th,td{text-align:left;padding:.25em .75em;border-bottom:1px solid #8884;\
vertical-align:top}th,.w,time,code{white-space:nowrap}.red{color:#b00020}.orange{color:#b45309}.yellow{color:#8a6d00}\
.blue{color:#1d4ed8}.red,.orange,.yellow,.blue{font-weight:600}@media(prefers-color-scheme:dark){body{background:#111;\
color:#ddd}.red{color:#ff8a80}.orange{color:#ffb74d}.yellow{color:#ffe082}.blue{color:#90caf9}}";

impl Run {
    /// The run as one HTML page that needs nothing else.
    pub fn report(&self, package: &Package) -> String {
        Report { run: self, package, language: package.program().language, page: String::new() }.write()
    }

    /// Writes [`Run::report`] to a file.
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    pub fn write_report(&self, path: impl AsRef<Path>, package: &Package) -> Result<(), OutputError> {
        let page = self.report(package);
        replace(path.as_ref(), &|file| Ok(file.write_all(page.as_bytes())?))
    }
}

struct Report<'a> {
    run: &'a Run,
    package: &'a Package,
    language: Language,
    page: String,
}

impl Report<'_> {
    fn say(&self, english: &'static str, chinese: &'static str) -> &'static str {
        if self.language == Language::Zh { chinese } else { english }
    }

    /// An instant to the minute, or as exact as it is; exactly, with its offset, for machines and in the tooltip.
    fn time(&self, time: i64) -> String {
        let exact = wall_time_in(&self.run.zone, time);
        let wall = self.run.zone.wall(time).and_then(chrono::DateTime::from_timestamp_micros);
        let form = if time % 60_000_000 == 0 { "%Y-%m-%d %H:%M" } else { "%Y-%m-%d %H:%M:%S" };
        let shown = wall.map_or_else(|| exact.clone(), |wall| wall.format(form).to_string());
        format!("<time datetime=\"{exact}\" title=\"{exact}\">{shown}</time>")
    }

    /// The message in the page's language, if the model has it in that.
    fn message<'w>(&self, warning: &'w crate::Warning) -> &'w str {
        let found = warning.messages.iter().find(|(language, _)| *language == self.language);
        found.map_or(&warning.message, |(_, text)| text)
    }

    fn heading(&mut self, english: &'static str, chinese: &'static str) {
        let text = self.say(english, chinese);
        let _ = writeln!(self.page, "<h2>{text}</h2>");
    }

    fn table(&mut self, headings: &[&str], rows: &[Vec<String>]) {
        let cells = |cells: &[String], tag: &str| -> String {
            cells.iter().map(|cell| format!("<{tag}>{cell}</{tag}>")).collect()
        };
        let headings: Vec<String> = headings.iter().map(|heading| escape(heading)).collect();
        let _ = writeln!(self.page, "<table>\n<tr>{}</tr>", cells(&headings, "th"));
        for row in rows {
            let _ = writeln!(self.page, "<tr>{}</tr>", cells(row, "td"));
        }
        self.page.push_str("</table>\n");
    }

    fn write(mut self) -> String {
        let run = self.run;
        let title = escape(&format!("{} {}", run.package, run.package_version));
        let language = self.say("en", "zh");
        let _ = writeln!(
            self.page,
            "<!DOCTYPE html>\n<html lang=\"{language}\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
             content=\"width=device-width\">\n<title>{title}</title>\n<style>{STYLE}</style>\n<h1>{title}</h1>"
        );
        let range = run.range.map_or_else(
            || self.say("no dated rows", "没有带日期的数据").to_owned(),
            |(from, to)| format!("{} – {}", self.time(from), self.time(to)),
        );
        let exempted = match run.exempted.len() {
            0 => String::new(),
            many => format!("{many} {}, ", self.say("exempted", "条获豁免")),
        };
        let counts = format!(
            "{} {}, {}{} {}, {} {}",
            run.warnings.len(),
            self.say("warnings", "条预警"),
            exempted,
            run.failures.len(),
            self.say("failures", "次计算失败"),
            run.rejects.count(),
            self.say("rejects", "处数据被拒"),
        );
        let _ = writeln!(self.page, "<p>{range}</p>\n<p>{counts}</p>");
        if run.development_key {
            let text = self.say(
                "Pseudonyms were made with the public development key: they hide nothing from those who know the keys.",
                "化名使用公开的开发密钥生成：知道原始编号的人可以识别。",
            );
            let _ = writeln!(self.page, "<p>{text}</p>");
        }
        self.models();
        self.warnings();
        self.exempted();
        self.troubles();
        self.repeat();
        self.page.push_str("</html>\n");
        self.page
    }

    fn models(&mut self) {
        self.heading("Models", "模型");
        let mut counts: BTreeMap<(&str, Level), usize> = BTreeMap::new();
        for warning in &self.run.warnings {
            *counts.entry((&warning.model, warning.level)).or_insert(0) += 1;
        }
        let rows: Vec<Vec<String>> = self
            .run
            .models
            .iter()
            .map(|model| {
                let mut row = vec![escape(&model.model)];
                row.extend(self.run.levels.all().map(|(level, _)| {
                    counts.get(&(&*model.model, level)).map_or_else(String::new, ToString::to_string)
                }));
                let version: String = model.version.chars().take(12).collect();
                let version = format!("<code title=\"{}\">{}</code>", escape(&model.version), escape(&version));
                row.extend([model.findings.to_string(), model.evaluations.to_string(), version]);
                row
            })
            .collect();
        let mut headings = vec![self.say("model", "模型")];
        headings.extend(self.run.levels.all().map(|(_, name)| level_word(name, self.language)));
        headings.extend([
            self.say("findings", "发现"),
            self.say("evaluations", "计算次数"),
            self.say("version", "版本"),
        ]);
        self.table(&headings, &rows);
    }

    fn warnings(&mut self) {
        self.heading("Warnings", "预警");
        let row = |warning: &crate::Warning| {
            let facts: Vec<String> =
                warning.facts.iter().map(|fact| format!("{} = {}", fact.name, fact.text)).collect();
            vec![
                self.level(warning.level),
                format!("<span class=\"w\">{}</span>", escape(&warning.model)),
                escape(&warning.about.shown),
                self.time(warning.time),
                escape(self.message(warning)),
                escape(&facts.join("; ")),
                format!("<span class=\"w\">{}</span>", escape(warning.dispatch.as_deref().unwrap_or(""))),
            ]
        };
        let rows: Vec<Vec<String>> = self.run.warnings.iter().take(LISTED).map(row).collect();
        let headings = [
            self.say("level", "级别"),
            self.say("model", "模型"),
            self.say("about", "对象"),
            self.say("time", "时间"),
            self.say("message", "消息"),
            self.say("facts", "事实"),
            self.say("dispatch", "派送"),
        ];
        self.table(&headings, &rows);
        self.more(self.run.warnings.len());
    }

    /// Warnings that were set aside, and why.
    fn exempted(&mut self) {
        if self.run.exempted.is_empty() {
            return;
        }
        self.heading("Exempted", "获豁免的预警");
        let row = |exempted: &crate::Exempted| {
            let warning = &exempted.warning;
            vec![
                self.level(warning.level),
                format!("<span class=\"w\">{}</span>", escape(&warning.model)),
                escape(&warning.about.shown),
                self.time(warning.time),
                escape(self.message(warning)),
                escape(&exempted.because),
                format!("<span class=\"w\">{}</span>", super::json::date(exempted.until)),
            ]
        };
        let rows: Vec<Vec<String>> = self.run.exempted.iter().take(LISTED).map(row).collect();
        let headings = [
            self.say("level", "级别"),
            self.say("model", "模型"),
            self.say("about", "对象"),
            self.say("time", "时间"),
            self.say("message", "消息"),
            self.say("because", "原因"),
            self.say("until", "直到"),
        ];
        self.table(&headings, &rows);
        self.more(self.run.exempted.len());
    }

    /// Says how many are not listed.
    fn more(&mut self, all: usize) {
        let more = all.saturating_sub(LISTED);
        if more > 0 {
            let text = self.say("more are in the files of this run", "条未在此列出，见本次运行的文件");
            let _ = writeln!(self.page, "<p>{more} {text}</p>");
        }
    }

    /// A level in its colour.
    fn level(&self, level: Level) -> String {
        let word = level_word(self.run.levels.name(level), self.language);
        format!("<span class=\"w {}\">{}</span>", colour(&self.run.levels, level), escape(word))
    }

    /// What was wrong: failures, models that could not run, rejects, stale sources.
    fn troubles(&mut self) {
        let (run, language) = (self.run, self.language);
        if !run.failures.is_empty() || !run.failed_models.is_empty() {
            self.heading("Failures", "计算失败");
            let mut rows: Vec<Vec<String>> = run
                .failures
                .iter()
                .take(LISTED)
                .map(|failure| {
                    let row = failure.row.as_ref().map_or_else(String::new, ToString::to_string);
                    vec![
                        escape(&failure.model),
                        escape(&failure.entity.shown),
                        self.time(failure.time),
                        fault_text(failure.fault.kind, language).into(),
                        format!("<code>{}</code>", escape(self.package.texts().text(failure.at))),
                        escape(&row),
                    ]
                })
                .collect();
            let absent = self.say("a plugin is not there", "缺少插件");
            rows.extend(run.failed_models.iter().map(|failed| {
                let call = format!("{}: {}", failed.plugin, failed.function);
                vec![escape(&failed.model), String::new(), String::new(), absent.into(), escape(&call), String::new()]
            }));
            let headings = [
                self.say("model", "模型"),
                self.say("entity", "对象"),
                self.say("time", "时间"),
                self.say("reason", "原因"),
                self.say("expression", "表达式"),
                self.say("row", "数据行"),
            ];
            self.table(&headings, &rows);
        }
        if !run.rejects.is_empty() {
            self.heading("Rejects", "被拒数据");
            let rows: Vec<Vec<String>> = run
                .rejects
                .groups()
                .map(|group| {
                    let sample = group.samples.first();
                    vec![
                        escape(&group.source),
                        escape(group.column.as_deref().unwrap_or("")),
                        escape(group.reason.text(language)),
                        group.count.to_string(),
                        sample.map_or_else(String::new, |sample| escape(&sample.place.to_string())),
                    ]
                })
                .collect();
            let headings = [
                self.say("source", "来源"),
                self.say("column", "列"),
                self.say("reason", "原因"),
                self.say("count", "数目"),
                self.say("first", "首处"),
            ];
            self.table(&headings, &rows);
        }
        if !run.stale.is_empty() {
            self.heading("Silent sources", "停报的来源");
            let rows: Vec<Vec<String>> = run
                .stale
                .iter()
                .map(|stale| vec![escape(&stale.source), stale.last.map_or_else(String::new, |last| self.time(last))])
                .collect();
            let headings = [self.say("source", "来源"), self.say("last row", "最后一行")];
            self.table(&headings, &rows);
        }
    }

    /// What it takes to get the same result again.
    fn repeat(&mut self) {
        let run = self.run;
        self.heading("To repeat this run", "复现本次运行");
        let mut rows = vec![
            vec![self.say("engine", "引擎").to_owned(), format!("watchfire-engine {}", env!("CARGO_PKG_VERSION"))],
            vec![self.say("package", "包").to_owned(), escape(&format!("{} {}", run.package, run.package_version))],
            vec![self.say("time zone", "时区").to_owned(), escape(run.zone.name())],
        ];
        if let Some(profile) = &run.profile {
            rows.push(vec![self.say("profile", "预案").to_owned(), escape(profile)]);
        }
        for (name, value) in &run.parameters {
            rows.push(vec![format!("{} <code>{}</code>", self.say("parameter", "参数"), escape(name)), escape(value)]);
        }
        for input in &run.inputs {
            let mut rows_read = format!("{} {}", input.rows, self.say("rows", "行"));
            if input.skipped > 0 {
                let skipped = self.say(", SKIPPED of them outside of the range", "，其中 SKIPPED 行在范围之外");
                rows_read += &skipped.replace("SKIPPED", &input.skipped.to_string());
            }
            rows.push(vec![
                format!("{} <code>{}</code>", self.say("source", "来源"), escape(&input.source)),
                rows_read,
            ]);
        }
        let headings = [self.say("what", "项目"), self.say("value", "值")];
        self.table(&headings, &rows);
    }
}

/// The colour of a level: the usual four have the one they are named after, others by their place among all, from the
/// most severe.
fn colour(levels: &Levels, level: Level) -> &'static str {
    const COLOURS: [&str; 4] = ["red", "orange", "yellow", "blue"];
    let name = levels.name(level);
    if let Some(own) = COLOURS.into_iter().find(|colour| *colour == name) {
        return own;
    }
    let place = levels.all().position(|(other, _)| other == level).unwrap_or(0);
    COLOURS[place * COLOURS.len() / levels.all().count().max(COLOURS.len())]
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            _ => escaped.push(character),
        }
    }
    escaped
}
