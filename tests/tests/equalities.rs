//! The equalities over generated cases; `cargo xtask equalities --cases N` tries more.

use watchfire_tests::equalities::{Equality, run_cases, shrink};
use watchfire_tests::generate::Size;

#[test]
#[expect(clippy::panic, reason = "a test fails by panicking, and shows the case")]
fn hold_over_generated_cases() {
    let report = run_cases(0..2000, Size::default(), &Equality::ALL, 1);
    if let Some((case, broken)) = report.broken.first() {
        let (small, broken) = shrink(case, broken);
        let tables: Vec<String> = small.tables.iter().map(|table| format!("{}:\n{table}", table.source)).collect();
        let (text, tables) = (small.text(), tables.join("\n"));
        panic!("{} (seed {})\n{}\n\n{text}\n{tables}", broken.equality, case.seed, broken.difference);
    }
    assert!(report.percent(report.with_findings) >= 30.0, "too dull to show anything:\n{report}");
    assert!(report.percent(report.late_changes) >= 10.0, "late rows and corrections change too little:\n{report}");
    assert!(report.with_failures > 0, "nothing fails:\n{report}");
    assert!(report.refused * 100 <= report.cases, "{} packages are refused: {:?}", report.refused, report.refusal);
}
