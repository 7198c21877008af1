//! The departments' files, written while the city is made: a table holds one row group at most.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use polars::io::parquet::write::BatchedWriter;
use polars::prelude::{
    Column, DataFrame, DataType, Field, Float64Chunked, Int64Chunked, IntoSeries, NewChunkedArray, ParquetCompression,
    ParquetWriter, Schema, StringChunked, TimeUnit,
};

use crate::{Error, Summary};

/// Rows of a row group.
const ROW_GROUP: usize = 65_536;

/// A cell on its way to a table.
#[derive(Clone, Debug)]
pub(crate) enum Cell {
    Text(String),
    Whole(i64),
    Number(f64),
    /// Seconds since 1970-01-01 of the city's wall clock.
    Time(i64),
    Flag(bool),
    Missing,
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Cell::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Cell::Text(text)
    }
}

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Cell::Missing, Into::into)
    }
}

/// A column's values that are not written yet.
enum Buffer {
    Text(Vec<Option<String>>),
    Whole(Vec<Option<i64>>),
    Number(Vec<Option<f64>>),
    Time(Vec<Option<i64>>),
    Flag(Vec<Option<bool>>),
}

impl Buffer {
    fn data_type(&self) -> DataType {
        match self {
            Buffer::Text(_) => DataType::String,
            Buffer::Whole(_) => DataType::Int64,
            Buffer::Number(_) => DataType::Float64,
            Buffer::Time(_) => DataType::Datetime(TimeUnit::Microseconds, None),
            Buffer::Flag(_) => DataType::Boolean,
        }
    }

    /// Appends a cell; one of another kind is missing.
    fn push(&mut self, cell: Cell) {
        match (self, cell) {
            (Buffer::Text(values), Cell::Text(value)) => values.push(Some(value)),
            (Buffer::Whole(values), Cell::Whole(value)) => values.push(Some(value)),
            (Buffer::Number(values), Cell::Number(value)) => values.push(Some(value)),
            (Buffer::Time(values), Cell::Time(value)) => values.push(Some(value * 1_000_000)),
            (Buffer::Flag(values), Cell::Flag(value)) => values.push(Some(value)),
            (Buffer::Text(values), _) => values.push(None),
            (Buffer::Whole(values) | Buffer::Time(values), _) => values.push(None),
            (Buffer::Number(values), _) => values.push(None),
            (Buffer::Flag(values), _) => values.push(None),
        }
    }

    /// The values as a column; the buffer is empty afterwards.
    fn take(&mut self, name: &str) -> Column {
        let name = name.into();
        match self {
            Buffer::Text(values) => StringChunked::from_iter_options(name, values.drain(..)).into_series(),
            Buffer::Whole(values) => Int64Chunked::from_iter_options(name, values.drain(..)).into_series(),
            Buffer::Number(values) => Float64Chunked::from_iter_options(name, values.drain(..)).into_series(),
            Buffer::Time(values) => Int64Chunked::from_iter_options(name, values.drain(..))
                .into_datetime(TimeUnit::Microseconds, None)
                .into_series(),
            Buffer::Flag(values) => {
                polars::prelude::BooleanChunked::from_iter_options(name, values.drain(..)).into_series()
            }
        }
        .into()
    }
}

/// A Parquet file that grows.
pub(crate) struct Table {
    file: String,
    names: Vec<&'static str>,
    buffers: Vec<Buffer>,
    waiting: usize,
    rows: u64,
    writer: BatchedWriter<BufWriter<File>>,
}

