//! One case: its blocks become a package with data in a folder, and what comes of it is held against the other blocks.

use super::document::{Block, Case};
use super::expected::{Came, compare, compare_beginnings, key, lines};
use super::values::Values;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use watchfire_dsl::diagnostics::{Diagnostic, Language, Severity, render_terminal};
use watchfire_dsl::format::format;
use watchfire_dsl::keywords::KeywordLanguage;
use watchfire_dsl::parse::parse;
use watchfire_dsl::source::{FileId, SourceMap};
use watchfire_engine::{Engine, Extent, FileOptions, Package, Run, RunOptions, Silence, Sources};
use watchfire_stdlib::format::fault_text;

/// The usual manifest; lines of a `toml` block replace those with the same key.
const MANIFEST: &[(&str, &str)] =
    &[("name", "\"spec\""), ("version", "\"0.1.0\""), ("zone", "\"Asia/Shanghai\""), ("language", "\"en\"")];

/// Runs one case.
///
/// # Errors
/// How what came differs from what the case says.
pub(super) fn run(preamble: &str, case: &Case) -> Result<(), String> {
    let parts = Parts::of(preamble, case)?;
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let place = |name: &str, text: String| Written { name: name.into(), text };
    let mut files = vec![place("watchfire.toml", parts.manifest.clone()), place("program.watch", parts.program())];
    files.extend(parts.files.iter().map(|block| place(&block.rest, block.text.clone())));
    let mut data: Vec<Data> = Vec::new();
    for block in &parts.rows {
        data.push(Data::of(block, data.len())?);
    }
    let write = |root: &Path, chinese: bool| -> Result<PathBuf, String> {
        let package = root.join("package");
        for file in &files {
            let text =
                if chinese && file.name.ends_with(".watch") { in_chinese(&file.text)? } else { file.text.clone() };
            file.write(&package, &text)?;
        }
        Ok(package)
    };
    let write_data = |package: &Package, reversed: bool| -> Result<(), String> {
        let root = package.root().unwrap_or(Path::new(""));
        data.iter().try_for_each(|table| {
            Written { name: table.file.clone(), text: String::new() }.write(root, &table.text(package, reversed))
        })
    };
    let root = write(&folder.path().join("en"), false)?;
    let package = match Package::load(&root) {
        Ok(package) => package,
        Err(error) if !parts.errors.is_empty() => {
            return problems("error", &parts.errors, &error.diagnostics, &error.sources, Severity::Error);
        }
        Err(error) => return Err(format!("the program is wrong\n{error}")),
    };
    if !parts.errors.is_empty() {
        return Err("errors are expected, but the program is right".into());
    }
    if !parts.lints.is_empty() {
        problems("lint", &parts.lints, package.warnings(), package.texts(), Severity::Warning)?;
    }
    write_data(&package, false)?;
    let first = Observed::of(package, &data, &parts, 1)?;
    first.meets(&parts)?;
    // What a program means depends neither on the order of rows, nor on partitions, nor on the language of its keywords.
    let root = write(&folder.path().join("zh"), true)?;
    let package = Package::load(&root).map_err(|error| format!("in Chinese the program is wrong\n{error}"))?;
    write_data(&package, true)?;
    let second = Observed::of(package, &data, &parts, 3)?;
    first.same(&second).map_err(|what| {
        format!("with Chinese keywords, rows in reverse and three partitions, something else comes: {what}")
    })
}

/// A case's blocks by what they are.
struct Parts<'a> {
    preamble: &'a str,
    manifest: String,
    watch: String,
    files: Vec<&'a Block>,
    rows: Vec<&'a Block>,
    errors: Vec<&'a Block>,
    lints: Vec<&'a Block>,
    tests: Option<&'a Block>,
    values: Vec<Values<'a>>,
    runs: Vec<Asked<'a>>,
}

/// One run, and what is expected of it.
#[derive(Default)]
struct Asked<'a> {
    options: Option<&'a Block>,
    findings: Option<&'a Block>,
    warnings: Option<&'a Block>,
    exempted: Option<&'a Block>,
    failures: Option<&'a Block>,
    rejects: Option<&'a Block>,
    stale: Option<&'a Block>,
}

