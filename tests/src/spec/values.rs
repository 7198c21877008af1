//! `values` blocks: what expressions are for one entity at one instant.
//!
//! ````text
//! ```values Home in visits "a" at 2024-03-01T02:00
//! count from visits        => 2
//! 1 / 0                    => –
//! ```
//! ````

use super::case::run_of;
use super::document::Block;
use super::expected::{key, lines};
use std::fmt::Write as _;
use watchfire_engine::{Engine, RunOptions, Sources};

/// A `values` block.
pub(super) struct Values<'a> {
    /// Name of the model that shows the values.
    model: String,
    entity: &'a str,
    about: &'a str,
    at: &'a str,
    pairs: Vec<(&'a str, &'a str)>,
}

impl<'a> Values<'a> {
    /// The block of this number in its case.
    pub(super) fn of(block: &'a Block, number: usize) -> Result<Self, String> {
        let wrong = || format!("line {}: `values ENTITY [in SOURCE] \"KEY\" at TIME`", block.line);
        let (head, at) = block.rest.rsplit_once(" at ").ok_or_else(wrong)?;
        let (entity, about) = head.split_once(" \"").ok_or_else(wrong)?;
        let about = about.trim_end().strip_suffix('"').ok_or_else(wrong)?;
        let mut pairs = Vec::new();
        for line in lines(&block.text) {
            let (expression, value) =
                line.split_once("=>").ok_or_else(|| format!("line {}: no `=>` in `{line}`", block.line))?;
            pairs.push((expression.trim(), value.trim()));
        }
        Ok(Self { model: format!("values_shown_{number}"), entity, about, at: at.trim(), pairs })
    }

    /// A model that looks at the instant's time of day, and has each expression as a `let`.
    pub(super) fn model(&self) -> String {
        let clock = self.at.split('T').nth(1).unwrap_or("00:00");
        let mut text = format!(
            "model {} for {} {{\n    category values\n    purpose test\n    basis \"the meaning\"\n    review \
             required\n",
            self.model, self.entity
        );
        for (index, (expression, _)) in self.pairs.iter().enumerate() {
            let _ = writeln!(text, "    let shown_{index} = {expression}");
        }
        let _ = write!(text, "    every day at {clock}\n    warn when true {{ yellow otherwise }}\n}}\n");
        text
    }

    /// The expressions and what they are.
    pub(super) fn of_run(&self, engine: &Engine, sources: &Sources) -> Result<Vec<(String, String)>, String> {
        let at = engine.package().instant(self.at).ok_or_else(|| format!("`{}` is no time", self.at))?;
        let options = RunOptions {
            from: Some(at),
            to: Some(at),
            only: vec![self.model.clone()],
            partitions: Some(1),
            threads: Some(1),
            ..RunOptions::default()
        };
        let run = run_of(engine, sources, &options)?;
        let warning = run
            .warnings
            .iter()
            .find(|warning| key(warning.about.key()) == self.about)
            .ok_or_else(|| format!("nobody looks at `{}` at {}", self.about, self.at))?;
        let value = |index: usize| {
            let name = format!("shown_{index}");
            let fact = warning.facts.iter().find(|fact| *fact.name == *name);
            fact.map_or_else(|| "(not there)".to_owned(), |fact| fact.text.clone())
        };
        let pairs = self.pairs.iter().enumerate();
        Ok(pairs.map(|(index, (expression, _))| ((*expression).to_owned(), value(index))).collect())
    }

    pub(super) fn compare(&self, came: &[(String, String)]) -> Result<(), String> {
        let wrong: Vec<String> = self
            .pairs
            .iter()
            .zip(came)
            .filter(|((_, wanted), (_, came))| wanted != came)
            .map(|((expression, wanted), (_, came))| format!("    {expression} => {came}    (expected {wanted})"))
            .collect();
        if wrong.is_empty() { Ok(()) } else { Err(format!("values: these came\n{}", wrong.join("\n"))) }
    }
}
