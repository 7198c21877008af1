//! What a run says, in a form in which two runs can be compared and shown.

use crate::reference::{Failure, Finding, Outcome};
use std::fmt;
use watchfire_dsl::diagnostics::Language;
use watchfire_dsl::program::Program;
use watchfire_stdlib::value::{EntityKey, FaultKind, Level, Value};

/// A finding or warning.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seen {
    /// The instant up to which it knows.
    pub k: i64,
    /// Its model.
    pub model: String,
    /// What it is about.
    pub subject: EntityKey,
    /// How severe.
    pub level: Level,
    /// The instant that it speaks of.
    pub t: i64,
    /// The model's entity.
    pub entity: EntityKey,
    /// Its message (warnings).
    pub message: Option<String>,
    /// Its message in each language (warnings).
    pub messages: Vec<(Language, String)>,
    /// The values of its model's `let`s that are not private (warnings).
    pub facts: Vec<Option<Value>>,
    /// All that a warning of the engine says.
    pub rest: Option<String>,
}

/// A failure.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Failed {
    /// The instant up to which it knew.
    pub k: i64,
    /// Its model.
    pub model: String,
    /// The model's entity.
    pub entity: EntityKey,
    /// The instant that it spoke of.
    pub t: i64,
    /// Why.
    pub kind: FaultKind,
    /// Where in the text: file, first byte, end byte.
    pub at: (u32, u32, u32),
}

/// All that a run says, each part in output order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// Findings; they have no messages.
    pub findings: Vec<Seen>,
    /// Warnings.
    pub warnings: Vec<Seen>,
    /// Warnings that were set aside, and why.
    pub exempted: Vec<(Seen, String)>,
    /// Failures.
    pub failures: Vec<Failed>,
}

impl Said {
    /// What the reference says.
    pub fn of_reference(program: &Program, outcome: Outcome) -> Self {
        let name = |model: watchfire_dsl::program::ModelId| program.models[model.index()].name.to_string();
        let seen = |finding: Finding, with_message: bool| Seen {
            k: finding.k,
            model: name(finding.model),
            subject: finding.subject,
            level: finding.level,
            t: finding.t,
            entity: finding.entity,
            // §2.7: without a message a warning says its model's name.
            message: with_message.then(|| {
                let own = finding.messages.iter().find(|(language, _)| *language == program.language);
                let own = own.or(finding.messages.first()).map(|(_, text)| text.clone());
                own.unwrap_or_else(|| name(finding.model))
            }),
            messages: if with_message { finding.messages } else { Vec::new() },
            facts: if with_message { finding.facts } else { Vec::new() },
            rest: None,
        };
        let failed = |failure: Failure| Failed {
            k: failure.k,
            model: name(failure.model),
            entity: failure.entity,
            t: failure.t,
            kind: failure.fault.kind,
            at: failure.fault.at,
        };
        let mut failures: Vec<Failed> = outcome.failures.into_iter().map(failed).collect();
        failures.sort();
        Self {
            findings: outcome.findings.into_iter().map(|finding| seen(finding, false)).collect(),
            warnings: outcome.warnings.into_iter().map(|finding| seen(finding, true)).collect(),
            exempted: outcome.exempted.into_iter().map(|(finding, why)| (seen(finding, true), why)).collect(),
            failures,
        }
    }

    /// What it says with k in [a, b].
    pub fn between(&self, a: i64, b: i64) -> Self {
        let seen = |all: &[Seen]| all.iter().filter(|one| a <= one.k && one.k <= b).cloned().collect();
        Self {
            findings: seen(&self.findings),
            warnings: seen(&self.warnings),
            exempted: self.exempted.iter().filter(|(one, _)| a <= one.k && one.k <= b).cloned().collect(),
            failures: self.failures.iter().filter(|one| a <= one.k && one.k <= b).cloned().collect(),
        }
    }

    /// What one model says.
    pub fn of_model(&self, model: &str) -> Self {
        self.of_models(&[model.to_owned()])
    }

