//! How the program ends: documented in `docs/cli.md` and in `watchfire --help`.

use std::process::ExitCode;

/// Exit codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// All went well (there may be warnings about the world: that is what models are for).
    Success = 0,
    /// The package has errors, is not formatted, or one of its tests failed.
    Package = 1,
    /// Wrong arguments, as clap also ends.
    Arguments = 2,
    /// Data or files could not be read or written.
    Data = 3,
    /// The run is complete, but some model failed for some entity.
    Failures = 4,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit as u8)
    }
}

/// Why a command could not do its work.
#[derive(Debug)]
pub(crate) struct Problem {
    /// What to tell, already in the person's language, possibly of several lines.
    pub(crate) text: String,
    /// The same as objects for `--json`, if there are any.
    pub(crate) json: Vec<serde_json::Value>,
    /// How the program ends.
    pub(crate) exit: Exit,
}

impl Problem {
    /// A problem with files or data, told in one text.
    pub(crate) fn data(text: impl Into<String>) -> Self {
        Self { text: text.into(), json: Vec::new(), exit: Exit::Data }
    }
}

/// What a command returns.
pub(crate) type Outcome = Result<Exit, Problem>;
