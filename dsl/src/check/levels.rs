//! Levels: the four usual ones, or the package's own.

use super::context::Checker;
use crate::diagnostics::Word;
use crate::keywords::level_in_english;
use crate::program::{Level, Levels};
use crate::source::Span;
use crate::syntax;

impl<'a> Checker<'a> {
    /// `levels { critical, high, low }`: may stand once in a package.
    pub(super) fn declare_levels(&mut self, declared: &'a syntax::Levels, at: Span) {
        if let Some((_, first)) = self.names_at(at).levels {
            let (at, clause) = (at, "levels".to_owned());
            return self.report(crate::diagnostics::models::ClauseTwice { at, clause, first });
        }
        let mut names: Vec<&'a syntax::Name> = Vec::new();
        for name in &declared.levels {
            match names.iter().find(|first| first.text == name.text) {
                Some(first) => self.declared_twice(name, first.span),
                None => names.push(name),
            }
        }
        let levels = Levels::new(names.into_iter().map(|name| name.text.as_str()));
        self.names_mut(at).levels = Some((levels, at));
    }

    /// The level of this name, in either language where it is one of the usual ones.
    pub(super) fn level_named(&self, name: &str) -> Option<Level> {
        self.levels.named(level_in_english(name))
    }

    /// The level of this name; an error is reported where there is none.
    pub(super) fn level(&mut self, name: &syntax::Name) -> Option<Level> {
        let found = self.level_named(&name.text);
        if found.is_none() {
            let all: Vec<String> = self.levels.all().map(|(_, name)| name.to_owned()).collect();
            self.unknown_name(name, Word::LEVEL, all);
        }
        found
    }
}
