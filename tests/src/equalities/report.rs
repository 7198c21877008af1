//! Many cases, on all cores, and what they show together.

use super::{Broken, Equality, check};
use crate::generate::{Case, Constructs, Size, generate};
use std::fmt;
use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// What cases showed.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Cases that ran.
    pub cases: u64,
    /// Packages that the checker refused; they are not among the cases.
    pub refused: u64,
    /// One refusal.
    pub refusal: Option<(u64, String)>,
    /// With at least one finding.
    pub with_findings: u64,
    /// With at least one warning.
    pub with_warnings: u64,
    /// With at least one failure.
    pub with_failures: u64,
    /// In which a late row or a correction changes a finding.
    pub late_changes: u64,
    /// Tried in two packages.
    pub in_two: u64,
    /// Run in shares.
    pub in_shares: u64,
    /// With a model over whose rows compiled code passes.
    pub screened: u64,
    /// Findings of all cases.
    pub findings: u64,
    /// Constructs, by how many cases have them.
    pub constructs: Constructs,
    /// Equalities that do not hold: the case, and how.
    pub broken: Vec<(Case, Broken)>,
}

impl Report {
    /// A share of the cases, in percent.
    #[expect(clippy::cast_precision_loss, reason = "for people")]
    pub fn percent(&self, of: u64) -> f64 {
        if self.cases == 0 { 0.0 } else { 100.0 * of as f64 / self.cases as f64 }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "cases                                     {:>8}", self.cases)?;
        writeln!(f, "refused by the checker, not counted       {:>8}", self.refused)?;
        let shares = [
            ("with findings", self.with_findings),
            ("with warnings", self.with_warnings),
            ("with failures", self.with_failures),
            ("a late row or a correction changes one", self.late_changes),
            ("tried in two packages", self.in_two),
            ("tried in shares", self.in_shares),
            ("rows pass compiled code", self.screened),
        ];
        for (name, of) in shares {
            writeln!(f, "{name:<42}{of:>8}  {:>5.1} %", self.percent(of))?;
        }
        writeln!(f, "findings                                  {:>8}", self.findings)?;
        writeln!(f, "constructs, by the cases that have them:")?;
        for (name, many) in &self.constructs {
            writeln!(f, "  {name:<40}{many:>8}")?;
        }
        writeln!(f, "equalities broken                         {:>8}", self.broken.len())
    }
}

/// Looks for a case, of so many, that breaks an equality: some by the reference alone first, which is much cheaper than all.
pub fn first_broken(bound: u64) -> Report {
    const CHEAP: u64 = 4000;
    let report = run_cases(0..bound.min(CHEAP), Size::default(), &[Equality::Reference], 1);
    if report.broken.is_empty() { run_cases(0..bound, Size::default(), &Equality::ALL, 1) } else { report }
}

/// Runs the cases of these seeds until so many break an equality.
pub fn run_cases(seeds: Range<u64>, size: Size, equalities: &[Equality], enough: usize) -> Report {
    let next = AtomicU64::new(seeds.start);
    let stop = AtomicBool::new(false);
    let report = Mutex::new(Report::default());
    let work = || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds.end || stop.load(Ordering::Relaxed) {
                return;
            }
            let case = generate(seed, size);
            let verdict = check(&case, equalities);
            let Ok(mut report) = report.lock() else { return };
            match verdict {
                Err(message) => {
                    report.refused += 1;
                    report.refusal.get_or_insert((seed, message));
                }
                Ok(verdict) => {
                    report.cases += 1;
                    report.with_findings += u64::from(!verdict.said.findings.is_empty());
                    report.with_warnings += u64::from(!verdict.said.warnings.is_empty());
                    report.with_failures += u64::from(!verdict.said.failures.is_empty());
                    report.late_changes += u64::from(verdict.late_changes);
                    report.in_two += u64::from(verdict.in_two);
                    report.in_shares += u64::from(verdict.in_shares);
                    report.screened += u64::from(verdict.screened);
                    report.findings += verdict.said.findings.len() as u64;
                    for name in case.constructs.keys() {
                        *report.constructs.entry(name).or_default() += 1;
                    }
                    if let Some(broken) = verdict.broken {
                        report.broken.push((case, broken));
                        if report.broken.len() >= enough {
                            stop.store(true, Ordering::Relaxed);
                        }
                    }
                }
            }
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(work);
        }
    });
    let mut report = report.into_inner().unwrap_or_default();
    report.broken.sort_by_key(|(case, _)| case.seed);
    report
}
