//! Rejects: every cell, row or line that broke its source's contract.
//!
//! Nothing is dropped in silence: rejects are counted by source, column and reason, all of them, and the first few of
//! each are kept with their place and text, so that the department can find them.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use watchfire_dsl::diagnostics::Language;
use watchfire_stdlib::functions::Refusal;

/// How many samples of each source, column and reason are kept, unless told otherwise.
pub const DEFAULT_SAMPLES: usize = 20;
/// How many characters of a raw text a sample shows.
const SAMPLE_CHARACTERS: usize = 80;

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident $code:literal $en:literal $zh:literal),* $(,)?) => {
        /// Why something was rejected.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Reason {
            $($(#[$doc])* $name,)*
            /// The loader refused the cell, and says why.
            Refused(Refusal),
        }

        impl Reason {
            /// The stable code.
            pub fn code(self) -> &'static str {
                match self {
                    $(Reason::$name => $code,)*
                    Reason::Refused(_) => "refused",
                }
            }

            /// The reason in words.
            pub fn text(self, language: Language) -> &'static str {
                match (self, language) {
                    $((Reason::$name, Language::En) => $en, (Reason::$name, Language::Zh) => $zh,)*
                    (Reason::Refused(refusal), Language::En) => refusal.reason,
                    (Reason::Refused(refusal), Language::Zh) => refusal.reason_zh,
                }
            }
        }
    };
}
reasons! {
    /// An obligatory cell is empty.
    Missing "missing" "the cell is empty, but the column is not optional" "单元格为空，而该列不可缺失",
    /// Not-a-number.
    NotANumber "not_a_number" "the cell is not-a-number (NaN)" "单元格是非数（NaN）",
    /// The text is no truth value.
    NoBool "no_bool" "the cell is neither true nor false" "单元格不是是非值",
    /// The text is no whole number.
    NoInt "no_int" "the cell is not a whole number" "单元格不是整数",
    /// The text is no number.
    NoNumber "no_number" "the cell is not a number" "单元格不是数字",
    /// The text is no date.
    NoDate "no_date" "the cell is not a date of the column's form" "单元格不是该列格式的日期",
    /// The text is no time.
    NoTime "no_time" "the cell is not a time of the column's form" "单元格不是该列格式的时间",
    /// The text is no span of time.
    NoDuration "no_duration" "the cell is not a span of time" "单元格不是时长",
    /// The cell is no position.
    NoPoint "no_point" "the cell is not a position: longitude, latitude" "单元格不是位置（经度, 纬度）",
    /// The cell is no line.
    NoLine "no_line" "the cell is not a line: WKT, GeoJSON or WKB" "单元格不是线路（WKT、GeoJSON 或 WKB）",
    /// The cell is no polygon.
    NoPolygon "no_polygon" "the cell is not a polygon: WKT, GeoJSON or WKB" "单元格不是区域（WKT、GeoJSON 或 WKB）",
    /// The number is too large or too small.
    OutOfRange "out_of_range" "the value is outside the range of the column's type" "数值超出该列类型的范围",
    /// The enum has no such variant.
    NoVariant "no_variant" "the enum has no such variant" "枚举中没有这个取值",
    /// No entity: empty, or a placeholder, where one is obligatory.
    NoEntity "no_entity" "the cell names no entity, but the column is not optional" "单元格没有写明主体，而该列不可缺失",
    /// The canonicaliser finds no key, or several.
    NoKey "no_key" "no canonical key can be read from the cell" "无法从单元格得出规范的主键",
    /// The time zone is not known.
    NoZone "no_zone" "the time zone of the cell is not known" "不知道该单元格所用的时区",
    /// Differing copies.
    Conflict "conflict" "rows with the same key and the same `recorded` differ here" "主键与入库时间相同的行在此处不一致",
    /// A line has too many or too few cells.
    Ragged "ragged" "the line has another number of cells than the header" "该行的单元格数与表头不一致",
    /// A line cannot be read.
    Unreadable "unreadable" "the line cannot be read" "该行无法读取",
    /// A line is not UTF-8.
    Encoding "encoding" "the line is not UTF-8 text" "该行不是 UTF-8 文本",
}

