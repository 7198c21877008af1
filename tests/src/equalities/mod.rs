//! Equalities that must hold for every program and all data (docs/language.md, architecture), tried on generated ones:
//!
//! | equality | what is compared |
//! |---|---|
//! | reference | the engine = the reference evaluator: findings, warnings, failures |
//! | interpreter | with compiled code = without |
//! | partitions | one partition and block = several, byte for byte |
//! | shares | data cut into shares on disk, run one after the other = all at once |
//! | row order | shuffled and re-cut frames = the same rows as they came |
//! | prefix | a run cut at known-at T, by its range or by leaving out what is known later, = the prefix of the whole |
//! | alone | a model with what it depends on = the same inside its package |
//! | slice | the findings of a run over [a, b] = those of the whole run dated there; two runs, the second with the
//!   silences that the first left, = one |
//! | written out | functions and constants = what they mean in their place |
//! | packages | a model that reads another package = the same in one package |
//!
//! Whatever does not hold is shrunk ([`shrink`]) and shown.

mod engine;
mod outcome;
mod packages;
mod report;
mod shrink;

pub use engine::{Compiled, How, compile};
pub use outcome::{Failed, Said, Seen};
pub use report::{Report, first_broken, run_cases};
pub use shrink::{shrink, write};

use crate::generate::{Case, Rows, dataset};
use crate::reference::{Dataset, ReferenceOptions, evaluate, known_late, known_later_than, parts_of, whole_range};
use rand::seq::{IndexedRandom, SliceRandom};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::cell::Cell;
use std::fmt;
use watchfire_engine::Run;

/// An equality.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the module's table says what each is")]
pub enum Equality {
    Reference,
    Interpreter,
    Partitions,
    Shares,
    RowOrder,
    Prefix,
    Alone,
    Slice,
    WrittenOut,
    Packages,
}

impl Equality {
    /// All of them, the cheapest and strongest first.
    pub const ALL: [Self; 10] = [
        Self::Reference,
        Self::Interpreter,
        Self::RowOrder,
        Self::Partitions,
        Self::Shares,
        Self::Prefix,
        Self::Alone,
        Self::Slice,
        Self::WrittenOut,
        Self::Packages,
    ];
}

impl fmt::Display for Equality {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Reference => "reference",
            Self::Interpreter => "interpreter",
            Self::Partitions => "partitions",
            Self::Shares => "shares",
            Self::RowOrder => "row order",
            Self::Prefix => "prefix",
            Self::Alone => "alone",
            Self::Slice => "slice",
            Self::WrittenOut => "written out",
            Self::Packages => "packages",
        })
    }
}

/// An equality that does not hold, and how.
#[derive(Clone, Debug)]
pub struct Broken {
    /// Which.
    pub equality: Equality,
    /// How the two sides differ.
    pub difference: String,
}

/// What a case showed.
#[derive(Clone, Debug, Default)]
pub struct Verdict {
    /// Findings, warnings, failures by the reference.
    pub said: Said,
    /// A late row or a correction changes a finding.
    pub late_changes: bool,
    /// It was tried in two packages.
    pub in_two: bool,
    /// Its data could be cut into shares.
    pub in_shares: bool,
    /// Compiled code passes over rows of it.
    pub screened: bool,
    /// The first equality that does not hold.
    pub broken: Option<Broken>,
}

/// Tries these equalities on a case.
///
/// # Errors
/// The checker's messages, if the package is refused.
pub fn check(case: &Case, equalities: &[Equality]) -> Result<Verdict, String> {
    let compiled = compile(&case.manifest(), &case.text())?;
    let data = dataset(compiled.program(), &case.tables);
    let Some(whole) = whole_range(compiled.program(), &data) else { return Ok(Verdict::default()) };
    let trial = Trial::new(case, &compiled, &data, whole);
    let expected = trial.reference(trial.range, &data);
    let late_changes = {
        let without = without_late(&compiled, &data);
        trial.reference(Some(trial.range.unwrap_or(whole)), &without).findings != expected.findings
    };
    let mut verdict =
        Verdict { said: expected.clone(), late_changes, screened: compiled.is_screened(), ..Verdict::default() };
    let found = match compiled.run(&case.tables, &trial.how()) {
        Ok(found) => found,
        Err(message) => {
            verdict.broken = Some(Broken { equality: Equality::Reference, difference: message });
            return Ok(verdict);
        }
    };
    for &equality in equalities {
        let difference = match equality {
            Equality::Reference => Ok(expected.difference(&found.essence())),
            Equality::Interpreter => trial.interpreter(&found),
            Equality::Partitions => trial.partitions(&found),
            Equality::Shares => trial.shares(),
            Equality::RowOrder => trial.row_order(&found),
            Equality::Prefix => trial.prefix(&found),
            Equality::Alone => trial.alone(&found),
            Equality::Slice => trial.slice(&found),
            Equality::WrittenOut => trial.written_out(&found),
            Equality::Packages => trial.packages(&found),
        };
        if let Some(difference) = difference.unwrap_or_else(Some) {
            verdict.broken = Some(Broken { equality, difference });
            break;
        }
    }
    verdict.in_two = trial.in_two.get();
    verdict.in_shares = trial.in_shares.get();
    Ok(verdict)
}

