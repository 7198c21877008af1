//! What people see of entities and values: private ones under a pseudonym.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;
use watchfire_dsl::diagnostics::Language;
use watchfire_dsl::program::{EntityKeyType, Program};
use watchfire_stdlib::format::{FormatSpec, Names, Style};
use watchfire_stdlib::pseudonym::Pseudonyms;
use watchfire_stdlib::types::{EntityId, EnumId, Kind, Type};
use watchfire_stdlib::units::Unit;
use watchfire_stdlib::value::{EntityKey, Level, Value};
use watchfire_stdlib::zone::Zone;

/// The key of pseudonyms where a run is given none: pseudonyms made with it are the same on every machine, and whoever
/// knows the entities' keys can recognise them. It is for trying things out; [`Run::development_key`] says that it was
/// used.
///
/// [`Run::development_key`]: crate::Run::development_key
pub const DEVELOPMENT_KEY: &[u8] = b"watchfire development key, not secret";

/// An entity as it appears in results.
///
/// It prints as what may be shown: its key, or a pseudonym if it is private. The key itself is there for hosts that have
/// to act on it; nothing in this crate writes it to a file or a terminal. Results that name the same entity share it.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EntityRef(Arc<NamedEntity>);

/// What an [`EntityRef`] tells of an entity.
#[derive(PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NamedEntity {
    /// Name of the entity's type.
    pub kind: Arc<str>,
    /// What may be shown.
    pub shown: Arc<str>,
    /// It is private, or a part of it is.
    pub private: bool,
    key: EntityKey,
}

impl Deref for EntityRef {
    type Target = NamedEntity;

    fn deref(&self) -> &NamedEntity {
        &self.0
    }
}

impl NamedEntity {
    /// The canonical key, private or not.
    pub fn key(&self) -> &EntityKey {
        &self.key
    }
}

impl fmt::Display for EntityRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl fmt::Debug for EntityRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?}", self.kind, self.shown)
    }
}

/// Shows values of one program.
#[derive(Clone, Copy)]
pub(crate) struct Shower<'a> {
    pub(crate) program: &'a Program,
    pub(crate) zone: &'a Zone,
    pub(crate) pseudonyms: &'a Pseudonyms,
}

impl Names for Shower<'_> {
    fn variant(&self, of: EnumId, variant: u32) -> Option<String> {
        let variants = &self.program.enums.get(of.0 as usize)?.variants;
        variants.get(variant as usize).map(|(name, _)| name.to_string())
    }

    fn level(&self, level: Level) -> String {
        self.program.levels.name(level).to_owned()
    }

    fn entity(&self, id: EntityId, key: &EntityKey) -> String {
        let Some(entity) = self.program.entities.get(id.0 as usize) else { return String::new() };
        match (key, &entity.key) {
            (EntityKey::Pair(first, second), EntityKeyType::Pair(a, b)) => {
                format!("{} + {}", self.part(*a, first, entity.private), self.part(*b, second, entity.private))
            }
            (EntityKey::Pair(first, second), _) => {
                format!("{} + {}", self.part(id, first, false), self.part(id, second, false))
            }
            (EntityKey::Single(key), _) => self.part(id, key, false),
        }
    }
}

/// The name of an entity's type in its own package: a person has one pseudonym, whichever package asks.
fn own_name(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(_, own)| own)
}

impl Shower<'_> {
    /// One key of an entity.
    fn part(&self, id: EntityId, key: &str, private: bool) -> String {
        match self.program.entities.get(id.0 as usize) {
            Some(entity) if private || entity.private => {
                self.pseudonyms.of(own_name(&entity.name), &EntityKey::Single(key.into()))
            }
            _ => key.to_owned(),
        }
    }

    fn is_private(&self, id: EntityId) -> bool {
        self.program.entities.get(id.0 as usize).is_some_and(|entity| {
            entity.private
                || match entity.key {
                    EntityKeyType::Pair(a, b) => self.is_private(a) || self.is_private(b),
                    EntityKeyType::Text | EntityKeyType::Int => false,
                }
        })
    }

    /// An entity for results.
    pub(crate) fn entity_ref(&self, id: EntityId, key: &EntityKey) -> EntityRef {
        let kind = self.program.entities.get(id.0 as usize).map_or_else(|| "".into(), |entity| entity.name.clone());
        let private = self.is_private(id);
        let shown = match key {
            EntityKey::Single(text) if !private => text.clone(),
            key => self.entity(id, key).into(),
        };
        EntityRef(Arc::new(NamedEntity { kind, shown, private, key: key.clone() }))
    }

    /// A value as text. An entity is shown as entities are; any other private value under a pseudonym of its text.
    pub(crate) fn show(
        &self,
        value: &Value,
        kind: &Kind,
        private: bool,
        unit: Option<&Unit>,
        format: &FormatSpec,
        language: Language,
    ) -> String {
        let shown = Style { language, zone: self.zone, names: self }.show(value, kind, unit, format);
        let is_entity = match kind {
            Kind::List(of) => matches!(**of, Kind::Entity(_)),
            kind => matches!(kind, Kind::Entity(_)),
        };
        if private && !is_entity && value.is_known() {
            return self.pseudonyms.of("private", &EntityKey::Single(shown.into()));
        }
        shown
    }

    /// A value for results: as it is, or if it is private, only what may be shown of it.
    pub(crate) fn open(&self, value: Value, ty: &Type, language: Language) -> (Value, String) {
        let private = ty.private || matches!(ty.kind, Kind::Entity(id) if self.is_private(id));
        let text = self.show(&value, &ty.kind, ty.private, None, &FormatSpec::default(), language);
        if private && value.is_known() { (Value::Text(text.as_str().into()), text) } else { (value, text) }
    }
}
