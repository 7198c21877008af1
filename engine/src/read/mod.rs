//! Reading: files and frames into raw columns, before any declared type is looked at.
//!
//! | file | subject |
//! |---|---|
//! | `files.rs` | a path, a folder or a pattern into files with a format |
//! | `columnar.rs` | Parquet and Arrow IPC, of which only the columns asked for are read |
//! | `frame.rs` | Polars' columns into raw columns |
//! | `csv.rs`, `ndjson.rs` | text files, whose cells keep their line |
//!
//! A line that cannot be read is a reject and not the end of the file; a file that cannot be read is an error.

pub(crate) mod columnar;
pub(crate) mod csv;
pub(crate) mod files;
pub(crate) mod frame;
pub(crate) mod ndjson;

use crate::fast::FastMap;
use crate::rejects::{Extent, PRIVATE, Place, Reason, Rejects, Sample, shown};
use polars_arrow::array::Utf8ViewArray;
use polars_arrow::bitmap::Bitmap;
use polars_buffer::Buffer;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

/// Raw columns of one file or frame.
#[derive(Debug)]
pub(crate) struct RawFrame {
    /// By raw name.
    pub(crate) columns: BTreeMap<Arc<str>, RawColumn>,
    /// How many rows.
    pub(crate) rows: usize,
    /// The file's path; `frame` for a table in memory.
    pub(crate) file: Arc<str>,
    /// Line of each row in a text file; `None`: the row's number counts.
    pub(crate) lines: Option<Vec<u64>>,
    /// Lines that were rejected.
    pub(crate) lost: u64,
}

impl RawFrame {
    /// Line or number of a row, from 1.
    pub(crate) fn line(&self, row: usize) -> u64 {
        self.lines.as_ref().map_or(row as u64 + 1, |lines| lines[row])
    }
}

/// A raw column.
#[derive(Debug)]
pub(crate) struct RawColumn {
    /// Its cells; those that are not there hold any.
    pub(crate) data: RawData,
    /// Which are there; `None`: all.
    pub(crate) valid: Option<Bitmap>,
}

/// Raw cells. Plain ones lie where Polars has them.
#[derive(Debug)]
pub(crate) enum RawData {
    /// Nothing but missing cells.
    Null,
    /// Truth.
    Bool(Vec<bool>),
    /// Whole numbers.
    Int(Buffer<i64>),
    /// Whole numbers, some of which do not fit 64 bits with a sign.
    Wide(Vec<i128>),
    /// Numbers.
    Float(Buffer<f64>),
    /// Exact decimals: digits, and how many of them follow the point.
    Decimal(Vec<i128>, u32),
    /// Texts: for each cell the place of its text among the distinct ones.
    Text(TextCells),
    /// Days since 1970-01-01.
    Date(Buffer<i32>),
    /// Wall times without a zone: microseconds since 1970-01-01T00:00 on the wall.
    Wall(Buffer<i64>),
    /// Instants: microseconds since 1970-01-01T00:00Z.
    Instant(Buffer<i64>),
    /// Microseconds since midnight.
    Clock(Buffer<i64>),
    /// Spans of time, microseconds.
    Span(Buffer<i64>),
}

impl RawData {
    /// What the column holds, in words of the file formats.
    pub(crate) fn describe(&self) -> &'static str {
        match self {
            RawData::Null => "null",
            RawData::Bool(_) => "bool",
            RawData::Int(_) | RawData::Wide(_) => "integer",
            RawData::Float(_) => "float",
            RawData::Decimal(..) => "decimal",
            RawData::Text(_) => "string",
            RawData::Date(_) => "date",
            RawData::Wall(_) => "datetime without time zone",
            RawData::Instant(_) => "datetime with time zone",
            RawData::Clock(_) => "time of day",
            RawData::Span(_) => "duration",
        }
    }
}

/// Texts, each distinct one held once; where few are alike, some more than once.
#[derive(Clone, Debug)]
pub(crate) struct TextCells {
    /// Per cell.
    pub(crate) codes: Vec<u32>,
    /// The texts, in the order in which they came.
    pub(crate) texts: Texts,
}

/// A list of texts.
#[derive(Clone, Debug)]
pub(crate) enum Texts {
    Held(Vec<Arc<str>>),
    /// In the host's memory: each in this row.
    InPlace(Utf8ViewArray, Vec<u32>),
}

impl Texts {
    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        match self {
            Texts::Held(texts) => texts.len(),
            Texts::InPlace(_, rows) => rows.len(),
        }
    }

    /// A text.
    pub(crate) fn get(&self, code: usize) -> &str {
        match self {
            Texts::Held(texts) => &texts[code],
            Texts::InPlace(cells, rows) => cells.value(rows[code] as usize),
        }
    }

    /// All of them.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|code| self.get(code))
    }
}

/// One raw cell.
#[derive(Clone, Copy, Debug)]
pub(crate) enum RawCell<'a> {
    Null,
    Bool(bool),
    Int(i64),
    Wide(i128),
    Float(f64),
    Decimal(i128, u32),
    Text(&'a str),
    Date(i32),
    Wall(i64),
    Instant(i64),
    Clock(i64),
    Span(i64),
}