impl<'a> Parts<'a> {
    fn of(preamble: &'a str, case: &'a Case) -> Result<Self, String> {
        let mut parts = Self {
            preamble,
            manifest: manifest(""),
            watch: String::new(),
            files: Vec::new(),
            rows: Vec::new(),
            errors: Vec::new(),
            lints: Vec::new(),
            tests: None,
            values: Vec::new(),
            runs: Vec::new(),
        };
        for block in &case.blocks {
            match &*block.kind {
                "toml" => parts.manifest = manifest(&block.text),
                "watch" => parts.watch.push_str(&block.text),
                "file" => parts.files.push(block),
                "rows" => parts.rows.push(block),
                "error" => parts.errors.push(block),
                "lint" => parts.lints.push(block),
                "tests" => parts.tests = Some(block),
                "values" => parts.values.push(Values::of(block, parts.values.len())?),
                "run" => parts.runs.push(Asked { options: Some(block), ..Asked::default() }),
                "findings" => parts.last_run().findings = Some(block),
                "warnings" => parts.last_run().warnings = Some(block),
                "exempted" => parts.last_run().exempted = Some(block),
                "failures" => parts.last_run().failures = Some(block),
                "rejects" => parts.last_run().rejects = Some(block),
                "stale" => parts.last_run().stale = Some(block),
                "text" => {}
                other => return Err(format!("line {}: there is no block `{other}`", block.line)),
            }
        }
        let asks = |run: &Asked<'_>| {
            [run.findings, run.warnings, run.exempted, run.failures, run.rejects, run.stale].iter().any(Option::is_some)
        };
        let checked = !parts.errors.is_empty() || !parts.lints.is_empty() || parts.tests.is_some();
        let has_tests = parts.watch.lines().any(|line| line.starts_with("test ") || line.starts_with("测试 "));
        if !(checked || has_tests || !parts.values.is_empty() || parts.runs.iter().any(asks)) {
            return Err("the case expects nothing".into());
        }
        Ok(parts)
    }

    /// The run that the last `run` block asked for, else the usual one.
    fn last_run(&mut self) -> &mut Asked<'a> {
        if self.runs.is_empty() {
            self.runs.push(Asked::default());
        }
        let last = self.runs.len() - 1;
        &mut self.runs[last]
    }

    fn program(&self) -> String {
        let values: String = self.values.iter().map(Values::model).collect();
        format!("{}\n{}\n{values}", self.preamble, self.watch)
    }
}

/// The manifest with the lines of a `toml` block; a block with `[package]` is the whole manifest.
fn manifest(text: &str) -> String {
    if text.contains("[package]") {
        return text.to_owned();
    }
    let end = if text.starts_with('[') { 0 } else { text.find("\n[").map_or(text.len(), |end| end + 1) };
    let (own, tables) = text.split_at(end);
    let given = |key: &str| own.lines().any(|line| line.split('=').next().is_some_and(|name| name.trim() == key));
    let mut whole = String::from("[package]\n");
    for (key, value) in MANIFEST.iter().filter(|(key, _)| !given(key)) {
        let _ = writeln!(whole, "{key} = {value}");
    }
    format!("{whole}{own}{tables}")
}

/// A file of the package.
struct Written {
    name: String,
    text: String,
}

impl Written {
    fn write(&self, package: &Path, text: &str) -> Result<(), String> {
        let path = package.join(&self.name);
        let problem = |error: std::io::Error| format!("{}: {error}", self.name);
        // A file may lie beside the package (`../city/…`), whose folder must be there for that.
        std::fs::create_dir_all(package).map_err(problem)?;
        std::fs::create_dir_all(path.parent().unwrap_or(package)).map_err(problem)?;
        std::fs::write(path, text).map_err(problem)
    }
}

/// The rows behind a source.
struct Data {
    source: String,
    file: String,
    lines: Vec<String>,
    header: bool,
    /// Columns that the rows do not name are there, and empty.
    complete: bool,
}

