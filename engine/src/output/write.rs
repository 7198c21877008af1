//! Files of warnings and findings.

use super::json::{FindingRow, WarningRow, date};
use crate::rejects::{Extent, RejectGroup, Sample};
use crate::run::Run;
use crate::warning::Warning;
use polars::df;
use polars::prelude::{DataFrame, IpcWriter, ParquetWriter, PolarsError, SerWriter};
use serde::Serialize;
use std::fmt;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

/// In which form a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OutputFormat {
    /// Apache Parquet.
    Parquet,
    /// Apache Arrow IPC file format.
    Ipc,
    /// Comma-separated values (RFC 4180) with a header, UTF-8.
    Csv,
    /// One JSON object a line, UTF-8.
    Ndjson,
}

impl OutputFormat {
    /// The form that a file's ending says.
    pub fn of(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "parquet" | "pq" => Some(Self::Parquet),
            "arrow" | "ipc" | "feather" => Some(Self::Ipc),
            "csv" => Some(Self::Csv),
            "ndjson" | "jsonl" => Some(Self::Ndjson),
            _ => None,
        }
    }
}

/// Why a result could not be written.
#[derive(Debug)]
pub enum OutputError {
    /// The file's ending says no form.
    UnknownFormat(PathBuf),
    /// Writing the file failed.
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
}

impl fmt::Display for OutputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownFormat(path) => {
                let path = path.display();
                write!(f, "`{path}` does not end in `.parquet`, `.arrow`, `.csv` or `.ndjson`")
            }
            Self::File { path, reason } => write!(f, "`{}` cannot be written: {reason}", path.display()),
        }
    }
}

impl std::error::Error for OutputError {}

impl Run {
    /// Writes the warnings to a file, in the form that its ending says.
    ///
    /// The file appears when it is complete: it is written beside its place and then moved there.
    ///
    /// # Errors
    ///
    /// If the ending says no form or the file cannot be written.
    pub fn write_warnings(&self, path: impl AsRef<Path>) -> Result<(), OutputError> {
        let path = path.as_ref();
        write(path, &|file, format| match format {
            OutputFormat::Parquet | OutputFormat::Ipc => write_frame(file, format, self.warnings_frame()?),
            OutputFormat::Csv => {
                let mut writer = csv::Writer::from_writer(file);
                writer.write_record(COLUMNS)?;
                for warning in &self.warnings {
                    writer.write_record(cells(warning, self)?)?;
                }
                Ok(writer.flush()?)
            }
            OutputFormat::Ndjson => lines(file, self.warnings.iter().map(|warning| self.warning_json(warning))),
        })
    }

    /// Writes the warnings that were set aside to a file, as [`Run::write_warnings`] does, with `until` and `because`.
    ///
    /// # Errors
    ///
    /// If the ending says no form or the file cannot be written.
    pub fn write_exempted(&self, path: impl AsRef<Path>) -> Result<(), OutputError> {
        let path = path.as_ref();
        write(path, &|file, format| match format {
            OutputFormat::Parquet | OutputFormat::Ipc => write_frame(file, format, self.exempted_frame()?),
            OutputFormat::Csv => {
                let mut writer = csv::Writer::from_writer(file);
                writer.write_record(COLUMNS.iter().chain(&["until", "because"]))?;
                for exempted in &self.exempted {
                    let mut cells = cells(&exempted.warning, self)?;
                    cells.extend([date(exempted.until), exempted.because.to_string()]);
                    writer.write_record(cells)?;
                }
                Ok(writer.flush()?)
            }
            OutputFormat::Ndjson => lines(file, self.exempted.iter().map(|exempted| self.exempted_json(exempted))),
        })
    }

    /// Writes the findings to a file, as [`Run::write_warnings`] does.
    ///
    /// # Errors
    ///
    /// If the ending says no form or the file cannot be written.
    pub fn write_findings(&self, path: impl AsRef<Path>) -> Result<(), OutputError> {
        let path = path.as_ref();
        write(path, &|file, format| match format {
            OutputFormat::Parquet | OutputFormat::Ipc => write_frame(file, format, self.findings_frame()?),
            OutputFormat::Csv => {
                let mut writer = csv::Writer::from_writer(file);
                if self.findings.is_empty() {
                    let header = ["model", "level", "about", "about_type", "time", "known", "entity", "entity_type"];
                    writer.write_record(header)?;
                }
                for finding in &self.findings {
                    writer.serialize(FindingRow::new(finding, self))?;
                }
                Ok(writer.flush()?)
            }
            OutputFormat::Ndjson => lines(file, self.findings.iter().map(|finding| self.finding_json(finding))),
        })
    }
}

/// The columns of a CSV file of warnings.
const COLUMNS: [&str; 16] = [
    "model",
    "level",
    "about",
    "about_type",
    "time",
    "known",
    "message",
    "facts",
    "dispatch",
    "review_required",
    "entity",
    "entity_type",
    "category",
    "score",
    "version",
    "id",
];

/// The cells of a warning in these columns.
fn cells(warning: &Warning, run: &Run) -> Result<Vec<String>, AnyError> {
    let row = WarningRow::new(warning, run);
    let review = if row.review_required { "true" } else { "false" };
    let facts = serde_json::to_string(&row.facts)?;
    let score = row.score.map_or_else(String::new, |score| score.to_string());
    let (time, known, dispatch) = (&*row.time, &*row.known, row.dispatch.unwrap_or(""));
    let (model, level, about, message) = (row.model, row.level, row.about, row.message);
    let (entity, category, version) = (row.entity, row.category, row.version);
    let first = [model, level, about, row.about_type, time, known, message, &facts, dispatch, review];
    let then = [entity, row.entity_type, category, &score, version, row.id];
    Ok(first.into_iter().chain(then).map(str::to_owned).collect())
}

