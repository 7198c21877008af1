//! What a warning says: levels, messages, silence afterwards.

use super::context::{Checker, Scope};
use super::kinds::fitting_units;
use crate::diagnostics::models::{BadFormat, ClauseTwice};
use crate::diagnostics::types::WrongUnit;
use crate::diagnostics::{Language, Word};
use crate::program::{Kind, LevelRule, Message, MessagePart, SpanOfTime};
use crate::source::Span;
use crate::syntax::{self, WarnEntryKind};
use watchfire_stdlib::format::FormatSpec;
use watchfire_stdlib::units::UnitKind;

/// The block of a `warn`.
pub(super) struct Outcome {
    pub(super) levels: Vec<LevelRule>,
    pub(super) message: Option<Message>,
    pub(super) again: Option<SpanOfTime>,
}

impl Checker<'_> {
    pub(super) fn outcome(&mut self, scope: &mut Scope, warn: &syntax::Warn, at: Span) -> Outcome {
        let mut outcome = Outcome { levels: Vec::new(), message: None, again: None };
        let (mut otherwise, mut message_at, mut again_at): (Option<Span>, Option<Span>, Option<Span>) =
            (None, None, None);
        let mut ruled = false;
        // Messages may read the score, wherever they stand.
        self.score(scope, warn, &mut outcome);
        for entry in &warn.entries {
            match &entry.kind {
                WarnEntryKind::Level { level, condition, message } => {
                    ruled = true;
                    let known = self.level(level);
                    if condition.is_none()
                        && let Some(first) = otherwise.replace(entry.span)
                    {
                        let clause = "otherwise".to_owned();
                        self.report(ClauseTwice { at: entry.span, clause, first });
                    }
                    let condition = condition.as_ref().map(|c| self.truth(scope, c, None));
                    let message = message.as_ref().map(|m| self.message(scope, m));
                    if let Some(level) = known {
                        outcome.levels.push(LevelRule { level, condition, message });
                    }
                }
                WarnEntryKind::Score(_) | WarnEntryKind::Bands(_) => ruled = true,
                WarnEntryKind::Message(message) => {
                    if let Some(first) = message_at.replace(entry.span) {
                        self.report(ClauseTwice { at: entry.span, clause: "message".to_owned(), first });
                    }
                    outcome.message = Some(self.message(scope, message));
                }
                WarnEntryKind::Again(length) => {
                    if let Some(first) = again_at.replace(entry.span) {
                        self.report(ClauseTwice { at: entry.span, clause: "again after".to_owned(), first });
                    }
                    outcome.again = self.span_of_time(length);
                }
            }
        }
        if !ruled {
            let name = self.model.as_ref().map(|m| self.heads[m.id.index()].syntax.name.text.clone());
            let levels: Vec<String> = self.levels.all().map(|(_, name)| name.to_owned()).collect();
            // The third of the usual four, and of others one from the middle.
            let example = levels.get(levels.len() / 2).map_or_else(String::new, |level| format!("{level} otherwise"));
            self.missing_clause(at, &name.unwrap_or_default(), &levels.join(" | "), &example);
        }
        outcome
    }

    fn message(&mut self, scope: &mut Scope, message: &syntax::Message) -> Message {
        let at = message.texts.first().map_or(Span::default(), |(_, text)| text.span);
        let own = self.manifest_at(at).language.value;
        let mut texts = Vec::new();
        for (tag, text) in &message.texts {
            let language = match tag {
                None => Some(own),
                Some(tag) => {
                    let found = tag.text.parse::<Language>().ok();
                    if found.is_none() {
                        self.unknown_name(tag, Word::LANGUAGE, ["zh", "en"]);
                    }
                    found
                }
            };
            let parts = text.parts.iter().filter_map(|part| self.message_part(scope, part)).collect();
            let Some(language) = language else { continue };
            if texts.iter().any(|(l, _): &(Language, _)| *l == language) {
                let first = message.texts.first().map_or(text.span, |(_, t)| t.span);
                self.report(ClauseTwice { at: text.span, clause: language.tag().to_owned(), first });
                continue;
            }
            texts.push((language, parts));
        }
        // The package's own language comes first: it is shown where no other is asked for.
        texts.sort_by_key(|(language, _)| *language != own);
        Message { texts }
    }

    fn message_part(&mut self, scope: &mut Scope, part: &syntax::MessagePart) -> Option<MessagePart> {
        let (value, unit, format, span) = match part {
            syntax::MessagePart::Text(text) => return Some(MessagePart::Text(text.as_str().into())),
            syntax::MessagePart::Value { value, unit, format, span } => (value, unit, format, *span),
        };
        let typed = self.expr(scope, value, None);
        let kind = typed.ty.kind.clone();
        let unit = unit.as_ref().and_then(|name| {
            let unit = self.unit_named(name)?;
            let fits = match (&kind, unit.kind) {
                (Kind::Quantity(d), UnitKind::Quantity(u)) => *d == u,
                (Kind::Duration, UnitKind::Micros(_) | UnitKind::Days(_)) => true,
                (Kind::Money, UnitKind::Money(_)) | (Kind::Int | Kind::Float, UnitKind::Share) => true,
                (Kind::Unknown, _) => true,
                _ => false,
            };
            if !fits {
                let (ty, fitting) = (self.kind_name(&kind), fitting_units(&kind));
                self.report(WrongUnit { at: name.span, unit: unit.name.to_owned(), ty, fitting });
            }
            fits.then_some(unit)
        });
        let format = match format {
            None => FormatSpec::default(),
            Some(text) => match FormatSpec::parse(text) {
                Ok(format) if kind == Kind::Unknown || format.fits(&kind, unit) => format,
                _ => {
                    self.report(BadFormat { at: span, format: text.clone() });
                    return None;
                }
            },
        };
        (kind != Kind::Unknown).then_some(MessagePart::Value { value: typed, unit, format })
    }
}
