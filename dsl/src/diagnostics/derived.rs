//! Derived tables (`rows N from … { … }`): E054x.

use crate::source::Span;

diagnostics! {
    /// Something that changes from one evaluation to the next, in a derived table or a union, whose rows depend on
    /// knowledge only.
    E0540 error NotInTable { at: Span, name: String }

    /// A column outside of an aggregate, in a table whose rows are groups.
    E0549 error DiffersInGroup { at: Span, column: String }

    /// An aggregate without rows where there is no group.
    E0542 error NoGroup { at: Span }

    /// A second key that is a span of time.
    E0543 error SecondBucket { at: Span, first: Span }

    /// `including current` where nothing is ever unfinished.
    E0544 error NothingUnfinished { at: Span }

    /// Sessions of rows without time.
    E0545 error SessionsWithoutTime { at: Span, source: String, declared: Option<Span> }

    /// `within` where the rows have several places.
    E0546 error SeveralPlaces { at: Span, source: String, columns: Vec<String>, declared: Option<Span> }

    /// A table of findings or entities.
    E0547 error NotMadeOfRows { at: Span }

    /// A table of rows about another entity.
    E0550 error TableOfAnother { at: Span }

    /// A derived table where a department's table is needed, or chosen `by` a column.
    E0548 error TableOfRows { at: Span, table: String, declared: Option<Span> }
}
