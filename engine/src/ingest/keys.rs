//! Canonical keys of entities.

use super::cell::Parsed;
use super::text;
use crate::rejects::Reason;
use std::borrow::Cow;
use std::sync::Arc;
use watchfire_dsl::program::{EntityId, EntityKeyType, Program};
use watchfire_stdlib::functions::{Context, Function};
use watchfire_stdlib::keys::{self, RawKey};
use watchfire_stdlib::value::{EntityKey, Value};

/// The canonical key of a raw text: nothing for a placeholder, else what the column's and then the entity's
/// canonicaliser make of it. Without one, a text key is the text without blanks at its ends.
pub(crate) fn canonical(
    program: &Program,
    entity: EntityId,
    via: Option<&'static Function>,
    raw: &str,
    context: &Context<'_>,
) -> Parsed {
    match canonical_text(program, entity, via, raw, context) {
        Ok(Some(key)) => Parsed::Value(Value::Entity(EntityKey::Single(key.into()))),
        Ok(None) => Parsed::Missing,
        Err(reason) => Parsed::Bad(reason),
    }
}

/// The same as a text; `None`: nobody.
pub(crate) fn canonical_text<'r>(
    program: &Program,
    entity: EntityId,
    via: Option<&'static Function>,
    raw: &'r str,
    context: &Context<'_>,
) -> Result<Option<Cow<'r, str>>, Reason> {
    let declared = program.entities.get(entity.0 as usize).ok_or(Reason::NoKey)?;
    let second = declared.via.filter(|second| Some(*second) != via);
    let key = match keys::canonical(raw, via.into_iter().chain(second), context) {
        RawKey::Key(key) => key,
        RawKey::Nobody => return Ok(None),
        RawKey::Unreadable(None) => return Err(Reason::NoKey),
        RawKey::Unreadable(Some(refusal)) => return Err(Reason::Refused(refusal)),
    };
    match declared.key {
        EntityKeyType::Text => Ok(Some(key)),
        EntityKeyType::Int => Ok(Some(text::whole(&key)?.to_string().into())),
        EntityKeyType::Pair(..) => Err(Reason::NoKey),
    }
}

/// The key of a pair from the raw texts of its two parts.
pub(crate) fn canonical_pair(program: &Program, entity: EntityId, raw: &[Arc<str>], context: &Context<'_>) -> Parsed {
    let declared = program.entities.get(entity.0 as usize).map(|declared| &declared.key);
    let (Some(EntityKeyType::Pair(first, second)), [left, right]) = (declared, raw) else {
        return Parsed::Bad(Reason::NoKey);
    };
    match (canonical(program, *first, None, left, context), canonical(program, *second, None, right, context)) {
        (
            Parsed::Value(Value::Entity(EntityKey::Single(left))),
            Parsed::Value(Value::Entity(EntityKey::Single(right))),
        ) => Parsed::Value(Value::Entity(EntityKey::Pair(left, right))),
        (Parsed::Bad(reason), _) | (_, Parsed::Bad(reason)) => Parsed::Bad(reason),
        _ => Parsed::Missing,
    }
}

/// The entity that raw texts name, one or two for a pair; `None`: none.
pub(crate) fn key_of(
    program: &Program,
    entity: EntityId,
    raw: &[Arc<str>],
    context: &Context<'_>,
) -> Option<EntityKey> {
    let parsed = match raw {
        [one] => canonical(program, entity, None, one, context),
        _ => canonical_pair(program, entity, raw, context),
    };
    match parsed {
        Parsed::Value(Value::Entity(key)) => Some(key),
        _ => None,
    }
}
