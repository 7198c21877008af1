//! `watchfire`: check, test, format and run packages of warning models.

mod args;
mod commands;
mod exit;
mod table;
mod terminal;

use clap::Parser as _;
use std::process::ExitCode;

/// Columns come and go; this allocator keeps their pages.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let args = args::Args::parse();
    let terminal = terminal::Terminal::new(&args);
    let outcome = match args.command {
        args::Command::New(new) => commands::new::run(&new, &terminal),
        args::Command::Check(check) => commands::check::run(&check, &terminal),
        args::Command::Run(run) => commands::run::run(&run, &terminal),
        args::Command::Test(test) => commands::test::run(&test, &terminal),
        args::Command::Fmt(fmt) => commands::fmt::run(&fmt, &terminal),
        args::Command::ExplainCode(explain) => commands::explain_code::run(&explain, &terminal),
        args::Command::Describe(describe) => commands::describe::run(&describe, &terminal),
        args::Command::Plan(plan) => commands::plan::run(&plan, &terminal),
        args::Command::Doc(doc) => commands::doc::run(&doc, &terminal),
        args::Command::Completions { shell } => commands::completions::run(shell),
    };
    match outcome {
        Ok(exit) => exit.into(),
        Err(problem) => {
            terminal.problem(&problem);
            problem.exit.into()
        }
    }
}
