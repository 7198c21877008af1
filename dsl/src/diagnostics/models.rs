//! Models: triggers, levels, messages, parameters, tests: E05xx.

use crate::diagnostics::{Edits, Word};
use crate::source::Span;

diagnostics! {
    /// A clause that a model must have is not there.
    E0501 error MissingClause { at: Span, model: String, clause: String, example: String }

    /// A range whose end comes before its start.
    E0502 error ReversedRange { at: Span, start: String, end: String }

    /// A clause that may stand once.
    E0503 error ClauseTwice { at: Span, clause: String, first: Span }

    /// `on` a source whose rows have no time.
    E0504 error NoTrigger { at: Span, source: String, declared: Option<Span> }

    /// `for E in S` in a model that runs for the rows of its trigger.
    E0505 error PopulationUnused { at: Span, model: String }

    /// A step that does not fit into a day.
    E0506 error StepDoesNotDivide { at: Span }

    /// A wall time for steps shorter than a day.
    E0507 error ClockForShortSteps { at: Span }

    /// A column that says when a row is, and may be missing.
    E0508 error TimeMayBeMissing { at: Span, column: String, remove: Option<Edits> }

    /// A clause that does not fit the column's type.
    E0509 error ClauseDoesNotFit { at: Span, clause: String, ty: String }

    /// A loader that is given too many or too few raw columns.
    E0510 error RawColumns { at: Span, function: String, expected: usize, found: usize }

    /// A time zone that the world does not have.
    E0511 error UnknownZone { at: Span, zone: String }

    /// A part of a union that lacks a column.
    E0512 error PartLacksColumn { at: Span, part: String, column: String, other: Option<Span> }

    /// Parts of a union that give a column different types.
    E0513 error PartsDiffer { at: Span, column: String, left: String, right: String, other: Option<Span> }

    /// Parts of a union that lie in time differently.
    E0514 error PartsInTime { at: Span, union: String, other: Option<Span> }

    /// A column of a part that must be one of its own columns.
    E0515 error PlainColumnNeeded { at: Span, column: String }

    /// A union where a department's table is needed.
    E0517 error UnionNotTable { at: Span, union: String, parts: Vec<String>, declared: Option<Span> }

    /// A level that the model never gives.
    E0518 error LevelNeverGiven { at: Span, model: String, level: String, given: Vec<String> }

    /// A key with too many or too few parts.
    E0519 error KeyParts { at: Span, entity: String, expected: usize, found: usize }

    /// A band of a score whose level a more severe one always takes.
    E0541 error BandNeverReached { at: Span, level: String, above: String, first: Span }

    /// Text after the colon of `{value:…}` that means nothing.
    E0520 error BadFormat { at: Span, format: String }

    /// A pair whose parts are not two different entities.
    E0521 error BadPair { at: Span }

    /// A key that is neither text nor a whole number.
    E0522 error BadKey { at: Span, ty: String }

    /// A source of a time zone that has several rows, or rows in time.
    E0523 error ZoneNotFixed { at: Span, source: String, declared: Option<Span> }

    /// `expect nothing` next to an expected warning, or neither.
    E0524 error ExpectationUnclear { at: Span }

    /// Rows of a test without the column that says when they are.
    E0525 error TimeNotGiven { at: Span, source: String, column: String }

    /// A default, a profile's value or a test's value outside the parameter's range.
    E0526 error OutsideRange { at: Span, parameter: String, low: String, high: String, declared: Option<Span> }

    /// Findings in a fact or a table.
    E0527 error FindingsOutsideModel { at: Span }

    /// A plugin that the manifest does not name.
    E0529 error UnknownPlugin { at: Span, plugin: String, suggestion: Option<String> }

    /// A clause of a selection that has no meaning in a trigger.
    E0530 error NotInTrigger { at: Span, clause: String }

    /// `among` where there are no peers.
    E0551 error PeersNotHere { at: Span, place: Word }

    /// A value that is the same for all is compared among peers.
    E0552 error NothingToCompare { at: Span }

    /// `within` or `without` at the first step of a sequence.
    E0560 error NothingBefore { at: Span, clause: String }

    /// A `let` that reads the steps of a sequence, in a condition of that sequence.
    E0561 error LetReadsSteps { at: Span, name: String, declared: Option<Span> }

    /// A key of an exemption from which no entity can be read.
    E0570 error NoKeyOf { at: Span, key: String, entity: String, declared: Option<Span> }

    /// An entity that is exempt from a model twice.
    E0571 error ExemptTwice { at: Span, key: String, model: String, first: Span }

    /// `warn at` in a model that looks for no sequence.
    E0562 error WarnAtElsewhere { at: Span }

    /// A step of a sequence whose rows have no time.
    E0563 error StepWithoutTime { at: Span, source: String, declared: Option<Span> }

    /// `starts of` or `ends of` a source that is no state.
    E0564 error EdgesOfNoState { at: Span, clause: String, source: String, declared: Option<Span> }

    /// `S of PATH` in a sequence where PATH is not the same at every instant.
    E0565 error StepOfNoPath { at: Span }
}
