//! The engine: reads data, runs a package's models over it, and gives warnings.

mod coverage;
mod engine;
mod finding;
mod ingest;
mod interp;
pub mod mutant;
mod output;
mod package;
mod plan;
mod read;
mod rejects;
mod run;
mod shown;
mod sources;
mod table;
mod testing;
mod timeline;
mod warning;

pub use engine::Engine;
pub use finding::Finding;
pub use output::{OutputError, OutputFormat};
pub use package::Package;
pub use plan::{ModelDescription, PlanDescription, SharedDescription, TableDescription};
pub use rejects::{DEFAULT_SAMPLES, Extent, InputCount, Place, Reason, RejectGroup, Rejects, Sample};
pub use run::{
    FailedModel, Failure, FailureRow, ModelRun, OptionError, Run, RunError, RunOptions, StaleSource, Timings,
};
pub use shown::{DEVELOPMENT_KEY, EntityRef};
pub use sources::{FileOptions, Format, Sources};
pub use testing::{ExpectedWarning, TestOutcome};
pub use warning::{ShownFact, Silence, Warning, level_name};
