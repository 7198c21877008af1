//! Deliberate mistakes, for the tests that must notice them.
//!
//! A test that would pass whatever the engine does proves nothing. With the cargo feature `mutants` one mistake of this
//! list can be switched on in the running process (`activate`), and the equality tests have to fail. Without the
//! feature, the question whether to make one is answered `false` where it is compiled and no mistake exists in the engine.

/// A mistake that somebody might make.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mutant {
    /// `over last D` takes the row exactly at t − D.
    WindowOpenEdge,
    /// `over last D` leaves out the row exactly at t.
    WindowCloseEdge,
    /// Rows of one event time lie in the reverse of their order.
    TieOrderReversed,
    /// Rows count before they are known, and versions after they were replaced.
    KnowledgeIgnored,
    /// A replaced version stays visible after its correction.
    LatestVersionKept,
    /// A window over an outage counts as fully seen.
    CoverageIgnored,
    /// `again after` has no effect.
    SilenceForgotten,
    /// A more severe finding does not break the silence.
    SeverityDoesNotBreakSilence,
    /// A model runs only for entities with a row that is known and true at the instant.
    PopulationPruned,
    /// A state is still true at its end.
    StateEndInclusive,
    /// A missing operand counts as zero.
    MissingAsZero,
    /// A count over an outage is taken for the exact number.
    CountAtLeastAsExact,
    /// `r.before` is the row before in the whole source, whichever entity it is about.
    BeforeAcrossEntities,
    /// `r.before` may be a row or version that is not visible.
    BeforeIgnoresKnowledge,
    /// `r.after` may be a row or version that is not visible.
    AfterIgnoresKnowledge,
    /// `r.before(D)` does not take a row exactly D before.
    BeforeSpanStrict,
    /// `X as of T` is X now.
    AsOfIgnored,
    /// A `let` under `as of` is what it is now.
    AsOfLetsKept,
    /// Under `as of` what became known later is not known.
    AsOfKnowsLess,
    /// `starts of S` are rows that last.
    StartsLast,
    /// `ends of S` are known as soon as their rows are.
    EndsKnownAtOnce,
    /// A composite does not see findings of its own instant.
    FindingsSameInstantHidden,
    /// Parts of a composite are evaluated only from the start of the range on.
    LookbackTooShort,
    /// Floats are added up one by one, in row order.
    SumNaive,
    /// Output depends on how entities are spread over partitions.
    PartitionOrderLeaks,
    /// A fault decides nothing: it counts as missing.
    FaultAsMissing,
    /// Of differing copies the first is kept whole.
    ConflictKeepsFirst,
    /// A row is known as soon as it happens, whatever `recorded` says.
    RecordedIgnored,
    /// The end of a state is known before it comes.
    FutureEndKnown,
    /// A version that was replaced before it became known triggers an `on` model.
    HiddenVersionTriggers,
    /// A row exactly as far away as `within` allows is not taken.
    NearnessStrict,
    /// Near a missing place there are no rows.
    NearNowhereIsEmpty,
    /// Of rows equally near the last is the nearest.
    NearestTieLast,
    /// Days of a window are 24 hours, whatever the clocks do.
    DaysOfHours,
    /// An entity is its own peer.
    PeersIncludeSelf,
    /// Who has no row behind the value counts as a peer.
    PeersWithoutRows,
    /// Those whose key is missing are peers of one another.
    PeersOfMissingKeys,
    /// Exactly `at least` peers are too few.
    PeersMoreThanLeast,
    /// Peers are looked for in the entity's partition only.
    PeersOfPartition,
    /// `percentile` counts peers with the same value.
    PercentileNotStrict,
    /// `since EVENT` takes the row exactly at the event.
    SinceTakesEvent,
    /// `over this week` is the last seven days.
    WeekOfSevenDays,
    /// `S of PATH` takes the rows about the model's own entity.
    OfIgnored,
    /// `S of PATH` in a step means for ever whom it means at first.
    PathOnce,
    /// A missing condition of a score counts.
    MissingScores,
    /// A step of a sequence may lie at the same instant as the step before.
    StepAtSameInstant,
    /// `within` counts from the first step of a sequence.
    WithinFromFirstStep,
    /// `without` concerns rows at the instants of the two steps as well.
    WithoutClosed,
    /// Of the rows that fit a step only the first is tried.
    NoBacktracking,
    /// Matches share rows and time although they may not.
    MatchesOverlap,
    /// A corrected last row makes a second match.
    MatchedTwice,
    /// Of several chains to one last row the latest is taken.
    LatestChain,
    /// What must not follow within a time may follow exactly at its end.
    DeadlineExclusive,
    /// A sequence is looked for only from the start of the range on.
    SequenceFromRange,
    /// A late row is tried only as a last step.
    LateStepIgnored,
    /// Values in a message are in the language of the run, not of the message.
    MessageInOneLanguage,
    /// The models of packages that are used run like one's own.
    UsedModelsRun,
    /// Who is exempt until a day is exempt on that day as well.
    ExemptUntilInclusive,
    /// The model's entity is exempt, not what the warning is about.
    ExemptByEntity,
    /// A warning that is set aside does not silence.
    ExemptDoesNotSilence,
    /// A bucket or session of a derived table is there before it is finished.
    UnfinishedGroupShown,
    /// A group of a derived table lies at the start of its bucket, a session at its first row.
    GroupAtStart,
    /// A gap of exactly the length begins a new session.
    SessionGapInclusive,
    /// The rows of a group count as fully seen.
    GroupCoverageIgnored,
    /// A window over a derived table reaches back no further than itself.
    DerivedWindowNotExtended,
    /// A row whose condition is missing does not break a run.
    RunOverMissing,
    /// A state that ends at an instant overlaps with one that starts there.
    OverlapAtEnds,
    /// A trend goes by the number of the row, not by its time.
    TrendByRow,
    /// `held` looks over holes between samples.
    HeldAcrossGaps,
    /// `held` does not care how long ago the last sample was.
    HeldOnceEnough,
    /// A row that compiled code is not sure about is left out.
    UnsureScreenedOut,
    /// Compiled code takes what lies in a missing cell for a value.
    ScreenIgnoresGaps,
    /// A share of the data knows its own range only.
    ShareKnowsItself,
    /// Of tables of which a model reads rows about others a share has its own part only.
    CutsOthersRows,
}

