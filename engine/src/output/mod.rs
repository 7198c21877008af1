//! Results on disk and as frames.
//!
//! | where | columns |
//! |---|---|
//! | frame, Parquet, Arrow IPC | [`Run::warnings_frame`], [`Run::exempted_frame`], [`Run::findings_frame`]: times are UTC, microseconds |
//! | CSV, NDJSON | the same; times as text in the package's zone, with offset |
//! | HTML | [`Run::report`]: one page that explains itself |

mod frame;
mod json;
mod report;
mod write;

pub use write::{OutputError, OutputFormat};

#[cfg(doc)]
use crate::run::Run;