/// The data without what became known late, and without corrections.
fn without_late(compiled: &Compiled, data: &Dataset) -> Dataset {
    let program = compiled.program();
    let mut data = data.clone();
    for (source, rows) in program.sources.iter().zip(&mut data.tables) {
        let late = known_late(program, source, rows);
        let mut place = 0;
        rows.retain(|_| {
            place += 1;
            !late[place - 1]
        });
    }
    data
}

/// How one side differs from the other, if it does; an error is a run that failed.
type Difference = Result<Option<String>, String>;

struct Trial<'a> {
    case: &'a Case,
    compiled: &'a Compiled,
    data: &'a Dataset,
    /// The earliest and latest known-at.
    whole: (i64, i64),
    /// The range that is asked for; none: the default.
    range: Option<(i64, i64)>,
    /// It was tried in two packages.
    in_two: Cell<bool>,
    /// Its data could be cut into shares.
    in_shares: Cell<bool>,
}

impl<'a> Trial<'a> {
    fn new(case: &'a Case, compiled: &'a Compiled, data: &'a Dataset, whole: (i64, i64)) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(case.seed ^ 0x5eed);
        let (a, b) = whole;
        let range = match rng.random_range(0..4) {
            0 => None,
            1 => Some((rng.random_range(a..=b), b)),
            2 => Some((a - 86_400_000_000, b + 2 * 86_400_000_000)),
            _ => Some(whole),
        };
        Self { case, compiled, data, whole, range, in_two: Cell::new(false), in_shares: Cell::new(false) }
    }

    fn rng(&self) -> ChaCha8Rng {
        ChaCha8Rng::seed_from_u64(self.case.seed.wrapping_mul(31))
    }

    fn how(&self) -> How {
        How { range: self.range, ..How::default() }
    }

    fn reference(&self, range: Option<(i64, i64)>, data: &Dataset) -> Said {
        let program = self.compiled.program();
        let outcome = evaluate(program, data, &ReferenceOptions { range, ..ReferenceOptions::default() });
        Said::of_reference(program, outcome)
    }

    fn run(&self, how: &How) -> Result<Said, String> {
        self.compiled.run(&self.case.tables, how)
    }

    fn bounds(&self) -> (i64, i64) {
        self.range.unwrap_or(self.whole)
    }

    fn partitions(&self, found: &Said) -> Difference {
        for (partitions, block) in [(2, None), (7, Some(7 * 3_600_000_000)), (1, Some(26 * 3_600_000_000))] {
            let other = self.run(&How { partitions, block, threads: 1 + partitions % 2, ..self.how() })?;
            if let Some(difference) = found.difference(&other) {
                return Ok(Some(format!("with {partitions} partitions, blocks of {block:?}: {difference}")));
            }
        }
        Ok(None)
    }

    fn shares(&self) -> Difference {
        let mut rng = self.rng();
        let silences = match self.compiled.run_with_silences(&self.case.tables, &self.how()) {
            Ok((_, silences)) if rng.random_bool(0.5) => silences,
            _ => Vec::new(),
        };
        let whole = How { silences, ..self.how() };
        let divided = How { memory: Some(1), chunks: 2, ..whole.clone() };
        let (whole, divided) =
            (self.compiled.all_of(&self.case.tables, &whole)?, self.compiled.all_of(&self.case.tables, &divided)?);
        self.in_shares.set(divided.timings.shares > 0);
        let told = |run: &Run| {
            let Run { range, parameters, stale, silences, rejects, inputs, failed_models, .. } = run;
            let models: Vec<_> = run
                .models
                .iter()
                .map(|model| (&model.model, model.evaluations, model.findings, model.failures))
                .collect();
            format!(
                "{range:?} {parameters:?} {stale:?} {silences:?} {rejects:?} {inputs:?} {failed_models:?} {models:?}"
            )
        };
        if told(&whole) != told(&divided) {
            return Ok(Some(format!("{}\nin shares: {}", told(&whole), told(&divided))));
        }
        let said = |run| Said::of_run(self.compiled.program(), run);
        Ok(said(whole).difference(&said(divided)))
    }

