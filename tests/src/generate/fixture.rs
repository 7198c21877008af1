//! Cases written to folders, and read again: `watchfire.toml`, `case.watch`, and for each table a `.rows` file with one
//! line a row, its cells between tabs. The first line says of each column its name, its raw name, its type, and whether
//! its cells are delivered as text.

use super::data::{Cell, Raw, Rows};
use super::schema::{EntityName, RawForm, Ty, VARIANTS};
use super::{Case, Item};
use chrono::NaiveDateTime;
use std::fmt;
use std::fs;
use std::io;
use std::path::Path;
use watchfire_stdlib::types::EnumId;
use watchfire_stdlib::value::{EntityKey, Value};
use watchfire_stdlib::zone::Zone;

/// Writes a case into a folder.
///
/// # Errors
/// Where a file cannot be written.
pub fn write_case(case: &Case, folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    fs::write(folder.join("watchfire.toml"), case.manifest())?;
    fs::write(folder.join("case.watch"), case.text())?;
    for table in &case.tables {
        fs::write(folder.join(format!("{}.rows", table.source)), table.to_string())?;
    }
    Ok(())
}

/// Reads a case from a folder.
///
/// # Errors
/// Where a file cannot be read or understood.
pub fn read_case(folder: &Path) -> io::Result<Case> {
    let wrong = |what: String| io::Error::new(io::ErrorKind::InvalidData, what);
    let manifest = fs::read_to_string(folder.join("watchfire.toml"))?;
    let zone = manifest.lines().find_map(|line| line.strip_prefix("zone = \"")?.strip_suffix('"'));
    let zone = zone.ok_or_else(|| wrong("the manifest names no zone".into()))?.to_owned();
    let clock = Zone::named(&zone).ok_or_else(|| wrong(format!("there is no zone {zone}")))?;
    let items = vec![Item::other(fs::read_to_string(folder.join("case.watch"))?)];
    let mut tables = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "rows") {
            let source = path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let text = fs::read_to_string(&path)?;
            tables.push(rows(source, &text, &clock).ok_or_else(|| wrong(path.display().to_string()))?);
        }
    }
    tables.sort_by(|a: &Rows, b| a.source.cmp(&b.source));
    Ok(Case { seed: 0, zone, items, tables, constructs: Default::default() })
}

fn rows(source: String, text: &str, clock: &Zone) -> Option<Rows> {
    let mut lines = text.lines();
    let (mut names, mut raw_names, mut types) = (Vec::new(), Vec::new(), Vec::new());
    for column in lines.next()?.split('\t') {
        let mut words = column.split(' ');
        names.push(words.next()?.to_owned());
        raw_names.push(words.next()?.to_owned());
        types.push((ty(words.next()?)?, if words.next().is_some() { RawForm::Text } else { RawForm::Native }));
    }
    let cell = |(text, (ty, _)): (&str, &(Ty, RawForm))| {
        let raw = raw(text)?;
        let value = value(&raw, *ty, clock);
        Some(Cell { raw, value })
    };
    let row = |line: &str| line.split('\t').zip(&types).map(cell).collect::<Option<Vec<_>>>();
    let rows = lines.map(row).collect::<Option<Vec<_>>>()?;
    Some(Rows { source, raw_names, names, types, rows })
}

fn ty(name: &str) -> Option<Ty> {
    let entities = [EntityName::Person, EntityName::Dwelling, EntityName::Meter];
    let entities = entities.into_iter().map(Ty::Entity);
    let plain =
        [Ty::Bool, Ty::Int, Ty::Float, Ty::Money, Ty::Text, Ty::Date, Ty::Time, Ty::Duration, Ty::Enum, Ty::Area];
    let plain = plain.into_iter().chain([Ty::Point, Ty::Polygon]);
    plain.chain(entities).find(|ty| format!("{ty:?}") == name)
}

