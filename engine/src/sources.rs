//! Where the data of a run comes from: frames, files, or the rows of a test.

use crate::ingest::Part;
use polars::prelude::DataFrame;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use watchfire_dsl::program::{ColumnId, Program, SourceId, Test};
use watchfire_stdlib::value::Value;

/// The data behind the sources of a package.
///
/// ```
/// use polars::prelude::*;
/// use watchfire_engine::{FileOptions, Sources};
///
/// let frame = df!("person" => ["p1", "p2"], "home" => ["h1", "h1"])?;
/// let sources = Sources::new().frame("residents", frame).file("access", "data/access/*.parquet", FileOptions::default());
/// # let _ = sources;
/// # Ok::<(), PolarsError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Sources {
    pub(crate) inputs: BTreeMap<Arc<str>, Input>,
    pub(crate) samples: Option<usize>,
    pub(crate) complete: bool,
    pub(crate) outages: Option<Vec<(SourceId, i64, i64)>>,
}

/// Data behind one source.
#[derive(Clone, Debug)]
pub(crate) enum Input {
    /// A frame in memory.
    Frame(DataFrame),
    /// Files, folders or patterns.
    Files(Vec<PathBuf>, FileOptions),
    /// Rows of a test.
    Given(Vec<GivenRows>),
    /// A share of the rows, which were cut for it.
    Share(Vec<Part>),
}

/// Rows given in a test: values of the columns' types, entities as raw texts.
#[derive(Clone, Debug)]
pub(crate) struct GivenRows {
    pub(crate) columns: Vec<ColumnId>,
    pub(crate) rows: Vec<Vec<Value>>,
}

/// How files are read.
#[derive(Clone, Debug, Default)]
pub struct FileOptions {
    /// Their format; by default the file's ending says it.
    pub format: Option<Format>,
    /// What separates the cells of a CSV file; by default a comma, in `.tsv` files a tab.
    pub delimiter: Option<char>,
    /// Texts that mean a missing cell in every column of the file, such as `NA`. An empty cell of a CSV file always
    /// does.
    pub missing: Vec<String>,
}

impl FileOptions {
    /// What separates the cells of a CSV file.
    pub(crate) fn delimiter_of(&self, file: &Path) -> char {
        let tabs = file.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("tsv"));
        self.delimiter.unwrap_or(if tabs { '\t' } else { ',' })
    }
}

/// Formats of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// Apache Parquet.
    Parquet,
    /// Apache Arrow IPC file format, also known as Feather 2.
    Ipc,
    /// Comma-separated values with a header (RFC 4180), UTF-8.
    Csv,
    /// One JSON object a line, UTF-8.
    Ndjson,
}

impl Format {
    /// The format that a file's ending says.
    pub fn of(path: &Path) -> Option<Format> {
        Self::named(&path.extension()?.to_string_lossy().to_ascii_lowercase())
    }

    /// The format of this name or file ending.
    pub fn named(name: &str) -> Option<Format> {
        match name {
            "parquet" | "pq" => Some(Format::Parquet),
            "arrow" | "ipc" | "feather" => Some(Format::Ipc),
            "csv" | "tsv" => Some(Format::Csv),
            "ndjson" | "jsonl" => Some(Format::Ndjson),
            _ => None,
        }
    }
}

impl Sources {
    /// No data yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A frame behind a source; it replaces what was there.
    pub fn frame(mut self, source: impl Into<Arc<str>>, frame: DataFrame) -> Self {
        self.inputs.insert(source.into(), Input::Frame(frame));
        self
    }

    /// A file, a folder (its files by name) or a pattern such as `data/*.parquet` behind a source.
    pub fn file(self, source: impl Into<Arc<str>>, path: impl Into<PathBuf>, options: FileOptions) -> Self {
        self.files(source, [path], options)
    }

    /// Several files, folders or patterns behind a source, one after the other.
    pub fn files<P: Into<PathBuf>>(
        mut self,
        source: impl Into<Arc<str>>,
        paths: impl IntoIterator<Item = P>,
        options: FileOptions,
    ) -> Self {
        self.inputs.insert(source.into(), Input::Files(paths.into_iter().map(Into::into).collect(), options));
        self
    }

    /// Sources for which no data is named are empty; otherwise that is an error.
    pub fn others_empty(mut self) -> Self {
        self.complete = true;
        self
    }

    /// How many rejects of each source, column and reason are kept as samples; all are counted.
    pub fn keep_rejects(mut self, samples: usize) -> Self {
        self.samples = Some(samples);
        self
    }

    /// The rows that a test gives. Coverage is full but for its outages.
    pub fn of_test(program: &Program, test: &Test) -> Self {
        let mut sources = Self::new().others_empty();
        for given in &test.given {
            let Some(source) = program.sources.get(given.source.index()) else { continue };
            let rows = given.rows.iter().map(|(cells, _)| cells.clone()).collect();
            let rows = GivenRows { columns: given.columns.clone(), rows };
            match sources.inputs.entry(source.name.clone()).or_insert_with(|| Input::Given(Vec::new())) {
                Input::Given(all) => all.push(rows),
                other => *other = Input::Given(vec![rows]),
            }
        }
        sources.outages = Some(test.outages.clone());
        sources
    }
}