impl RawColumn {
    /// A cell.
    pub(crate) fn cell(&self, row: usize) -> RawCell<'_> {
        if self.valid.as_ref().is_some_and(|valid| !valid.get_bit(row)) {
            return RawCell::Null;
        }
        match &self.data {
            RawData::Null => RawCell::Null,
            RawData::Bool(values) => RawCell::Bool(values[row]),
            RawData::Int(values) => RawCell::Int(values[row]),
            RawData::Wide(values) => RawCell::Wide(values[row]),
            RawData::Float(values) => RawCell::Float(values[row]),
            RawData::Decimal(values, scale) => RawCell::Decimal(values[row], *scale),
            RawData::Text(cells) => RawCell::Text(cells.texts.get(cells.codes[row] as usize)),
            RawData::Date(values) => RawCell::Date(values[row]),
            RawData::Wall(values) => RawCell::Wall(values[row]),
            RawData::Instant(values) => RawCell::Instant(values[row]),
            RawData::Clock(values) => RawCell::Clock(values[row]),
            RawData::Span(values) => RawCell::Span(values[row]),
        }
    }
}

/// Gives each distinct text a number, in the order in which they come.
#[derive(Debug, Default)]
pub(crate) struct Interner {
    codes: FastMap<Arc<str>, u32>,
    /// The texts so far.
    pub(crate) texts: Vec<Arc<str>>,
}

impl Interner {
    /// The number of a text.
    pub(crate) fn code(&mut self, text: &str) -> u32 {
        match self.codes.get(text) {
            Some(code) => *code,
            None => self.insert(text.into()),
        }
    }

    /// The number of a text that is already shared.
    pub(crate) fn code_shared(&mut self, text: &Arc<str>) -> u32 {
        match self.codes.get(text) {
            Some(code) => *code,
            None => self.insert(text.clone()),
        }
    }

    fn insert(&mut self, text: Arc<str>) -> u32 {
        let code = self.texts.len() as u32;
        self.texts.push(text.clone());
        self.codes.insert(text, code);
        code
    }
}

/// Collects the text cells of one raw column.
#[derive(Debug, Default)]
pub(crate) struct TextBuilder {
    interner: Interner,
    codes: Vec<u32>,
    valid: Vec<bool>,
    holes: bool,
}

impl TextBuilder {
    /// Adds a cell; `None`: missing.
    pub(crate) fn push(&mut self, text: Option<&str>) {
        self.codes.push(text.map_or(0, |text| self.interner.code(text)));
        self.valid.push(text.is_some());
        self.holes |= text.is_none();
    }

    /// The column.
    pub(crate) fn finish(self) -> RawColumn {
        let valid = self.holes.then(|| self.valid.into());
        RawColumn {
            data: RawData::Text(TextCells { codes: self.codes, texts: Texts::Held(self.interner.texts) }),
            valid,
        }
    }
}

/// A text file that is to be read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TextFile<'a> {
    pub(crate) path: &'a Path,
    /// Raw columns.
    pub(crate) wanted: &'a BTreeSet<Arc<str>>,
    /// The source whose rows they are.
    pub(crate) source: &'a Arc<str>,
    /// Of rejected lines only the place is kept.
    pub(crate) private: bool,
    /// So many rows at most make a frame.
    pub(crate) most: usize,
}

/// The rows of a text file as frames.
struct TextRows<'a> {
    of: TextFile<'a>,
    file: Arc<str>,
    builders: Vec<TextBuilder>,
    lines: Vec<u64>,
    lost: u64,
    each: &'a mut dyn FnMut(RawFrame),
}

impl<'a> TextRows<'a> {
    fn new(of: TextFile<'a>, each: &'a mut dyn FnMut(RawFrame)) -> Self {
        let (file, builders) = (of.path.display().to_string().into(), Vec::new());
        let mut rows = Self { of, file, builders, lines: Vec::new(), lost: 0, each };
        rows.begin();
        rows
    }

    fn begin(&mut self) {
        self.builders = self.of.wanted.iter().map(|_| TextBuilder::default()).collect();
    }

    /// Adds a row: for each wanted column its cell.
    fn push<'c>(&mut self, line: u64, cells: impl Iterator<Item = Option<&'c str>>) {
        if self.lines.len() == self.of.most {
            self.end();
            self.begin();
        }
        self.builders.iter_mut().zip(cells).for_each(|(builder, cell)| builder.push(cell));
        self.lines.push(line);
    }

    /// Counts a line that cannot be read; `raw`: what it says.
    fn lose(&mut self, rejects: &mut Rejects, reason: Reason, line: u64, raw: impl FnOnce() -> String) {
        self.lost += 1;
        let private = self.of.private;
        rejects.add(self.of.source, None, reason, Extent::Row, || Sample {
            place: Place { file: self.file.clone(), line },
            raw: shown(if private { PRIVATE.to_owned() } else { raw() }.as_str()),
        });
    }

    /// Gives out the rows so far.
    fn end(&mut self) {
        let builders = std::mem::take(&mut self.builders);
        let columns = self.of.wanted.iter().cloned().zip(builders.into_iter().map(TextBuilder::finish)).collect();
        let (lines, lost) = (std::mem::take(&mut self.lines), std::mem::take(&mut self.lost));
        (self.each)(RawFrame { columns, rows: lines.len(), file: self.file.clone(), lines: Some(lines), lost });
    }
}
