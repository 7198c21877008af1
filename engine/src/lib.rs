//! The engine: reads data, runs a package's models over it, and gives warnings.

mod coverage;
mod finding;
mod ingest;
mod interp;
pub mod mutant;
mod plan;
mod read;
mod rejects;
mod sources;
mod table;
mod timeline;

pub use rejects::{DEFAULT_SAMPLES, Extent, InputCount, Place, Reason, RejectGroup, Rejects, Sample};
pub use sources::{FileOptions, Format, Sources};
