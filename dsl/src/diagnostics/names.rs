//! Names and what they stand for: E02xx.

use crate::diagnostics::{Edits, Word};
use crate::source::Span;

diagnostics! {
    /// A name that nothing has.
    E0201 error UnknownName { at: Span, kind: Word, name: String, suggestion: Option<String>, replace: Option<Edits> }

    /// Two things of one name.
    E0202 error DeclaredTwice { at: Span, name: String, first: Span }

    /// A column that its source does not have.
    E0203 error UnknownColumn {
        at: Span,
        name: String,
        source: String,
        suggestion: Option<String>,
        declared: Option<Span>,
        replace: Option<Edits>,
    }

    /// Facts that need each other.
    E0204 error CyclicFacts { at: Span, path: Vec<String>, through: Vec<Span> }

    /// A name that the language itself uses.
    E0205 error BuiltInName { at: Span, name: String }

    /// A name in an expression that stands for nothing.
    E0206 error UnknownValue { at: Span, name: String, suggestion: Option<String>, replace: Option<Edits> }

    /// A row, source or type where a value is needed.
    E0207 error NotAValue { at: Span, name: String, kind: Word, example: Option<String> }

    /// A source with several columns of the entity, and no `by`.
    E0208 error WhichColumn { at: Span, source: String, entity: String, columns: Vec<String>, declared: Vec<Span> }

    /// A source without a column of the entity.
    E0209 error NotAbout { at: Span, source: String, entity: String, about: Vec<String>, declared: Option<Span> }

    /// `S.c` where `S` may have several rows for one entity.
    E0210 error SeveralRows {
        at: Span,
        source: String,
        entity: String,
        column: String,
        declared: Option<Span>,
        replace: Option<Edits>,
    }

    /// A value that has nothing of this name.
    E0211 error NoSuchMember {
        at: Span,
        of: String,
        name: String,
        suggestion: Option<String>,
        replace: Option<Edits>,
    }

    /// `this`, `now`, a source or a fact where there is no entity at hand.
    E0212 error NothingAtHand { at: Span, name: String }

    /// A model whose entity is unique in no source.
    E0213 error NoRegistry { at: Span, model: String, entity: String, sources: Vec<String> }

    /// A model whose entity is unique in several sources.
    E0214 error SeveralRegistries { at: Span, model: String, entity: String, sources: Vec<String>, declared: Vec<Span> }

    /// `r.before` of a source whose rows have no time.
    E0215 error NoRowBefore { at: Span, source: String }

    /// Findings of a model about something else.
    E0216 error FindingsAboutOther { at: Span, model: String, about: String, expected: String }

    /// A value that is too deeply nested, or grows too large when its functions are written out.
    E0217 error TooLarge { at: Span }
}
