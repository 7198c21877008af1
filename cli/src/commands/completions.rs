//! `watchfire completions`

use crate::args::Args;
use crate::exit::{Exit, Outcome};
use clap::CommandFactory as _;
use clap_complete::Shell;

/// Prints the completions of a shell.
pub(crate) fn run(shell: Shell) -> Outcome {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "watchfire", &mut text);
    let _ = std::io::Write::write_all(&mut std::io::stdout().lock(), &text);
    Ok(Exit::Success)
}
