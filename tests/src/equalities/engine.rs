//! The engine, asked for what can be compared.

use super::{Failed, Said, Seen};
use crate::generate::{Rows, frame};
use crate::reference::is_private;
use watchfire_dsl::check::compile_texts;
use watchfire_dsl::diagnostics::{Language, render_terminal};
use watchfire_dsl::program::Program;
use watchfire_engine::{Compile, Engine, Package, Run, RunOptions, Silence, Sources, Warning};
use watchfire_stdlib::value::{EntityKey, Value};

/// A checked package, ready to run.
pub struct Compiled {
    engine: Engine,
}

/// How a run is done.
#[derive(Clone, Debug)]
pub struct How {
    /// First and last k; none: the default.
    pub range: Option<(i64, i64)>,
    /// Partitions.
    pub partitions: usize,
    /// Threads.
    pub threads: usize,
    /// Microseconds of a block of time; none: the default.
    pub block: Option<i64>,
    /// The one model wanted.
    pub only: Option<String>,
    /// Chunks of each frame.
    pub chunks: usize,
    /// Silences in force at the start.
    pub silences: Vec<Silence>,
    /// Without compiled code.
    pub interpreted: bool,
    /// Over data that was loaded for all models.
    pub loaded: bool,
    /// Bytes of memory; none: the default.
    pub memory: Option<u64>,
}

impl Default for How {
    fn default() -> Self {
        Self {
            range: None,
            partitions: 1,
            threads: 1,
            block: None,
            only: None,
            chunks: 1,
            silences: Vec::new(),
            interpreted: false,
            loaded: false,
            memory: None,
        }
    }
}

/// Parses and checks a package.
///
/// # Errors
/// What the checker says.
pub fn compile(manifest: &str, text: &str) -> Result<Compiled, String> {
    compile_all(manifest, [("case.watch", text.to_owned())])
}

/// Parses and checks a package of several files, those of packages that it uses included.
pub(super) fn compile_all<const N: usize>(manifest: &str, files: [(&str, String); N]) -> Result<Compiled, String> {
    let (package, checked) = compile_texts(manifest, files).map_err(|error| error.to_string())?;
    match checked.program {
        Some(program) => Ok(Compiled { engine: Engine::new(Package::from_program(program, package.sources)) }),
        None => Err(render_terminal(&checked.diagnostics, &package.sources, Language::En, false)),
    }
}

impl Compiled {
    /// The typed program.
    pub fn program(&self) -> &Program {
        self.engine.package().program()
    }

    /// Compiled code passes over the rows of some model.
    pub(super) fn is_screened(&self) -> bool {
        self.engine.plan().models.iter().any(|model| model.compiled.is_some())
    }

    /// Runs it over rows.
    ///
    /// # Errors
    /// Where the run itself fails.
    pub fn run(&self, tables: &[Rows], how: &How) -> Result<Said, String> {
        self.run_with_silences(tables, how).map(|(said, _)| said)
    }

    /// The same, and the silences in force after it.
    ///
    /// # Errors
    /// Where the run itself fails.
    pub fn run_with_silences(&self, tables: &[Rows], how: &How) -> Result<(Said, Vec<Silence>), String> {
        let run = self.all_of(tables, how)?;
        let silences = run.silences.clone();
        Ok((Said::of_run(self.program(), run), silences))
    }

    /// All that comes out.
    pub(super) fn all_of(&self, tables: &[Rows], how: &How) -> Result<Run, String> {
        let mut sources = Sources::new().others_empty();
        for rows in tables {
            // A shrunk program may lack a source.
            if self.program().sources.iter().any(|source| *source.name == *rows.source) {
                let frame = frame(rows, how.chunks).map_err(|error| error.to_string())?;
                sources = sources.frame(rows.source.as_str(), frame);
            }
        }
        let options = RunOptions {
            from: how.range.map(|(from, _)| from),
            to: how.range.map(|(_, to)| to),
            only: how.only.iter().cloned().collect(),
            partitions: Some(how.partitions),
            threads: Some(how.threads),
            block: how.block,
            silences: how.silences.clone(),
            memory: how.memory,
            compile: if how.interpreted { Compile::Never } else { Compile::Always },
            ..RunOptions::default()
        };
        let run = if how.loaded {
            let all = RunOptions { only: Vec::new(), ..options.clone() };
            self.engine.load(&sources, &all).and_then(|loaded| loaded.run(&options))
        } else {
            self.engine.run(&sources, &options)
        };
        run.map_err(|error| error.to_string())
    }
}

/// A warning's facts that are not private.
fn facts(program: &Program, warning: &Warning) -> Vec<Option<Value>> {
    let Some(model) = program.models.iter().find(|model| model.name == warning.model) else { return Vec::new() };
    let lets = model.lets.iter().zip(&warning.facts);
    lets.map(|(item, fact)| (!is_private(program, &item.value.ty)).then(|| fact.value.clone())).collect()
}

impl Said {
    /// What a run says.
    pub(super) fn of_run(program: &Program, run: Run) -> Said {
        let findings = run.findings.into_iter().map(|finding| Seen {
            k: finding.known,
            model: finding.model.to_string(),
            subject: finding.about.key().clone(),
            level: finding.level,
            t: finding.time,
            entity: finding.entity.key().clone(),
            message: None,
            messages: Vec::new(),
            facts: Vec::new(),
            rest: None,
        });
        let warned = |warning: Warning| Seen {
            k: warning.known,
            model: warning.model.to_string(),
            subject: warning.about.key().clone(),
            level: warning.level,
            t: warning.time,
            entity: warning.entity.key().clone(),
            message: Some(warning.message.clone()),
            messages: warning.messages.clone(),
            facts: facts(program, &warning),
            rest: Some(format!("{warning:?}")),
        };
        let exempted = run.exempted.into_iter().map(|one| (warned(one.warning), one.because.to_string())).collect();
        let mut failures: Vec<Failed> = run
            .failures
            .into_iter()
            .map(|failure| Failed {
                k: failure.known,
                model: failure.model.to_string(),
                entity: EntityKey::clone(failure.entity.key()),
                t: failure.time,
                kind: failure.fault.kind,
                at: failure.fault.at,
            })
            .collect();
        failures.sort();
        Said {
            findings: findings.collect(),
            warnings: run.warnings.into_iter().map(warned).collect(),
            exempted,
            failures,
        }
    }
}