    fn interpreter(&self, found: &Said) -> Difference {
        let other = self.run(&How { interpreted: true, ..self.how() })?;
        Ok(found.difference(&other))
    }

    fn row_order(&self, found: &Said) -> Difference {
        let mut rng = self.rng();
        let mut tables = self.case.tables.clone();
        tables.iter_mut().for_each(|table| table.rows.shuffle(&mut rng));
        let other = self.compiled.run(&tables, &How { chunks: 3, ..self.how() })?;
        Ok(found.difference(&other))
    }

    fn prefix(&self, found: &Said) -> Difference {
        let mut rng = self.rng();
        let (a, b) = self.bounds();
        let instants: Vec<i64> = found.findings.iter().map(|finding| finding.k).collect();
        let cut = match instants.choose(&mut rng) {
            Some(&instant) if rng.random_bool(0.7) => instant - rng.random_range(0..2),
            _ => rng.random_range(a..=b),
        };
        if cut < a {
            return Ok(None);
        }
        let range = Some((a, cut));
        let expected = found.between(a, cut);
        let other = self.run(&How { range, ..self.how() })?;
        if let Some(difference) = expected.difference(&other) {
            return Ok(Some(format!("with the range cut: {difference}")));
        }
        let tables: Vec<Rows> = self.case.tables.iter().map(|table| self.known_until(table, cut)).collect();
        let other = self.compiled.run(&tables, &How { range, ..self.how() })?;
        Ok(expected.difference(&other).map(|difference| format!("without what is known later: {difference}")))
    }

    fn known_until(&self, table: &Rows, cut: i64) -> Rows {
        let program = self.compiled.program();
        let mut table = table.clone();
        let Some(index) = program.sources.iter().position(|source| *source.name == *table.source) else { return table };
        let later = known_later_than(program, &program.sources[index], &self.data.tables[index], cut);
        let mut place = 0;
        table.rows.retain(|_| {
            place += 1;
            !later[place - 1]
        });
        table
    }

    fn alone(&self, found: &Said) -> Difference {
        let models = &self.compiled.program().models;
        for (index, model) in models.iter().enumerate().filter(|_| models.len() > 1) {
            let (range, only) = (Some(self.bounds()), Some(model.name.to_string()));
            let how = How { range, only, loaded: index % 2 == 1, ..self.how() };
            let other = self.run(&how)?;
            if let Some(difference) = found.of_model(&model.name).difference(&other) {
                return Ok(Some(format!("{} alone: {difference}", model.name)));
            }
        }
        Ok(None)
    }

    fn written_out(&self, found: &Said) -> Difference {
        let Some(text) = self.case.written_out() else { return Ok(None) };
        let other = compile(&self.case.manifest(), &text)?.run(&self.case.tables, &self.how())?;
        Ok(found.without_places().difference(&other.without_places()))
    }

    fn packages(&self, found: &Said) -> Difference {
        let Some(two) = packages::in_two(self.case, self.compiled, &mut self.rng())? else { return Ok(None) };
        self.in_two.set(true);
        let other = two.compiled.run(&two.tables, &self.how())?;
        Ok(found.of_models(&two.stayed).without_places().difference(&other.without_places()))
    }

    fn slice(&self, found: &Said) -> Difference {
        if !found.failures.is_empty() {
            return Ok(None);
        }
        let mut rng = self.rng();
        let (a, b) = self.bounds();
        let composites = self.compiled.program().models.iter().any(|model| !parts_of(model).is_empty());
        if composites && a < self.whole.0 {
            // Findings in a range that begins before the data (§2.6) are not found again by a run that begins later.
            return Ok(None);
        }
        let from = rng.random_range(a..=b);
        let to = rng.random_range(from..=b);
        let other = self.run(&How { range: Some((from, to)), ..self.how() })?;
        if !other.failures.is_empty() {
            return Ok(None);
        }
        if let Some(difference) = found.between(from, to).findings_only().difference(&other.findings_only()) {
            return Ok(Some(format!("from {from} to {to}: {difference}")));
        }
        // In two runs, the second with the silences that the first left.
        let (first, silences) =
            self.compiled.run_with_silences(&self.case.tables, &How { range: Some((a, from)), ..self.how() })?;
        if from == b {
            return Ok(found.difference(&first));
        }
        let second = self.run(&How { range: Some((from + 1, b)), silences, loaded: true, ..self.how() })?;
        if !second.failures.is_empty() {
            return Ok(None);
        }
        Ok(found
            .between(from + 1, b)
            .difference(&second)
            .map(|difference| format!("from {} after a first run: {difference}", from + 1)))
    }
}