impl Data {
    /// `rows SOURCE [csv|ndjson|raw]`: blanks around the commas of CSV do not count, unless it is raw.
    fn of(block: &Block, number: usize) -> Result<Self, String> {
        let (source, form) = block.rest.split_once(' ').unwrap_or((&block.rest, "csv"));
        let (ending, trim, header) = match form {
            "csv" => ("csv", true, true),
            "raw" => ("csv", false, true),
            "ndjson" => ("ndjson", false, false),
            other => return Err(format!("line {}: there is no form `{other}` of rows", block.line)),
        };
        let lines = block.text.lines().map(|line| if trim { trimmed(line) } else { line.to_owned() }).collect();
        // The first table of a source has its name, so that the manifest can speak of it.
        let name = if number == 0 { source.to_owned() } else { format!("{source}-{number}") };
        Ok(Self { source: source.into(), file: format!("data/{name}.{ending}"), lines, header, complete: trim })
    }

    fn text(&self, package: &Package, reversed: bool) -> String {
        let mut lines: Vec<String> = self.lines.clone();
        if let (true, Some(header)) = (self.complete, lines.first().cloned()) {
            let named: Vec<&str> = header.split(',').collect();
            let lacking: Vec<String> =
                raw_columns(package, &self.source).into_iter().filter(|name| !named.contains(&name.as_str())).collect();
            for (index, line) in lines.iter_mut().enumerate() {
                for name in &lacking {
                    line.push(',');
                    line.push_str(if index == 0 { name } else { "" });
                }
            }
        }
        // A cell with a line break keeps the rows as they are.
        if reversed && lines.iter().all(|line| line.matches('"').count() % 2 == 0) && !lines.is_empty() {
            lines[usize::from(self.header)..].reverse();
        }
        lines.iter().fold(String::new(), |text, line| text + line + "\n")
    }
}

/// The raw columns that a source is loaded from.
fn raw_columns(package: &Package, source: &str) -> Vec<String> {
    let mut names = Vec::new();
    for source in package.program().sources.iter().filter(|one| *one.name == *source) {
        for column in &source.columns {
            if column.load.from.is_empty() {
                names.push(column.name.to_string());
            }
            names.extend(column.load.from.iter().map(ToString::to_string));
        }
    }
    names.dedup();
    names
}

/// A line of CSV without blanks around its commas, except in quotes.
fn trimmed(line: &str) -> String {
    let mut cells = vec![String::new()];
    let mut quoted = false;
    for c in line.chars() {
        quoted ^= c == '"';
        match (c, cells.last_mut()) {
            (',', _) if !quoted => cells.push(String::new()),
            (c, Some(cell)) => cell.push(c),
            (_, None) => {}
        }
    }
    cells.iter().map(|cell| cell.trim()).collect::<Vec<_>>().join(",")
}

fn in_chinese(text: &str) -> Result<String, String> {
    let parsed = parse(FileId(0), text);
    if parsed.diagnostics.iter().any(Diagnostic::is_error) {
        return Err("the program cannot be parsed again".into());
    }
    Ok(format(&parsed.file, text, KeywordLanguage::Chinese))
}

/// Holds `error CODE` or `lint CODE` blocks against the diagnostics of that severity.
fn problems(
    what: &str,
    blocks: &[&Block],
    came: &[Diagnostic],
    texts: &SourceMap,
    severity: Severity,
) -> Result<(), String> {
    let came: Vec<&Diagnostic> = came.iter().filter(|problem| problem.severity() == severity).collect();
    let text = |problem: &Diagnostic| problem.primary().map_or("", |span| texts.text(span)).trim().to_owned();
    let mut there: Vec<(String, String)> = came.iter().map(|one| (one.code().to_owned(), text(one))).collect();
    let mut wanted: Vec<(String, String)> =
        blocks.iter().map(|block| (block.rest.clone(), block.text.trim().to_owned())).collect();
    there.sort();
    wanted.sort();
    if there == wanted {
        return Ok(());
    }
    let shown: Vec<Diagnostic> = came.into_iter().cloned().collect();
    let list = |all: &[(String, String)]| {
        all.iter().fold(String::new(), |text, (code, at)| text + &format!("    {code} at `{at}`\n"))
    };
    Err(format!(
        "{what}: expected\n{}  but came\n{}{}",
        list(&wanted),
        list(&there),
        render_terminal(&shown, texts, Language::En, false)
    ))
}

/// What came.
struct Observed {
    runs: Vec<RunCame>,
    /// Block by block.
    values: Vec<Vec<(String, String)>>,
    tests: Vec<(String, String)>,
}

