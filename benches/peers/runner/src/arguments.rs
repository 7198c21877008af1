//! What the command is asked for.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::PathBuf;
use watchfire_stdlib::value::Value;

const USAGE: &str = "\
usage: watchfire-peers PACKAGE [OPTION…] SOURCE=FILE.parquet …
  --threads N            threads of the engine; 1 if not given
  --repeat N             runs in this process; 1 if not given
  --warm                 the data is read and ordered before the clock starts
  --files                the data is read from its files after the clock started
  --memory BYTES         how much memory the run may take
  --only MODEL,…         these models; all of the package if not given
  --from TIME, --to TIME the range of the run
  --set FILE.json        parameters: {\"model.parameter\": number, …}
  --found FILE           where the first run's findings are written, a line each";

/// What the command is asked for.
#[derive(Debug)]
pub(crate) struct Arguments {
    /// The package's folder.
    pub(crate) package: PathBuf,
    /// Source and file of each frame.
    pub(crate) data: Vec<(String, PathBuf)>,
    /// Threads of the engine.
    pub(crate) threads: usize,
    /// How many runs.
    pub(crate) repeat: usize,
    /// The data is read and ordered before the clock starts.
    pub(crate) warm: bool,
    /// The data is read from its files after the clock started.
    pub(crate) files: bool,
    /// How much memory the run may take.
    pub(crate) memory: Option<u64>,
    /// Models; none: all.
    pub(crate) only: Vec<String>,
    /// First instant of the range.
    pub(crate) from: Option<String>,
    /// Last instant of the range.
    pub(crate) to: Option<String>,
    /// Parameters.
    pub(crate) set: BTreeMap<String, Value>,
    /// Where findings are written.
    pub(crate) found: Option<PathBuf>,
}

impl Arguments {
    /// Reads the command line.
    pub(crate) fn read(mut words: impl Iterator<Item = String>) -> Result<Self, Box<dyn Error>> {
        let package = words.next().ok_or(USAGE)?.into();
        let (data, set) = (Vec::new(), BTreeMap::new());
        let mut read = Self {
            package,
            data,
            threads: 1,
            repeat: 1,
            warm: false,
            files: false,
            memory: None,
            only: Vec::new(),
            from: None,
            to: None,
            set,
            found: None,
        };
        while let Some(word) = words.next() {
            if let Some((source, file)) = word.split_once('=') {
                read.data.push((source.into(), file.into()));
                continue;
            }
            if word == "--warm" {
                read.warm = true;
                continue;
            }
            if word == "--files" {
                read.files = true;
                continue;
            }
            let value = words.next().ok_or(USAGE)?;
            match word.as_str() {
                "--threads" => read.threads = value.parse()?,
                "--memory" => read.memory = Some(value.parse()?),
                "--repeat" => read.repeat = value.parse()?,
                "--only" => read.only = value.split(',').map(str::to_owned).collect(),
                "--from" => read.from = Some(value),
                "--to" => read.to = Some(value),
                "--set" => read.set = parameters(&std::fs::read_to_string(value)?)?,
                "--found" => read.found = Some(value.into()),
                _ => return Err(USAGE.into()),
            }
        }
        Ok(read)
    }
}

/// Parameters from JSON: a whole number is an `Int`, another number a `Float`.
fn parameters(text: &str) -> Result<BTreeMap<String, Value>, Box<dyn Error>> {
    let numbers: BTreeMap<String, serde_json::Number> = serde_json::from_str(text)?;
    let value = |number: &serde_json::Number| {
        number.as_i64().map(Value::Int).or_else(|| number.as_f64().map(Value::Float)).ok_or("a number out of range")
    };
    numbers.iter().map(|(name, number)| Ok((name.clone(), value(number)?))).collect()
}
