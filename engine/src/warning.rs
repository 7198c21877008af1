//! Warnings: findings that were not silenced, with what they say.

use crate::shown::EntityRef;
use std::sync::Arc;
use watchfire_dsl::diagnostics::Language;
use watchfire_stdlib::value::{EntityKey, Level, Value};

/// A warning.
///
/// Times are microseconds since 1970-01-01T00:00Z.
#[derive(Clone, Debug, PartialEq)]
pub struct Warning {
    /// Identity, 32 hexadecimal digits: the same inputs give the same identity, however the run was divided. It is the
    /// start of BLAKE3 over package, model, entity, what it is about, `time`, `known`, level, and a number among
    /// warnings that agree in all of these. Of private entities the pseudonym is used, so that an identity does not
    /// give them away.
    pub id: String,
    /// Name of the model.
    pub model: Arc<str>,
    /// Version of the model.
    pub version: Arc<str>,
    /// Category of the model.
    pub category: Arc<str>,
    /// Whom the model looked at.
    pub entity: EntityRef,
    /// What the warning is about.
    pub about: EntityRef,
    /// The instant that it speaks of.
    pub time: i64,
    /// Up to when it knows.
    pub known: i64,
    /// How severe it is.
    pub level: Level,
    /// Score, for models that score; none for those that state conditions.
    pub score: Option<f64>,
    /// The model's `let`s, in order.
    pub facts: Vec<ShownFact>,
    /// Message in the language of the run.
    pub message: String,
    /// Message in each language that the model has it in.
    pub messages: Vec<(Language, String)>,
    /// To whom it goes.
    pub dispatch: Option<String>,
    /// It must not go out before a recorded human review.
    pub review_required: bool,
}

/// A warning that was set aside: its model exempts what it is about (`exempt`). It silences as others do.
#[derive(Clone, Debug, PartialEq)]
pub struct Exempted {
    /// The warning as it would have been.
    pub warning: Warning,
    /// Why.
    pub because: Arc<str>,
    /// The first day, in the package's zone, on which it is exempt no longer; days since 1970-01-01.
    pub until: i32,
}

/// A `let` of a model, as a warning shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct ShownFact {
    /// Its name.
    pub name: Arc<str>,
    /// Its value; a private one is only the text that may be shown.
    pub value: Value,
    /// Its value as text.
    pub text: String,
}

/// A silence after a warning: until its end, findings of the model about the same entity do not warn, unless they are
/// more severe.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Silence {
    /// Name of the model.
    pub model: Arc<str>,
    /// What the last warning was about: its canonical key, even if it is private. Keep silences as you keep the data.
    pub about: EntityKey,
    /// The last warning's level.
    pub level: Level,
    /// End of the silence, exclusive, microseconds since 1970-01-01T00:00Z.
    pub until: i64,
}