impl Mutant {
    /// All of them.
    pub const ALL: &[Mutant] = &[
        Mutant::WindowOpenEdge,
        Mutant::WindowCloseEdge,
        Mutant::TieOrderReversed,
        Mutant::KnowledgeIgnored,
        Mutant::LatestVersionKept,
        Mutant::CoverageIgnored,
        Mutant::SilenceForgotten,
        Mutant::SeverityDoesNotBreakSilence,
        Mutant::PopulationPruned,
        Mutant::StateEndInclusive,
        Mutant::MissingAsZero,
        Mutant::CountAtLeastAsExact,
        Mutant::BeforeAcrossEntities,
        Mutant::BeforeIgnoresKnowledge,
        Mutant::StartsLast,
        Mutant::EndsKnownAtOnce,
        Mutant::AfterIgnoresKnowledge,
        Mutant::BeforeSpanStrict,
        Mutant::AsOfIgnored,
        Mutant::AsOfLetsKept,
        Mutant::AsOfKnowsLess,
        Mutant::FindingsSameInstantHidden,
        Mutant::LookbackTooShort,
        Mutant::SumNaive,
        Mutant::PartitionOrderLeaks,
        Mutant::FaultAsMissing,
        Mutant::ConflictKeepsFirst,
        Mutant::RecordedIgnored,
        Mutant::FutureEndKnown,
        Mutant::HiddenVersionTriggers,
        Mutant::DaysOfHours,
        Mutant::PeersIncludeSelf,
        Mutant::PeersWithoutRows,
        Mutant::PeersOfMissingKeys,
        Mutant::PeersMoreThanLeast,
        Mutant::PeersOfPartition,
        Mutant::PercentileNotStrict,
        Mutant::SinceTakesEvent,
        Mutant::WeekOfSevenDays,
        Mutant::OfIgnored,
        Mutant::PathOnce,
        Mutant::MissingScores,
        Mutant::StepAtSameInstant,
        Mutant::WithinFromFirstStep,
        Mutant::WithoutClosed,
        Mutant::NoBacktracking,
        Mutant::MatchesOverlap,
        Mutant::MatchedTwice,
        Mutant::LatestChain,
        Mutant::DeadlineExclusive,
        Mutant::SequenceFromRange,
        Mutant::LateStepIgnored,
        Mutant::NearnessStrict,
        Mutant::NearNowhereIsEmpty,
        Mutant::NearestTieLast,
        Mutant::MessageInOneLanguage,
        Mutant::UsedModelsRun,
        Mutant::ExemptUntilInclusive,
        Mutant::ExemptByEntity,
        Mutant::ExemptDoesNotSilence,
        Mutant::UnfinishedGroupShown,
        Mutant::GroupAtStart,
        Mutant::SessionGapInclusive,
        Mutant::GroupCoverageIgnored,
        Mutant::DerivedWindowNotExtended,
        Mutant::RunOverMissing,
        Mutant::OverlapAtEnds,
        Mutant::TrendByRow,
        Mutant::HeldAcrossGaps,
        Mutant::HeldOnceEnough,
        Mutant::UnsureScreenedOut,
        Mutant::ScreenIgnoresGaps,
        Mutant::ShareKnowsItself,
        Mutant::CutsOthersRows,
    ];
}

#[cfg(feature = "mutants")]
mod switch {
    use super::Mutant;
    use std::sync::atomic::{AtomicU8, Ordering};

    static ACTIVE: AtomicU8 = AtomicU8::new(u8::MAX);

    /// Makes this mistake from now on, in the whole process; `None` makes none.
    pub fn activate(mutant: Option<Mutant>) {
        ACTIVE.store(mutant.map_or(u8::MAX, |m| m as u8), Ordering::SeqCst);
    }

    /// Whether this mistake is to be made.
    #[inline]
    pub(crate) fn mutant(mutant: Mutant) -> bool {
        ACTIVE.load(Ordering::Relaxed) == mutant as u8
    }

    /// Whether some mistake is to be made: then nothing is computed on a way on which it would not be made.
    #[inline]
    pub(crate) fn active() -> bool {
        ACTIVE.load(Ordering::Relaxed) != u8::MAX
    }
}
#[cfg(feature = "mutants")]
pub use switch::activate;
#[cfg(feature = "mutants")]
pub(crate) use switch::{active, mutant};

/// Whether this mistake is to be made: never.
#[cfg(not(feature = "mutants"))]
#[inline(always)]
pub(crate) const fn mutant(_: Mutant) -> bool {
    false
}

/// Whether some mistake is to be made: no.
#[cfg(not(feature = "mutants"))]
#[inline(always)]
pub(crate) const fn active() -> bool {
    false
}
