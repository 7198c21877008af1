//! The engine: reads data, runs a package's models over it, and gives warnings.
//!
//! ```
//! use polars::prelude::*;
//! use watchfire_engine::{Engine, Package, RunOptions, Sources};
//!
//! let manifest = "[package]\nname = \"small\"\nversion = \"0.1.0\"\nzone = \"Asia/Shanghai\"\nlanguage = \"en\"\n";
//! let text = r#"
//!     entity Dwelling key Text
//!     source residents {
//!         owner "police"
//!         allows fire_safety
//!         person : Text
//!         home   : Dwelling
//!     }
//!     model crowded for Dwelling in residents {
//!         category overlap
//!         purpose fire_safety
//!         basis "house rules"
//!         let people = count distinct person from residents
//!         every day at 02:00
//!         warn when people >= 2 {
//!             red when people >= 3
//!             yellow otherwise
//!             message "{this}: {people} people"
//!         }
//!     }
//! "#;
//! let engine = Engine::new(Package::from_texts(manifest, [("small.watch", text)])?);
//!
//! let residents = df!("person" => ["p1", "p2", "p3", "p4"], "home" => ["a", "a", "b", "a"])?;
//! let sources = Sources::new().frame("residents", residents);
//! let day = engine.package().instant("2024-03-01");
//! let next = engine.package().instant("2024-03-02");
//! let run = engine.run(&sources, &RunOptions { from: day, to: next, ..RunOptions::default() })?;
//!
//! assert_eq!(run.warnings.len(), 1);
//! assert_eq!(run.warnings[0].message, "a: 3 people");
//! assert_eq!(run.warnings_frame()?.height(), 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A package folder with a manifest that names its data needs [`Package::load`] and [`Package::sources`] only.

mod compare;
mod coverage;
mod edges;
mod engine;
mod fast;
mod finding;
mod ingest;
mod interp;
mod jit;
pub mod mutant;
mod output;
mod package;
mod places;
mod plan;
mod read;
mod rejects;
mod run;
mod shown;
mod sources;
mod table;
mod testing;
mod timeline;
mod unions;
mod warning;

pub use engine::Engine;
pub use finding::Finding;
pub use jit::{Pass, Why};
pub use output::{OutputError, OutputFormat};
pub use package::Package;
pub use plan::{
    CompiledDescription, InterpretedDescription, ModelDescription, PlanDescription, SharedDescription,
    TableDescription, TimelineDescription, WindowDescription,
};
pub use rejects::{DEFAULT_SAMPLES, Extent, InputCount, Place, Reason, RejectGroup, Rejects, Sample};
pub use run::{
    Compile, FailedModel, Failure, FailureRow, Loaded, ModelRun, OptionError, Run, RunError, RunOptions, StaleSource,
    Timings,
};
pub use shown::{DEVELOPMENT_KEY, EntityRef, NamedEntity};
pub use sources::{FileOptions, Format, Sources};
pub use testing::{ExpectedWarning, TestOutcome};
pub use warning::{Exempted, ShownFact, Silence, Warning};