/// One kept reject, or a group of which none is kept, as it is written.
#[derive(Serialize)]
struct RejectRow<'a> {
    source: &'a str,
    column: Option<&'a str>,
    reason: &'static str,
    lost: &'static str,
    count: u64,
    file: Option<String>,
    line: Option<u64>,
    raw: Option<String>,
}

impl Run {
    /// Writes the rejects to a file, as [`Run::write_warnings`] does: a row for each one that is kept, with its place and
    /// text; `count` says how many there are of its source, column and reason in all.
    ///
    /// # Errors
    ///
    /// If the ending says no form or the file cannot be written.
    pub fn write_rejects(&self, path: impl AsRef<Path>) -> Result<(), OutputError> {
        let groups: Vec<RejectGroup> = self.rejects.groups().collect();
        let rows: Vec<RejectRow<'_>> = groups
            .iter()
            .flat_map(|group| {
                let row = |sample: Option<&Sample>| RejectRow {
                    source: &group.source,
                    column: group.column.as_deref(),
                    reason: group.reason.code(),
                    lost: match group.extent {
                        Extent::Cell => "cell",
                        Extent::Row => "row",
                    },
                    count: group.count,
                    file: sample.map(|sample| sample.place.file.to_string()),
                    line: sample.map(|sample| sample.place.line),
                    raw: sample.map(|sample| sample.raw.to_string()),
                };
                let mut rows: Vec<_> = group.samples.iter().map(|sample| row(Some(sample))).collect();
                if rows.is_empty() {
                    rows.push(row(None));
                }
                rows
            })
            .collect();
        write(path.as_ref(), &|file, format| match format {
            OutputFormat::Parquet | OutputFormat::Ipc => {
                let frame = df!(
                    "source" => rows.iter().map(|row| row.source).collect::<Vec<_>>(),
                    "column" => rows.iter().map(|row| row.column).collect::<Vec<_>>(),
                    "reason" => rows.iter().map(|row| row.reason).collect::<Vec<_>>(),
                    "lost" => rows.iter().map(|row| row.lost).collect::<Vec<_>>(),
                    "count" => rows.iter().map(|row| row.count).collect::<Vec<_>>(),
                    "file" => rows.iter().map(|row| row.file.as_deref()).collect::<Vec<_>>(),
                    "line" => rows.iter().map(|row| row.line).collect::<Vec<_>>(),
                    "raw" => rows.iter().map(|row| row.raw.as_deref()).collect::<Vec<_>>(),
                )?;
                write_frame(file, format, frame)
            }
            OutputFormat::Csv => {
                let mut writer = csv::Writer::from_writer(file);
                if rows.is_empty() {
                    writer.write_record(["source", "column", "reason", "lost", "count", "file", "line", "raw"])?;
                }
                for row in &rows {
                    writer.serialize(row)?;
                }
                Ok(writer.flush()?)
            }
            OutputFormat::Ndjson => {
                for row in &rows {
                    writeln!(file, "{}", serde_json::to_string(row)?)?;
                }
                Ok(())
            }
        })
    }
}

/// An error of whichever library wrote.
type AnyError = Box<dyn std::error::Error>;

fn lines(file: &mut dyn Write, lines: impl Iterator<Item = String>) -> Result<(), AnyError> {
    for line in lines {
        writeln!(file, "{line}")?;
    }
    Ok(())
}

fn write_frame(file: &mut dyn Write, format: OutputFormat, mut frame: DataFrame) -> Result<(), AnyError> {
    let written: Result<(), PolarsError> = match format {
        OutputFormat::Ipc => IpcWriter::new(file).finish(&mut frame),
        _ => ParquetWriter::new(file).finish(&mut frame).map(|_| ()),
    };
    Ok(written?)
}

fn write(
    path: &Path,
    content: &dyn Fn(&mut dyn Write, OutputFormat) -> Result<(), AnyError>,
) -> Result<(), OutputError> {
    let format = OutputFormat::of(path).ok_or_else(|| OutputError::UnknownFormat(path.to_owned()))?;
    replace(path, &|file| content(file, format))
}

/// Writes a file beside its place and moves it there.
pub(super) fn replace(
    path: &Path,
    content: &dyn Fn(&mut dyn Write) -> Result<(), AnyError>,
) -> Result<(), OutputError> {
    let failed = |reason: String| OutputError::File { path: path.to_owned(), reason };
    let Some(name) = path.file_name() else { return Err(failed("it is no file name".into())) };
    let mut beside = name.to_owned();
    beside.push(format!(".{}.partial", std::process::id()));
    let beside = path.with_file_name(beside);
    let write = || -> Result<(), AnyError> {
        let mut file = BufWriter::new(File::create(&beside)?);
        content(&mut file)?;
        file.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()?;
        Ok(std::fs::rename(&beside, path)?)
    };
    write().map_err(|error| {
        // Whether or not the partial file was there, the reason to tell is the first one.
        let _ = std::fs::remove_file(&beside);
        failed(error.to_string())
    })
}
