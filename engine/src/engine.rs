//! The engine: a package that can be run.

use crate::package::Package;
use crate::plan::Plan;
use crate::run::{Moment, Request, Run, RunError, RunOptions, own_models, perform};
use crate::sources::Sources;
use crate::{PlanDescription, TestOutcome};

/// Runs a package over data.
///
/// It keeps nothing between runs: the same sources and options give the same result.
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
        perform(&Request {
            program: self.package.program(),
            texts: self.package.texts(),
            kernels: self.package.kernels(),
            sources,
            options,
            moment: Moment::Range,
            progress,
        })
    }

    /// Runs the package's `test` blocks, in the order written.
    pub fn test(&self) -> Vec<TestOutcome> {
        let program = self.package.program();
        program.tests.iter().map(|test| crate::testing::run(&self.package, test)).collect()
    }

    /// What a run of all models of the package does: strata, what each model reads, what they share.
    pub fn plan(&self) -> PlanDescription {
        let program = self.package.program();
        Plan::new(program, own_models(program).as_ref()).describe(program)
    }
}
