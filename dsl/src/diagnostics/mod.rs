//! Diagnostics: what the compiler says to people.
//!
//! A diagnostic is declared once, as a small struct with a stable code, in the file of its area (`syntax`, `names`,
//! `types`, …). It holds facts only: spans, names, numbers. The words come late, from the Fluent files, so that one
//! value can be shown on a terminal or as JSON, in English or Chinese.
//!
//! # How to report one
//!
//! ```
//! use watchfire_dsl::diagnostics::{Diagnostic, Edits, Language, names::UnknownColumn, render_terminal, suggest};
//! use watchfire_dsl::source::{SourceMap, Span};
//!
//! let mut sources = SourceMap::default();
//! let file = sources.add("models/a.watch", "let people = count distinct persn from residents\n");
//! let at = Span::new(file, 28, 33);
//! let suggestion = suggest("persn", ["person", "home"]);
//! let problem: Diagnostic = UnknownColumn {
//!     at,
//!     name: "persn".into(),
//!     source: "residents".into(),
//!     declared: None, // an optional label: left out
//!     replace: suggestion.as_deref().map(|name| Edits::replace(at, name)),
//!     suggestion,
//! }
//! .into();
//! let text = render_terminal(&[problem], &sources, Language::En, false);
//! assert!(text.starts_with("error[E0203]: `residents` has no column `persn`"));
//! assert!(text.contains("did you mean `person`?"));
//! ```
//!
//! # How to add one
//!
//! 1. Declare it in `dsl/src/diagnostics/AREA.rs`, inside `diagnostics! { … }`: a doc comment, a code that is free, the
//!    severity (`error` or `warning`), a name, and the fields. The type of a field says what it is:
//!
//!    | type | meaning |
//!    |---|---|
//!    | [`Span`], `Option<Span>`, `Vec<Span>` | a label: underlined text. The **first** one declared is the primary one; others may be in other files |
//!    | `String`, `&'static str`, `char`, `i64`, `u32`, `usize`, `bool` and `Option` of these | a value for the texts |
//!    | [`Word`], `Vec<String>`, `Vec<Word>`, [`Value`] | words that are themselves translated (`words.ftl`), lists |
//!    | [`Edits`], `Option<Edits>` | a fix that can be applied |
//!
//! 2. Write its texts in `dsl/i18n/en/AREA.ftl` and `dsl/i18n/zh/AREA.ftl`:
//!
//!    ```ftl
//!    E0203 = `{ $source }` has no column `{ $name }`
//!        .at = not a column of `{ $source }`
//!        .declared = `{ $source }` is declared here
//!        .replace = did you mean `{ $suggestion }`?
//!    ```
//!
//!    The message has the code as its id. An attribute with the name of a label field is the text at that label; one with
//!    the name of an [`Edits`] field is the title of that fix; `note…` and `help…` (`note`, `note2`, `help`) are lines
//!    below. A note or help line, or a fix, that names an optional value which is missing is left out: so conditional
//!    lines need no code. In other texts a missing value is the text `none`, to be chosen with a selector. Lower case, no
//!    final stop, backticks round code, words that a clerk knows; `{` is written `{"{"}`.
//! 3. Write its page in `dsl/pages/en/CODE.md` and `dsl/pages/zh/CODE.md`: what it means, wrong, right, why. (Copy one.)
//!
//! `cargo nextest run -p watchfire-dsl diagnostics` says what is missing or unused. Words for lists such as "a name, a
//! number" are declared in `words.rs` and `words.ftl`.

#[macro_use]
mod declare;
mod edits;
mod json;
mod suggestion;
mod terminal;
mod texts;
mod words;

pub use declare::{CodeInfo, Declared, Field, FieldInfo, FieldRole, Severity, Value};
pub use edits::{Edits, apply_fixes};
pub use json::to_json;
pub use suggestion::suggest;
pub use terminal::{render_terminal, render_terminal_with_width};
pub use texts::{Note, NoteKind, explain};
pub use watchfire_stdlib::language::Language;
pub use words::Word;

