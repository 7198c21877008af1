//! The engine: a package that can be run.

use crate::package::Package;
use crate::plan::Plan;
use crate::run::{Loaded, Moment, Request, Run, RunError, RunOptions, own_models, perform};
use crate::sources::Sources;
use crate::{PlanDescription, TestOutcome};

/// Runs a package over data.
///
/// It keeps nothing between runs but compiled code: the same sources and options give the same result.
#[derive(Clone, Debug)]
pub struct Engine {
    package: Package,
}

impl Engine {
    /// An engine for a package.
    pub fn new(package: Package) -> Self {
        Self { package }
    }

    /// The package.
    pub fn package(&self) -> &Package {
        &self.package
    }

    /// Runs the package's models over data.
    ///
    /// # Errors
    ///
    /// If the options name what the package does not have, or data cannot be read at all. Cells and rows that do not
    /// fit, models that fail, and sources that are silent are part of the result.
    pub fn run(&self, sources: &Sources, options: &RunOptions) -> Result<Run, RunError> {
        self.run_with_progress(sources, options, &|_| {})
    }

    /// Runs as [`Engine::run`] does, and tells how much of the range is done, from 0 to 1.
    ///
    /// # Errors
    ///
    /// As [`Engine::run`].
    pub fn run_with_progress(
        &self,
        sources: &Sources,
        options: &RunOptions,
        progress: &(dyn Fn(f64) + Sync),
    ) -> Result<Run, RunError> {
        perform(&Request { package: &self.package, options, moment: Moment::Range, progress }, sources)
    }

    /// Reads and orders data once, for many runs over it: other ranges, parameters or profiles, or a model at a time.
    ///
    /// The options say for which models, on how many threads and partitions; what else they say does not matter here.
    ///
    /// ```
    /// # use polars::prelude::*;
    /// # use watchfire_engine::{Engine, Package, RunOptions, Sources};
    /// # use watchfire_stdlib::value::Value;
    /// # let manifest = "[package]\nname = \"small\"\nversion = \"0.1.0\"\nzone = \"Asia/Shanghai\"\nlanguage = \"en\"\n";
    /// # let text = r#"
    /// #     entity Home key Text
    /// #     source residents {
    /// #         owner "police"
    /// #         allows fire_safety
    /// #         person : Text
    /// #         home   : Home
    /// #     }
    /// #     model crowded for Home in residents {
    /// #         category overlap
    /// #         purpose fire_safety
    /// #         basis "house rules"
    /// #         param most : Int = 2
    /// #         let people = count distinct person from residents
    /// #         every day at 02:00
    /// #         warn when people > most { yellow otherwise }
    /// #     }
    /// # "#;
    /// # let engine = Engine::new(Package::from_texts(manifest, [("small.watch", text)])?);
    /// # let residents = df!("person" => ["p1", "p2", "p3", "p4"], "home" => ["a", "a", "b", "a"])?;
    /// # let sources = Sources::new().frame("residents", residents);
    /// # let (from, to) = (engine.package().instant("2024-03-01"), engine.package().instant("2024-03-02"));
    /// let loaded = engine.load(&sources, &RunOptions::default())?;
    /// for (most, warnings) in [(2, 1), (3, 0)] {
    ///     let set = [("crowded.most".into(), Value::Int(most))].into();
    ///     let run = loaded.run(&RunOptions { from, to, set, ..RunOptions::default() })?;
    ///     assert_eq!(run.warnings.len(), warnings);
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Engine::run`].
    pub fn load(&self, sources: &Sources, options: &RunOptions) -> Result<Loaded, RunError> {
        Loaded::new(self.package.clone(), sources, options)
    }

    /// Runs the package's `test` blocks, in the order written.
    pub fn test(&self) -> Vec<TestOutcome> {
        let program = self.package.program();
        program.tests.iter().map(|test| crate::testing::run(&self.package, test)).collect()
    }

    /// What a run of all models of the package does: strata, what each model reads, what they share.
    pub fn plan(&self) -> PlanDescription {
        let program = self.package.program();
        Plan::new(program, &own_models(program)).describe(program)
    }
}