/// What a reject took with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Extent {
    /// The cell, which is missing.
    Cell,
    /// The whole row, which does not take part.
    Row,
}

/// Where a row came from: the file (or the frame), and the line of a text file or else the row, both from 1.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// File; `frame` for a table in memory, `test` for given rows.
    pub file: Arc<str>,
    /// Line or row, from 1.
    pub line: u64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// A rejected cell, row or line.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sample {
    /// Where.
    pub place: Place,
    /// The raw text, cut after 80 characters.
    pub raw: Arc<str>,
}

/// All rejects of one source, column and reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RejectGroup {
    /// The source.
    pub source: Arc<str>,
    /// The column; none: the line as a whole.
    pub column: Option<Arc<str>>,
    /// Why.
    pub reason: Reason,
    /// Whether the cell or the row is lost.
    pub extent: Extent,
    /// How many.
    pub count: u64,
    /// The first of them.
    pub samples: Vec<Sample>,
}

type GroupKey = (Arc<str>, Option<Arc<str>>, Reason, Extent);

/// The rejects of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rejects {
    limit: usize,
    groups: BTreeMap<GroupKey, (u64, Vec<Sample>)>,
}

impl Rejects {
    /// None yet; of each group at most so many samples will be kept.
    pub fn keeping(limit: usize) -> Rejects {
        Rejects { limit, groups: BTreeMap::new() }
    }

    /// No rejects.
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// How many, in all.
    pub fn count(&self) -> u64 {
        self.groups.values().map(|(count, _)| count).sum()
    }

    /// By source, column, reason.
    pub fn groups(&self) -> impl Iterator<Item = RejectGroup> {
        self.groups.iter().map(|((source, column, reason, extent), (count, samples))| RejectGroup {
            source: source.clone(),
            column: column.clone(),
            reason: *reason,
            extent: *extent,
            count: *count,
            samples: samples.clone(),
        })
    }

    /// Takes up the rejects of a source that were found in other rows of it; `files`: where its rows came from.
    pub(crate) fn take_up(&mut self, other: Rejects, source: &str, files: &[Arc<str>]) {
        let limit = self.limit;
        let order = |sample: &Sample| (files.iter().position(|file| *file == sample.place.file), sample.place.line);
        for (group, (more, others)) in other.groups.into_iter().filter(|(group, _)| *group.0 == *source) {
            let (count, samples) = self.groups.entry(group).or_insert((0, Vec::new()));
            *count += more;
            samples.extend(others);
            samples.sort_by_key(order);
            samples.truncate(limit);
        }
    }

    /// Counts a reject; `sample` is asked only while samples are wanted.
    pub(crate) fn add(
        &mut self,
        source: &Arc<str>,
        column: Option<&Arc<str>>,
        reason: Reason,
        extent: Extent,
        sample: impl FnOnce() -> Sample,
    ) {
        let limit = self.limit;
        let (count, samples) =
            self.groups.entry((source.clone(), column.cloned(), reason, extent)).or_insert((0, Vec::new()));
        *count += 1;
        if samples.len() < limit {
            samples.push(sample());
        }
    }
}

/// What samples show of a private column, or of a line of a source that has one.
pub(crate) const PRIVATE: &str = "(private)";

/// A raw text as samples show it: cut, without line breaks.
pub(crate) fn shown(raw: &str) -> Arc<str> {
    let mut text: String = raw.chars().take(SAMPLE_CHARACTERS).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if raw.chars().nth(SAMPLE_CHARACTERS).is_some() {
        text.push('…');
    }
    text.into()
}

/// How much of a source was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputCount {
    /// The source.
    pub source: Arc<str>,
    /// Rows in its files or frames, lines that cannot be read included.
    pub rows: u64,
    /// Rows that were rejected as a whole.
    pub rejected: u64,
    /// Rows that were not read, since by their time no model could look at them: of row groups of Parquet files, in a run from
    /// one instant to another.
    pub skipped: u64,
}
