//! The terminal: language, colour, width, and where what is said goes.

use crate::args::{Args, Colour, Lang};
use crate::exit::Problem;
use std::io::{IsTerminal as _, Write as _};
use watchfire_dsl::diagnostics::Language;

/// How to speak to the person, or the program, at the other end.
#[derive(Debug)]
pub(crate) struct Terminal {
    /// Language of what is said.
    pub(crate) language: Language,
    /// Results as JSON, one object a line.
    pub(crate) json: bool,
    /// Colour on standard output.
    pub(crate) colour: bool,
    /// Colour on standard error.
    pub(crate) colour_errors: bool,
    /// Columns of the terminal.
    pub(crate) width: usize,
}

impl Terminal {
    /// Reads arguments and environment.
    pub(crate) fn new(args: &Args) -> Self {
        let variable = |name: &str| std::env::var(name).ok().filter(|v| !v.is_empty());
        let language = match args.lang {
            Some(Lang::Zh) => Language::Zh,
            Some(Lang::En) => Language::En,
            None => match variable("LC_ALL").or_else(|| variable("LC_MESSAGES")).or_else(|| variable("LANG")) {
                Some(locale) if locale.starts_with("zh") => Language::Zh,
                _ => Language::En,
            },
        };
        let colour = |terminal: bool| match args.color {
            Colour::Always => true,
            Colour::Never => false,
            Colour::Auto => terminal && std::env::var_os("NO_COLOR").is_none(),
        };
        Self {
            language,
            json: args.json,
            colour: !args.json && colour(std::io::stdout().is_terminal()),
            colour_errors: colour(std::io::stderr().is_terminal()),
            width: variable("COLUMNS").and_then(|c| c.parse().ok()).unwrap_or(140).clamp(40, 400),
        }
    }

    /// The text in the person's language.
    pub(crate) fn say<'a>(&self, en: &'a str, zh: &'a str) -> &'a str {
        match self.language {
            Language::En => en,
            Language::Zh => zh,
        }
    }

    /// Prints to standard output; a closed pipe is no error.
    pub(crate) fn print(&self, text: &str) {
        let _ = std::io::stdout().lock().write_all(text.as_bytes());
    }

    /// Prints one JSON object on a line.
    pub(crate) fn print_json(&self, value: &serde_json::Value) {
        self.print(&format!("{value}\n"));
    }

    /// Prints a note for people to standard error; nothing with `--json`.
    pub(crate) fn note(&self, text: &str) {
        if !self.json {
            let _ = writeln!(std::io::stderr().lock(), "{text}");
        }
    }

    /// Tells a problem: to standard error as text, and as JSON objects to standard output with `--json`.
    pub(crate) fn problem(&self, problem: &Problem) {
        if self.json {
            if problem.json.is_empty() {
                self.print_json(&serde_json::json!({ "error": problem.text }));
            }
            for object in &problem.json {
                self.print_json(object);
            }
        } else {
            let _ = writeln!(std::io::stderr().lock(), "{}", problem.text.trim_end());
        }
    }
}