fn raw(text: &str) -> Option<Raw> {
    Some(match text {
        "null" => Raw::Null,
        "true" => Raw::Bool(true),
        "false" => Raw::Bool(false),
        _ if text.starts_with('"') => Raw::Text(text.trim_matches('"').to_owned()),
        _ if text.contains('T') => {
            let wall = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").ok()?;
            Raw::Wall(wall.and_utc().timestamp_micros())
        }
        _ if text.len() == 10 && text.matches('-').count() == 2 => Raw::Date(super::data::day_number(text)),
        _ => match text.parse() {
            Ok(number) => Raw::Int(number),
            Err(_) => Raw::Float(text.parse().ok()?),
        },
    })
}

/// What a delivered cell means; nothing if it does not fit its type.
fn value(raw: &Raw, ty: Ty, clock: &Zone) -> Option<Value> {
    const PLACEHOLDERS: [&str; 8] = ["", "-", "/", "无", "未知", "na", "n/a", "null"];
    let entity = |key: &str| Value::Entity(EntityKey::Single(key.into()));
    match (raw, ty) {
        (Raw::Null, _) => Some(Value::Missing),
        (Raw::Bool(truth), _) => Some(Value::Bool(*truth)),
        (Raw::Int(number), Ty::Money) => Some(Value::Money(number * 10_000)),
        (Raw::Int(number), Ty::Entity(_)) => Some(entity(&number.to_string())),
        (Raw::Int(number), _) => Some(Value::Int(*number)),
        (Raw::Float(number), _) => Some(*number).filter(|number| !number.is_nan()).map(Value::float),
        (Raw::Date(day), _) => Some(Value::Date(*day)),
        (Raw::Wall(wall), _) => clock.instant(*wall).map(Value::Time),
        (Raw::Text(text), Ty::Int) => text.parse().ok().map(Value::Int),
        (Raw::Text(text), Ty::Date) => {
            let date = chrono::NaiveDate::parse_from_str(text, "%Y%m%d").ok()?;
            Some(Value::Date(watchfire_stdlib::zone::date_number(date)))
        }
        (Raw::Text(text), Ty::Time) => {
            let wall = NaiveDateTime::parse_from_str(text, "%Y/%m/%d %H:%M:%S").ok()?;
            clock.instant(wall.and_utc().timestamp_micros()).map(Value::Time)
        }
        (Raw::Text(text), Ty::Enum) => {
            let variant = VARIANTS.iter().position(|(name, other)| name == text || other == text)?;
            u32::try_from(variant).ok().map(|variant| Value::Enum(EnumId(0), variant))
        }
        (Raw::Text(text), Ty::Point | Ty::Polygon) => super::places::place_value(text, ty),
        (Raw::Text(text), Ty::Entity(_)) => {
            let plain = text.trim().to_lowercase();
            let missing = PLACEHOLDERS.contains(&plain.as_str()) || plain == "none";
            Some(if missing { Value::Missing } else { entity(text) })
        }
        (Raw::Text(text), _) => Some(Value::Text(text.as_str().into())),
    }
}

impl fmt::Display for Rows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns = self.names.iter().zip(&self.raw_names).zip(&self.types);
        let header = columns.map(|((name, raw_name), (ty, form))| {
            format!("{name} {raw_name} {ty:?}{}", if *form == RawForm::Text { " text" } else { "" })
        });
        writeln!(f, "{}", header.collect::<Vec<_>>().join("\t"))?;
        for row in &self.rows {
            let cells: Vec<String> = row.iter().map(|cell| cell.raw.to_string()).collect();
            writeln!(f, "{}", cells.join("\t"))?;
        }
        Ok(())
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::generate::{Size, generate};

    #[test]
    fn what_is_written_is_read_again() {
        for seed in 0..100 {
            let case = generate(seed, Size::default());
            let clock = Zone::named(&case.zone).unwrap();
            for table in &case.tables {
                let read = rows(table.source.clone(), &table.to_string(), &clock).unwrap();
                assert_eq!(read.to_string(), table.to_string(), "seed {seed}");
                for (row, again) in table.rows.iter().zip(&read.rows) {
                    let values = |row: &[Cell]| row.iter().map(|cell| cell.value.clone()).collect::<Vec<_>>();
                    assert_eq!(values(row), values(again), "seed {seed}, {}", table.source);
                }
            }
        }
    }
}
