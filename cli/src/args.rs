//! Arguments of the command line.

use bytesize::ByteSize;
use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

const AFTER: &str = "\
Exit codes:
  0  all went well
  1  the package has errors, is not formatted, or a test failed
  2  wrong arguments
  3  data or files could not be read or written
  4  the run is complete, but a model failed for some entity (listed)";

/// Watchfire (烽火): warning models over departments' data.
#[derive(Debug, Parser)]
#[command(name = "watchfire", version, about, after_help = AFTER, arg_required_else_help = true)]
pub(crate) struct Args {
    /// One JSON object a line instead of tables and text.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Language of what is said: by default that of the terminal (LC_ALL, LC_MESSAGES, LANG).
    #[arg(long, global = true, value_enum)]
    pub(crate) lang: Option<Lang>,
    /// Colour: auto, always or never (NO_COLOR is honoured).
    #[arg(long, global = true, value_enum, default_value_t = Colour::Auto)]
    pub(crate) color: Colour,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Lang {
    /// 中文
    Zh,
    /// English
    En,
}

/// When to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Colour {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Start a package: a manifest, a source, a model and a test that pass.
    New(New),
    /// Read a package and say everything that is wrong or suspect in it.
    Check(Check),
    /// Run a package's models over its data.
    Run(Run),
    /// Run a package's tests.
    Test(Test),
    /// Write `.watch` files in their canonical form, in Chinese or English.
    Fmt(Fmt),
    /// Tell what a code such as E0203 means, with a wrong and a right example.
    ExplainCode(ExplainCode),
    /// List a package's sources and models, which columns each model reads, and how far back it looks.
    Describe(Describe),
    /// Show how a package is run: what is read, ordered and computed once, and what compiled code does of each model.
    Plan(Plan),
    /// Write a package's documentation as web pages: its models in sentences, its sources, which model reads what.
    Doc(Doc),
    /// Print completions for a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
}

#[derive(Debug, ClapArgs)]
pub(crate) struct New {
    /// Folder to make; its last part is the package's name.
    pub(crate) path: PathBuf,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Check {
    /// The package's folder.
    #[arg(default_value = ".")]
    pub(crate) package: PathBuf,
    /// Apply the fixes that are offered.
    #[arg(long)]
    pub(crate) fix: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Run {
    /// The package's folder.
    #[arg(default_value = ".")]
    pub(crate) package: PathBuf,
    /// Run only these models (and what they read).
    #[arg(long, value_name = "MODEL")]
    pub(crate) only: Vec<String>,
    /// First instant: a date or a wall time of the package's zone, such as 2024-03-01 or 2024-03-01T02:00.
    #[arg(long)]
    pub(crate) from: Option<String>,
    /// Last instant, itself included; a date means its last microsecond.
    #[arg(long)]
    pub(crate) to: Option<String>,
    /// Profile, such as emergency.
    #[arg(long)]
    pub(crate) profile: Option<String>,
    /// Set a parameter: model.parameter=value, the value written as in the language.
    #[arg(long, value_name = "MODEL.PARAMETER=VALUE")]
    pub(crate) set: Vec<String>,
    /// Read a source from this file, glob or folder instead of the manifest's.
    #[arg(long, value_name = "SOURCE=PATH")]
    pub(crate) data: Vec<String>,
    /// Folder for warnings, findings, rejects and the report.
    #[arg(long, short)]
    pub(crate) output: Option<PathBuf>,
    /// Format of the files written.
    #[arg(long, value_enum, default_value_t = Format::Parquet)]
    pub(crate) format: Format,
    /// How many warnings to show; all are written with --output or --json.
    #[arg(long, default_value_t = 20)]
    pub(crate) show: usize,
    /// How many partitions to split the entities into; the answer does not depend on it.
    #[arg(long)]
    pub(crate) partitions: Option<u32>,
    /// How much memory to take, about, such as 2GB: more data than that is run in shares that are kept on disk (in
    /// TMPDIR, else /var/tmp); the answer does not depend on it [default: three quarters of what is left].
    #[arg(long, value_name = "SIZE")]
    pub(crate) memory: Option<ByteSize>,
    /// Do without compiled code; the answer does not depend on it.
    #[arg(long)]
    pub(crate) interpret: bool,
    /// Show what each part of the run and each model took.
    #[arg(long)]
    pub(crate) timings: bool,
}

/// Formats of tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Parquet,
    Csv,
    Ndjson,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Test {
    /// The package's folder.
    #[arg(default_value = ".")]
    pub(crate) package: PathBuf,
    /// Only tests whose model or title contains this.
    pub(crate) filter: Option<String>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Fmt {
    /// Files, or folders whose `.watch` files are meant.
    #[arg(default_value = ".")]
    pub(crate) paths: Vec<PathBuf>,
    /// Keywords, types and units in this language; by default each file keeps its own.
    #[arg(long, value_enum)]
    pub(crate) to: Option<Lang>,
    /// Write nothing; end with code 1 if a file is not in its canonical form.
    #[arg(long)]
    pub(crate) check: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ExplainCode {
    /// The code, such as E0203; none: list all.
    pub(crate) code: Option<String>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Describe {
    /// The package's folder.
    #[arg(default_value = ".")]
    pub(crate) package: PathBuf,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Plan {
    /// The package's folder.
    #[arg(default_value = ".")]
    pub(crate) package: PathBuf,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Doc {
    /// The package's folder.
    #[arg(default_value = ".")]
    pub(crate) package: PathBuf,
    /// Folder for the pages; it is made where it is missing.
    #[arg(long, short, default_value = "doc")]
    pub(crate) output: PathBuf,
    /// Language of the pages: by default the package's own.
    #[arg(long, value_enum)]
    pub(crate) language: Option<Lang>,
}