impl Table {
    fn create(folder: &Path, file: &str, columns: Vec<(&'static str, Buffer)>) -> Result<Self, Error> {
        let schema: Schema =
            columns.iter().map(|(name, buffer)| Field::new((*name).into(), buffer.data_type())).collect();
        let writer = ParquetWriter::new(BufWriter::new(File::create(folder.join(file))?))
            .with_compression(ParquetCompression::Zstd(None))
            .set_parallel(false)
            .batched(&schema)?;
        let (names, buffers) = columns.into_iter().unzip();
        Ok(Table { file: file.to_owned(), names, buffers, waiting: 0, rows: 0, writer })
    }

    /// Appends a row, its cells in the order of the columns.
    pub(crate) fn push<const N: usize>(&mut self, cells: [Cell; N]) -> Result<(), Error> {
        debug_assert_eq!(N, self.buffers.len(), "{}", self.file);
        for (buffer, cell) in self.buffers.iter_mut().zip(cells) {
            buffer.push(cell);
        }
        self.waiting += 1;
        self.rows += 1;
        if self.waiting == ROW_GROUP { self.write() } else { Ok(()) }
    }

    fn write(&mut self) -> Result<(), Error> {
        let columns = self.names.iter().zip(&mut self.buffers).map(|(name, buffer)| buffer.take(name)).collect();
        self.writer.write_batch(&DataFrame::new(self.waiting, columns)?)?;
        self.waiting = 0;
        Ok(())
    }

    fn finish(mut self) -> Result<(String, u64), Error> {
        if self.waiting > 0 || self.rows == 0 {
            self.write()?;
        }
        self.writer.finish()?;
        Ok((self.file, self.rows))
    }
}

/// All files of the city.
pub(crate) struct Tables {
    /// The land registry's dwellings.
    pub(crate) dwellings: Table,
    /// The register of residents.
    pub(crate) residents: Table,
    /// Readings of cards at entrances.
    pub(crate) access: Table,
    /// Daily water use.
    pub(crate) water: Table,
    /// Quarter-hourly load of the dwellings that have such a meter.
    pub(crate) power: Table,
    /// What is really so.
    pub(crate) truth: Table,
    hotels: BufWriter<File>,
    hotel_rows: u64,
}

/// A night in a hotel, as the reception typed it.
pub(crate) struct Stay<'a> {
    pub(crate) hotel: &'a str,
    pub(crate) stay: String,
    pub(crate) person: &'a str,
    pub(crate) address: &'a str,
    pub(crate) place: (f64, f64),
    pub(crate) time: i64,
    pub(crate) recorded: i64,
}

impl Tables {
    pub(crate) fn create(folder: &Path) -> Result<Self, Error> {
        std::fs::create_dir_all(folder.join("truth"))?;
        let text = || Buffer::Text(Vec::new());
        let number = || Buffer::Number(Vec::new());
        let time = || Buffer::Time(Vec::new());
        let mut hotels = BufWriter::new(File::create(folder.join("hotels.csv"))?);
        writeln!(hotels, "hotel,stay,person,address,lon,lat,time,recorded")?;
        Ok(Tables {
            dwellings: Table::create(
                folder,
                "dwellings.parquet",
                vec![
                    ("地址", text()),
                    ("建筑面积", text()),
                    ("规划用途", text()),
                    ("经度", number()),
                    ("纬度", number()),
                    ("街道", text()),
                ],
            )?,
            residents: Table::create(
                folder,
                "residents.parquet",
                vec![
                    ("人员编号", text()),
                    ("居住地址", text()),
                    ("户号", text()),
                    ("登记日期", text()),
                    ("注销日期", text()),
                    ("入库时间", time()),
                ],
            )?,
            access: Table::create(
                folder,
                "access.parquet",
                vec![
                    ("device", text()),
                    ("serial", Buffer::Whole(Vec::new())),
                    ("card", text()),
                    ("address", text()),
                    ("time", time()),
                    ("recorded", time()),
                ],
            )?,
            water: Table::create(
                folder,
                "water.parquet",
                vec![("address", text()), ("day", text()), ("volume", number())],
            )?,
            power: Table::create(
                folder,
                "power.parquet",
                vec![("address", text()), ("time", time()), ("load", number())],
            )?,
            truth: Table::create(
                folder,
                "truth/truth.parquet",
                vec![
                    ("what", text()),
                    ("about", text()),
                    ("key", text()),
                    ("since", text()),
                    ("until", text()),
                    ("decoy", Buffer::Flag(Vec::new())),
                    ("card_readers", Buffer::Flag(Vec::new())),
                ],
            )?,
            hotels,
            hotel_rows: 0,
        })
    }

    /// Appends a hotel's row.
    pub(crate) fn push_stay(&mut self, row: &Stay<'_>) -> Result<(), Error> {
        self.hotel_rows += 1;
        let (lon, lat) = row.place;
        writeln!(
            self.hotels,
            "{},{},{},{},{lon:.6},{lat:.6},{},{}",
            row.hotel,
            row.stay,
            row.person,
            row.address,
            wall_clock(row.time),
            wall_clock(row.recorded)
        )?;
        Ok(())
    }

    pub(crate) fn finish(mut self) -> Result<Summary, Error> {
        self.hotels.flush()?;
        let mut files = Vec::new();
        for table in [self.dwellings, self.residents, self.access] {
            files.push(table.finish()?);
        }
        files.push(("hotels.csv".to_owned(), self.hotel_rows));
        for table in [self.water, self.power, self.truth] {
            files.push(table.finish()?);
        }
        Ok(Summary { files })
    }
}

/// `2024-03-01 18:05:00`
fn wall_clock(seconds: i64) -> String {
    chrono::DateTime::from_timestamp(seconds, 0)
        .map(|time| time.format("%Y-%m-%d %H:%M:%S").to_string())
        .unwrap_or_default()
}