/// What came of one run.
struct RunCame {
    findings: Vec<Came>,
    warnings: Vec<Came>,
    exempted: Vec<String>,
    failures: Vec<String>,
    rejects: Vec<String>,
    stale: Vec<String>,
}

impl Observed {
    fn of(package: Package, data: &[Data], parts: &Parts<'_>, partitions: usize) -> Result<Self, String> {
        let engine = Engine::new(package);
        let package = engine.package();
        let mut sources = package.sources().others_empty().keep_rejects(1000);
        let named = |source: &str| package.manifest().is_some_and(|manifest| manifest.data.contains_key(source));
        for table in data.iter().filter(|table| !named(&table.source)) {
            let files = data.iter().filter(|other| other.source == table.source);
            let root = package.root().unwrap_or(Path::new(""));
            let paths: Vec<PathBuf> = files.map(|other| root.join(&other.file)).collect();
            sources = sources.files(table.source.as_str(), paths, FileOptions::default());
        }
        let mut runs: Vec<RunCame> = Vec::new();
        let mut silences: Vec<Silence> = Vec::new();
        for asked in &parts.runs {
            let mut options = options(asked, package, &silences)?;
            options.partitions = Some(partitions);
            options.threads = Some(1);
            let run = run_of(&engine, &sources, &options)?;
            silences.clone_from(&run.silences);
            runs.push(RunCame::of(&engine, run));
        }
        let values = parts.values.iter().map(|values| values.of_run(&engine, &sources)).collect::<Result<_, _>>()?;
        let outcomes = engine.test().into_iter().map(|outcome| {
            let word = if outcome.passed { "passed" } else { "FAILED" };
            let line = format!("{word} {} \"{}\"", outcome.model, outcome.title);
            let difference = outcome.difference(engine.package(), Language::En);
            (line, if outcome.passed { String::new() } else { difference })
        });
        Ok(Self { runs, values, tests: outcomes.collect() })
    }

    fn meets(&self, parts: &Parts<'_>) -> Result<(), String> {
        for (came, asked) in self.runs.iter().zip(&parts.runs) {
            if let Some(block) = asked.findings {
                compare("findings", &block.text, &came.findings)?;
            }
            if let Some(block) = asked.warnings {
                compare("warnings", &block.text, &came.warnings)?;
            }
            if let Some(block) = asked.exempted {
                compare_beginnings("exempted warnings", &block.text, &came.exempted)?;
            }
            // Failures and rejects are never passed over.
            compare_beginnings("failures", asked.failures.map_or("", |block| &block.text), &came.failures)?;
            compare_beginnings("rejects", asked.rejects.map_or("", |block| &block.text), &came.rejects)?;
            if let Some(block) = asked.stale {
                compare_beginnings("stale sources", &block.text, &came.stale)?;
            }
        }
        for (values, came) in parts.values.iter().zip(&self.values) {
            values.compare(came)?;
        }
        match parts.tests {
            Some(block) => {
                let came: Vec<String> = self.tests.iter().map(|(line, _)| line.clone()).collect();
                compare_beginnings("tests", &block.text, &came)
            }
            None => match self.tests.iter().find(|(_, difference)| !difference.is_empty()) {
                Some((line, difference)) => Err(format!("test: {line}\n{difference}")),
                None => Ok(()),
            },
        }
    }

    /// What differs from another observation; expressions in the text of failures may be in the other language.
    fn same(&self, other: &Self) -> Result<(), String> {
        let without_text = |lines: &[String]| -> Vec<String> {
            lines.iter().map(|line| line.split(" `").next().unwrap_or(line).to_owned()).collect()
        };
        for (a, b) in self.runs.iter().zip(&other.runs) {
            if a.findings != b.findings {
                return Err(format!("findings {:?} and {:?}", a.findings, b.findings));
            }
            if a.warnings != b.warnings {
                return Err(format!("warnings {:?} and {:?}", a.warnings, b.warnings));
            }
            if a.exempted != b.exempted {
                return Err(format!("exempted warnings {:?} and {:?}", a.exempted, b.exempted));
            }
            if without_text(&a.failures) != without_text(&b.failures) {
                return Err(format!("failures {:?} and {:?}", a.failures, b.failures));
            }
            if a.rejects.len() != b.rejects.len() || a.stale != b.stale {
                return Err(format!("rejects {:?} and {:?}", a.rejects, b.rejects));
            }
        }
        if self.values != other.values {
            return Err(format!("values {:?} and {:?}", self.values, other.values));
        }
        let lines = |all: &[(String, String)]| all.iter().map(|(line, _)| line.clone()).collect::<Vec<_>>();
        if lines(&self.tests) != lines(&other.tests) {
            return Err(format!("tests {:?} and {:?}", self.tests, other.tests));
        }
        Ok(())
    }
}

