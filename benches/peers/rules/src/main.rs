//! Rule engines that look at one row at a time, on the scan: `watchfire-rules ENGINE FOLDER THREADS FOUND`.
//!
//! The folder has for each column `a` to `h` its cells (64 bits each, little endian) and which are there (a byte each), and in
//! `rules.json` the score as an expression for rows without a gap, one for rows with gaps, and the least score that counts.
//! The data is in memory when the clock starts. Writes the rows found (32 bits each, little endian), and prints
//! `{"cpu_s", "wall_s", "peak_mb"}`.

use std::error::Error;
use std::path::Path;
use std::time::Instant;

/// Columns of floats, then of whole numbers.
const NAMES: [&str; 8] = ["a", "b", "c", "d", "e", "f", "g", "h"];
const FLOATS: usize = 4;

/// The cells of the columns, as bits.
struct Table {
    cells: Vec<Vec<u64>>,
    there: Vec<Vec<u8>>,
}

#[derive(Clone, Copy)]
enum Cell {
    Missing,
    Float(f64),
    Whole(i64),
}

impl Table {
    fn read(folder: &Path) -> Result<Self, Box<dyn Error>> {
        let mut table = Self { cells: Vec::new(), there: Vec::new() };
        for name in NAMES {
            let bytes = std::fs::read(folder.join(format!("{name}.cells")))?;
            let (cells, _) = bytes.as_chunks::<8>();
            table.cells.push(cells.iter().map(|cell| u64::from_le_bytes(*cell)).collect());
            table.there.push(std::fs::read(folder.join(format!("{name}.there")))?);
        }
        Ok(table)
    }

    fn rows(&self) -> usize {
        self.there[0].len()
    }

    fn has_gap(&self, row: usize) -> bool {
        self.there.iter().any(|there| there[row] == 0)
    }

    fn cell(&self, column: usize, row: usize) -> Cell {
        match (self.there[column][row], self.cells[column][row]) {
            (0, _) => Cell::Missing,
            (_, bits) if column < FLOATS => Cell::Float(f64::from_bits(bits)),
            (_, bits) => Cell::Whole(bits.cast_signed()),
        }
    }
}

/// The score, and the least that counts.
struct Rules {
    whole: String,
    gaps: String,
    least: i64,
}

/// The rows of a part of the table whose score is high enough.
type Search = fn(&Table, &Rules, std::ops::Range<usize>) -> Result<Vec<u32>, String>;

fn by_cel(table: &Table, rules: &Rules, rows: std::ops::Range<usize>) -> Result<Vec<u32>, String> {
    use cel::{Context, Program, Value};
    let program = |text| Program::compile(text).map_err(|error| error.to_string());
    let (whole, gaps) = (program(&rules.whole)?, program(&rules.gaps)?);
    let mut context = Context::default();
    let mut found = Vec::new();
    for row in rows {
        for (column, name) in NAMES.into_iter().enumerate() {
            let value = match table.cell(column, row) {
                Cell::Missing => Value::Null,
                Cell::Float(number) => Value::Float(number),
                Cell::Whole(number) => Value::Int(number),
            };
            context.add_variable_from_value(name, value);
        }
        let program = if table.has_gap(row) { &gaps } else { &whole };
        match program.execute(&context) {
            Ok(Value::Int(score)) if score >= rules.least => found.push(row as u32),
            Ok(Value::Int(_)) => {}
            other => return Err(format!("row {row}: {other:?}")),
        }
    }
    Ok(found)
}

fn by_zen(table: &Table, rules: &Rules, rows: std::ops::Range<usize>) -> Result<Vec<u32>, String> {
    use rust_decimal::Decimal;
    use rust_decimal::prelude::{FromPrimitive, ToPrimitive};
    use zen_expression::{Isolate, Variable};
    let mut isolate = Isolate::new();
    let mut compile = |text: &str| isolate.compile_standard(text).map_err(|error| error.to_string());
    let (whole, gaps) = (compile(&rules.whole)?, compile(&rules.gaps)?);
    let context = Variable::empty_object();
    let object = context.as_object().ok_or("not an object")?;
    let mut vm = zen_expression::vm::VM::new();
    let mut found = Vec::new();
    for row in rows {
        for (column, name) in NAMES.into_iter().enumerate() {
            let value = match table.cell(column, row) {
                Cell::Missing => Variable::Null,
                Cell::Float(number) => Variable::Number(Decimal::from_f64(number).ok_or("too large")?),
                Cell::Whole(number) => Variable::Number(number.into()),
            };
            object.borrow_mut().insert_str(name, value);
        }
        let program = if table.has_gap(row) { &gaps } else { &whole };
        match program.evaluate_with(context.clone(), &mut vm) {
            Ok(Variable::Number(score)) => {
                if score.to_i64().is_some_and(|score| score >= rules.least) {
                    found.push(row as u32);
                }
            }
            other => return Err(format!("row {row}: {other:?}")),
        }
    }
    Ok(found)
}

/// The most memory that the process has held, in MB, where the system tells.
fn peak() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<f64>().ok()? / 1024.0)
}

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [engine, folder, threads, found] = &words[..] else { return Err("ENGINE FOLDER THREADS FOUND".into()) };
    let search: Search = match engine.as_str() {
        "cel" => by_cel,
        "zen" => by_zen,
        other => return Err(format!("no engine is called {other}").into()),
    };
    let (folder, threads) = (Path::new(folder), threads.parse::<usize>()?.max(1));
    let table = Table::read(folder)?;
    let read: serde_json::Value = serde_json::from_slice(&std::fs::read(folder.join("rules.json"))?)?;
    let text = |name: &str| read[name].as_str().unwrap_or_default().to_owned();
    let rules = Rules { whole: text("whole"), gaps: text("gaps"), least: read["least"].as_i64().ok_or("no least")? };

    let (wall, cpu) = (Instant::now(), cpu_time::ProcessTime::now());
    let each = table.rows().div_ceil(threads);
    let parts: Vec<Result<Vec<u32>, String>> = std::thread::scope(|scope| {
        let (table, rules) = (&table, &rules);
        let part = |number: usize| number * each..((number + 1) * each).min(table.rows());
        let spawned: Vec<_> =
            (0..threads).map(|number| scope.spawn(move || search(table, rules, part(number)))).collect();
        spawned.into_iter().map(|thread| thread.join().unwrap_or_else(|_| Err("a thread failed".to_owned()))).collect()
    });
    let rows: Vec<u32> = parts.into_iter().collect::<Result<Vec<_>, _>>()?.concat();
    let (wall, cpu) = (wall.elapsed().as_secs_f64(), cpu.elapsed().as_secs_f64());

    std::fs::write(found, rows.iter().flat_map(|row| row.to_le_bytes()).collect::<Vec<u8>>())?;
    println!("{}", serde_json::json!({ "cpu_s": cpu, "wall_s": wall, "peak_mb": peak() }));
    Ok(())
}
