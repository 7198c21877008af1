//! Literate tests: the programs of docs/spec, each of which shows a promise of docs/language.md.
//!
//! The examples of docs/reference.md are run the same way. docs/spec/README.md says how such a file is written. Each program is run twice: as written, and with Chinese
//! keywords, its rows in reverse order and in several partitions, which must make no difference.

mod case;
mod document;
mod expected;
mod values;

pub use document::{Block, Case, Document, read, sentences};

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

/// What came of a file.
#[derive(Clone, Debug)]
pub struct FileReport {
    /// Its name.
    pub name: String,
    /// How many cases it has that were asked for.
    pub cases: usize,
    /// Those that failed: line, title, and what is wrong.
    pub failed: Vec<(usize, String, String)>,
}

/// What came of docs/spec.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// File by file.
    pub files: Vec<FileReport>,
    /// Sentences of docs/language.md that no case cites.
    pub uncited: Vec<String>,
    /// Citations of sentences that are not there: where, and which.
    pub unknown: Vec<String>,
    /// How many sentences there are.
    pub sentences: usize,
}

/// The root of the workspace.
fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// Runs the cases of docs/spec whose file or title contains `filter`.
///
/// # Errors
/// Where a file cannot be read.
pub fn run(filter: &str) -> Result<Report, String> {
    let text = |path: &Path| std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()));
    let folder = root().join("docs/spec");
    let entries = std::fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    // The README says how spec files are written, and is none.
    let is_spec =
        |path: &PathBuf| path.extension().is_some_and(|ending| ending == "md") && !path.ends_with("README.md");
    paths.retain(is_spec);
    paths.sort();
    let known = sentences(&text(&root().join("docs/language.md"))?);
    let mut cited: BTreeMap<String, usize> = BTreeMap::new();
    let mut report = Report { sentences: known.len(), ..Report::default() };
    let reference = root().join("docs/reference.md");
    paths.push(reference.clone());
    for path in paths {
        let name = path.strip_prefix(root().join("docs")).unwrap_or(&path).to_string_lossy().into_owned();
        let mut document = read(&name, &text(&path)?)?;
        if path == reference {
            // Its prose cites sentences without showing them, and a construct may have no example.
            let cited = document.cases.iter().flat_map(|case| &case.cited);
            let gone = cited
                .filter(|number| !known.iter().any(|one| one == *number || one.starts_with(&format!("{number}."))));
            report.unknown.extend(gone.map(|number| format!("{name}: §{number}")));
            document.cases.retain(|case| !case.blocks.is_empty());
            document.cases.iter_mut().for_each(|case| case.cited.clear());
        }
        for case in &document.cases {
            for number in &case.cited {
                // `§3` cites the section as a whole, and none of its sentences.
                let section = known.iter().any(|known| known.starts_with(&format!("{number}.")));
                if !section && !known.contains(number) {
                    report.unknown.push(format!("{name}:{}: §{number}", case.line));
                }
                *cited.entry(number.clone()).or_default() += 1;
            }
        }
        let wanted = |case: &&Case| name.contains(filter) || case.title.contains(filter);
        let cases: Vec<&Case> = document.cases.iter().filter(wanted).collect();
        let failed = cases.iter().filter_map(|case| {
            let problem = case::run(&document.preamble, case).err()?;
            Some((case.line, case.title.clone(), problem))
        });
        let failed = failed.collect();
        report.files.push(FileReport { name, cases: cases.len(), failed });
    }
    report.uncited = known.into_iter().filter(|number| !cited.contains_key(number)).collect();
    Ok(report)
}

impl Report {
    /// All cases passed, and none cites what is not there.
    pub fn passed(&self) -> bool {
        self.unknown.is_empty() && self.files.iter().all(|file| file.failed.is_empty())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for file in &self.files {
            for (line, title, problem) in &file.failed {
                writeln!(f, "docs/{}:{line}: {title}", file.name)?;
                for line in problem.lines() {
                    writeln!(f, "  {line}")?;
                }
                writeln!(f)?;
            }
        }
        for file in self.files.iter().filter(|file| file.cases > 0) {
            let failed = file.failed.len();
            let failed = if failed == 0 { String::new() } else { format!(", {failed} FAILED") };
            writeln!(f, "{:>5} cases  {}{failed}", file.cases, file.name)?;
        }
        let (cases, failed) = self.files.iter().fold((0, 0), |(a, b), file| (a + file.cases, b + file.failed.len()));
        writeln!(f, "{cases:>5} cases in all, {failed} failed")?;
        for unknown in &self.unknown {
            writeln!(f, "{unknown} is no sentence of docs/language.md")?;
        }
        let shown = self.sentences - self.uncited.len();
        writeln!(f, "{shown} of {} sentences of docs/language.md have a program", self.sentences)?;
        if !self.uncited.is_empty() {
            let list: Vec<String> = self.uncited.iter().map(|number| format!("§{number}")).collect();
            writeln!(f, "without one: {}", list.join(", "))?;
        }
        Ok(())
    }
}