pub(super) fn run_of(engine: &Engine, sources: &Sources, options: &RunOptions) -> Result<Run, String> {
    engine.run(sources, options).map_err(|error| format!("the run could not begin: {error}"))
}

/// The lines of a `run` block: `from T`, `to T`, `only MODEL…`, `profile NAME`, `language LANGUAGE`, `continue`.
fn options(asked: &Asked<'_>, package: &Package, silences: &[Silence]) -> Result<RunOptions, String> {
    let mut options = RunOptions::default();
    for line in asked.options.iter().flat_map(|block| lines(&block.text)) {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let rest = rest.trim();
        let instant = || package.instant(rest).ok_or_else(|| format!("`{rest}` is no time"));
        match word {
            "from" => options.from = Some(instant()?),
            "to" => options.to = Some(instant()?),
            "only" => options.only = rest.split([',', ' ']).filter(|name| !name.is_empty()).map(Into::into).collect(),
            "profile" => options.profile = Some(rest.into()),
            "language" => {
                options.language = Language::ALL.into_iter().find(|language| language.tag() == rest);
            }
            "continue" => options.silences = silences.to_vec(),
            other => return Err(format!("a run has no option `{other}`")),
        }
    }
    Ok(options)
}

impl RunCame {
    fn of(engine: &Engine, run: Run) -> Self {
        let package = engine.package();
        let wall = |instant: i64| package.wall_time(instant);
        let finding = |finding: &watchfire_engine::Finding| Came {
            known: wall(finding.known),
            time: wall(finding.time),
            level: package.program().levels.name(finding.level).to_owned(),
            model: finding.model.to_string(),
            about: key(finding.about.key()),
            message: None,
        };
        let warning = |warning: &watchfire_engine::Warning| Came {
            known: wall(warning.known),
            time: wall(warning.time),
            level: package.program().levels.name(warning.level).to_owned(),
            model: warning.model.to_string(),
            about: key(warning.about.key()),
            message: Some(warning.message.clone()),
        };
        let failure = |failure: &watchfire_engine::Failure| {
            let row = failure.row.as_ref().map_or_else(String::new, |row| format!(" in {row}"));
            format!(
                "{} {} {}: {} `{}`{row}",
                super::expected::short(&wall(failure.known)),
                failure.model,
                key(failure.entity.key()),
                fault_text(failure.fault.kind, Language::En),
                package.texts().text(failure.at)
            )
        };
        let mut rejects = Vec::new();
        for group in run.rejects.groups() {
            for sample in &group.samples {
                let column = group.column.as_ref().map_or_else(String::new, |column| format!(" {column}"));
                let extent = if group.extent == Extent::Cell { "cell" } else { "row" };
                let line = format!(
                    "{} line {}{column}: {} ({extent}) {}",
                    group.source,
                    sample.place.line,
                    group.reason.code(),
                    sample.raw
                );
                rejects.push((group.source.clone(), sample.place.line, line.trim_end().to_owned()));
            }
        }
        rejects.sort();
        let stale = run.stale.iter().map(|stale| {
            let last = stale.last.map_or_else(|| "never".to_owned(), |last| super::expected::short(&wall(last)));
            format!("{} {last}", stale.source)
        });
        Self {
            stale: stale.collect(),
            findings: run.findings.iter().map(finding).collect(),
            warnings: run.warnings.iter().map(warning).collect(),
            exempted: run
                .exempted
                .iter()
                .map(|one| {
                    let came = Came { message: None, ..warning(&one.warning) };
                    format!("{}: {}", came.line(), one.because)
                })
                .collect(),
            failures: run.failures.iter().map(failure).collect(),
            rejects: rejects.into_iter().map(|(_, _, line)| line).collect(),
        }
    }
}