    /// The essence, without the places of faults in the text.
    pub fn without_places(&self) -> Self {
        let mut said = self.essence();
        let exempted = said.exempted.iter_mut().map(|(seen, _)| seen);
        let facts = said.warnings.iter_mut().chain(exempted).flat_map(|seen| &mut seen.facts);
        for fact in facts.flatten() {
            if let Value::Fault(fault) = fact {
                fault.at = (0, 0, 0);
            }
        }
        said.failures.iter_mut().for_each(|failed| failed.at = (0, 0, 0));
        said
    }

    /// What some models say.
    pub fn of_models(&self, models: &[String]) -> Self {
        let seen = |all: &[Seen]| all.iter().filter(|one| models.contains(&one.model)).cloned().collect();
        Self {
            findings: seen(&self.findings),
            warnings: seen(&self.warnings),
            exempted: self.exempted.iter().filter(|(one, _)| models.contains(&one.model)).cloned().collect(),
            failures: self.failures.iter().filter(|one| models.contains(&one.model)).cloned().collect(),
        }
    }

    /// The findings without warnings and failures.
    pub fn findings_only(&self) -> Self {
        Self { findings: self.findings.clone(), ..Self::default() }
    }

    /// Without what only the engine says.
    pub fn essence(&self) -> Self {
        let mut said = self.clone();
        let exempted = said.exempted.iter_mut().map(|(seen, _)| seen);
        said.findings.iter_mut().chain(&mut said.warnings).chain(exempted).for_each(|seen| seen.rest = None);
        said
    }

    /// How `other` first differs from this.
    pub fn difference(&self, other: &Self) -> Option<String> {
        first_difference("finding", &self.findings, &other.findings)
            .or_else(|| first_difference("failure", &self.failures, &other.failures))
            .or_else(|| first_difference("warning", &self.warnings, &other.warnings))
            .or_else(|| {
                let shown = |all: &[(Seen, String)]| -> Vec<String> {
                    all.iter().map(|(seen, why)| format!("{seen} because {why}")).collect()
                };
                first_difference("exempted warning", &shown(&self.exempted), &shown(&other.exempted))
            })
    }
}

fn first_difference<T: PartialEq + fmt::Display>(what: &str, a: &[T], b: &[T]) -> Option<String> {
    if a == b {
        return None;
    }
    let place = a.iter().zip(b).position(|(x, y)| x != y).unwrap_or(a.len().min(b.len()));
    let show = |all: &[T]| all.get(place).map_or_else(|| "nothing more".to_owned(), ToString::to_string);
    Some(format!(
        "{what} {place} differs ({} and {} in all)\n  expected: {}\n  found:    {}",
        a.len(),
        b.len(),
        show(a),
        show(b)
    ))
}

fn key(key: &EntityKey) -> String {
    match key {
        EntityKey::Single(key) => key.to_string(),
        EntityKey::Pair(a, b) => format!("({a}, {b})"),
    }
}

fn instant(time: i64) -> String {
    chrono::DateTime::from_timestamp_micros(time)
        .map_or_else(|| time.to_string(), |time| time.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string())
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { k, model, subject, level, t, entity, message, messages, facts, rest } = self;
        let (k, t) = (instant(*k), instant(*t));
        write!(f, "{model} {level:?} about {}, entity {}, t {t}, k {k}", key(subject), key(entity))?;
        if let Some(message) = message {
            write!(f, ", {message:?}")?;
        }
        if messages.len() > 1 {
            write!(f, ", {messages:?}")?;
        }
        if !facts.is_empty() {
            write!(f, ", facts {facts:?}")?;
        }
        if let Some(rest) = rest { write!(f, " ({rest})") } else { Ok(()) }
    }
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { k, model, entity, t, kind, at } = self;
        let (k, t) = (instant(*k), instant(*t));
        write!(f, "{model} failed for {}, t {t}, k {k}: {kind:?} at {at:?}", key(entity))
    }
}