use crate::source::Span;
use std::sync::OnceLock;

/// Declares the areas: a module each, and the list of their codes.
macro_rules! areas {
    ($( $(#[$doc:meta])* $area:ident ),* $(,)?) => {
        $( $(#[$doc])* pub mod $area; )*
        /// Area name and its codes.
        static AREAS: &[(&str, &[&CodeInfo])] = &[$( (stringify!($area), $area::CODES) ),*];
    };
}

areas! {
    /// Characters, brackets, statements: E00xx and E01xx.
    syntax,
    /// Names and what they stand for: E02xx.
    names,
    /// Types, units, missing values: E03xx.
    types,
    /// Places: E036x.
    places,
    /// Rows one after the other, runs and overlaps: E037x.
    series,
    /// Grants, purposes, privacy: E04xx.
    grants,
    /// Models: triggers, levels, messages, parameters, tests: E05xx.
    models,
    /// Derived tables: E054x.
    derived,
    /// The package: manifest, files, profiles: E06xx.
    package,
    /// The data behind sources: E07xx.
    data,
    /// Constructs that are understood but cannot run yet: E09xx.
    notyet,
    /// Lints: right, but perhaps not what is meant: W0xxx.
    lints,
}

/// Every code, in order.
pub fn all() -> &'static [&'static CodeInfo] {
    static ALL: OnceLock<Vec<&'static CodeInfo>> = OnceLock::new();
    ALL.get_or_init(|| {
        let mut all: Vec<&'static CodeInfo> = AREAS.iter().flat_map(|(_, codes)| codes.iter().copied()).collect();
        all.sort_by_key(|info| info.code);
        all
    })
}

/// One thing to tell a person: a declared struct, turned into data that can be shown in any language.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnostic {
    /// What was declared about its kind.
    pub info: &'static CodeInfo,
    /// Underlined places, the primary one first if there is one.
    pub labels: Vec<Label>,
    /// Fixes that can be applied: alternatives to each other.
    pub fixes: Vec<Fix>,
    /// Values for the texts, by field name.
    pub values: Vec<(&'static str, Value)>,
}

/// An underlined place; its text is the attribute `field` of the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Label {
    /// The field that declared it.
    pub field: &'static str,
    /// Where.
    pub span: Span,
    /// Whether this is the place the diagnostic is about.
    pub primary: bool,
}

/// A fix: its title is the attribute `field` of the message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// The field that declared it.
    pub field: &'static str,
    /// What to write where.
    pub edits: Edits,
}

impl Diagnostic {
    /// The stable code, as in `E0203`.
    pub fn code(&self) -> &'static str {
        self.info.code
    }

    /// How bad it is.
    pub fn severity(&self) -> Severity {
        self.info.severity
    }

    /// Whether it forbids running the package.
    pub fn is_error(&self) -> bool {
        self.info.severity == Severity::Error
    }

    /// The place it is about, if it is about a place in a text.
    pub fn primary(&self) -> Option<Span> {
        self.labels.iter().find(|label| label.primary).map(|label| label.span)
    }

    /// The message in a language.
    pub fn message(&self, language: Language) -> String {
        texts::message(self, language)
    }

    /// The text at a label, empty if there is none.
    pub fn label_text(&self, label: &Label, language: Language) -> String {
        texts::attribute(self, label.field, language).unwrap_or_default()
    }

    /// The title of a fix.
    pub fn fix_title(&self, fix: &Fix, language: Language) -> Option<String> {
        texts::attribute_if_known(self, fix.field, language)
    }

    /// The lines below: notes and help.
    pub fn notes(&self, language: Language) -> Vec<Note> {
        texts::notes(self, language)
    }
}

/// Puts diagnostics into reading order (file, place, code) and drops exact repetitions.
pub fn sort(diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.sort_by(|a, b| {
        let key = |d: &Diagnostic| (d.primary().map(|s| (s.file, s.start, s.end)), d.code());
        key(a).cmp(&key(b))
    });
    diagnostics.dedup();
}

#[cfg(test)]
mod tests;
