//! Makes a case that breaks an equality smaller, as long as it breaks the same one.

use super::{Broken, Equality, check};
use crate::generate::{Case, write_case};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// How often a smaller case is tried at most.
const TRIES: usize = 1500;

struct Shrinker {
    equality: Equality,
    tries: usize,
}

impl Shrinker {
    fn still_broken(&mut self, case: &Case) -> bool {
        self.tries += 1;
        let verdict = check(case, &[self.equality]);
        verdict.is_ok_and(|verdict| verdict.broken.is_some_and(|broken| broken.equality == self.equality))
    }

    /// Drops runs of `many` things at a time, from the last to the first, then fewer.
    fn drop_some(&mut self, case: &mut Case, len: impl Fn(&Case) -> usize, drop: impl Fn(&mut Case, usize, usize)) {
        let mut many = len(case);
        while many > 0 {
            let mut end = len(case);
            while end > 0 && self.tries < TRIES {
                let start = end.saturating_sub(many);
                let mut smaller = case.clone();
                drop(&mut smaller, start, end);
                if self.still_broken(&smaller) {
                    *case = smaller;
                }
                end = start;
            }
            many /= 2;
        }
    }
}

/// The smallest case found that breaks the same equality, and how.
pub fn shrink(case: &Case, broken: &Broken) -> (Case, Broken) {
    let mut shrinker = Shrinker { equality: broken.equality, tries: 0 };
    let mut case = case.clone();
    for _ in 0..2 {
        shrinker.drop_some(
            &mut case,
            |case| case.items.len(),
            |case, start, end| {
                case.items.drain(start..end);
            },
        );
        for table in 0..case.tables.len() {
            let len = |case: &Case| case.tables[table].rows.len();
            shrinker.drop_some(&mut case, len, |case, start, end| {
                case.tables[table].rows.drain(start..end);
            });
        }
        for item in 0..case.items.len() {
            let len = |case: &Case| case.items[item].lines.len();
            shrinker.drop_some(&mut case, len, |case, start, end| {
                case.items[item].lines.drain(start..end);
            });
        }
    }
    let verdict = check(&case, &[broken.equality]);
    let broken = verdict.ok().and_then(|verdict| verdict.broken).unwrap_or_else(|| broken.clone());
    (case, broken)
}

/// Writes a case and what is broken into a folder of its own in `folder`.
///
/// # Errors
/// Where a file cannot be written.
pub fn write(case: &Case, broken: &Broken, folder: &Path) -> io::Result<PathBuf> {
    let folder = folder.join(format!("seed-{}-{}", case.seed, broken.equality.to_string().replace(' ', "-")));
    write_case(case, &folder)?;
    fs::write(folder.join("broken.txt"), format!("{} (seed {})\n{}\n", broken.equality, case.seed, broken.difference))?;
    Ok(folder)
}
