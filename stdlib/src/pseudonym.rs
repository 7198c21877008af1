//! Pseudonyms of private entities: `Person·7f3a91c20b5e`.
//!
//! A pseudonym is the keyed BLAKE3 hash of entity type and canonical key, of which 48 bits are shown. Without the key
//! nobody can compute or check one, not even from a list of all identity numbers; with another key (another package,
//! another year) pseudonyms have nothing in common. The same entity has the same pseudonym wherever the key is the same.
//!
//! **Odds of a collision.** Of n entities of one type, about n² / 2⁴⁹ pairs share what is shown: for the 8 million
//! residents of a city about 0.1 pairs in all, for the thousand that one report names about 2 in 10⁹. Nothing is ever
//! decided or joined by a pseudonym, so a collision can mislead a reader but not a result.

use crate::value::EntityKey;
use std::fmt::Write;

/// Bytes of the hash that are shown: 48 bits.
const SHOWN: usize = 6;
/// Binds derived keys to this use; it must never change.
const CONTEXT: &str = "Watchfire 2026 pseudonyms of private entities";

/// Makes pseudonyms under one key.
#[derive(Clone)]
pub struct Pseudonyms {
    key: [u8; 32],
}

/// Keys stay out of logs.
impl std::fmt::Debug for Pseudonyms {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pseudonyms { .. }")
    }
}

impl Pseudonyms {
    /// Pseudonyms under a key derived from a secret, by BLAKE3's key derivation. The secret should have 128 bits of
    /// randomness or more: it is not stretched like a password.
    pub fn new(secret: &[u8]) -> Self {
        Self { key: blake3::derive_key(CONTEXT, secret) }
    }

    /// The pseudonym of an entity, by the name of its type and its canonical key.
    ///
    /// ```
    /// use watchfire_stdlib::pseudonym::Pseudonyms;
    /// use watchfire_stdlib::value::EntityKey;
    /// let pseudonyms = Pseudonyms::new(b"a secret of this package");
    /// let someone = EntityKey::Single("11010519491231002X".into());
    /// let shown = pseudonyms.of("Person", &someone);
    /// assert!(shown.starts_with("Person·") && !shown.contains("1949"));
    /// assert_eq!(shown, pseudonyms.of("Person", &someone));
    /// ```
    pub fn of(&self, entity: &str, key: &EntityKey) -> String {
        let mut hasher = blake3::Hasher::new_keyed(&self.key);
        // Lengths in front, so that no two different inputs are hashed alike.
        let mut take = |text: &str| {
            hasher.update(&(text.len() as u64).to_le_bytes());
            hasher.update(text.as_bytes());
        };
        take(entity);
        match key {
            EntityKey::Single(key) => take(key),
            EntityKey::Pair(first, second) => {
                take(first);
                take(second);
            }
        }
        let mut shown = format!("{entity}·");
        for byte in hasher.finalize().as_bytes().iter().take(SHOWN) {
            let _ = write!(shown, "{byte:02x}");
        }
        shown
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn single(key: &str) -> EntityKey {
        EntityKey::Single(key.into())
    }

    #[test]
    fn stable_over_releases() {
        let pseudonyms = Pseudonyms::new(b"secret");
        assert_eq!(pseudonyms.of("Person", &single("p1")), "Person·d5357201bade");
    }

    #[test]
    fn key_type_and_parts_all_count() {
        let (one, other) = (Pseudonyms::new(b"one"), Pseudonyms::new(b"other"));
        let pair = |a: &str, b: &str| EntityKey::Pair(a.into(), b.into());
        let digits = |shown: String| shown.rsplit('·').next().map(str::to_owned);
        let all = [
            digits(one.of("Person", &single("p1"))),
            digits(other.of("Person", &single("p1"))),
            digits(one.of("Guest", &single("p1"))),
            digits(one.of("Person", &single("p2"))),
            digits(one.of("Person", &pair("p1", ""))),
            digits(one.of("Person", &pair("p", "1"))),
            digits(one.of("Person", &pair("", "p1"))),
        ];
        assert!(all.iter().all(|digits| digits.as_ref().is_some_and(|digits| digits.len() == 2 * SHOWN)));
        assert_eq!(all.iter().collect::<HashSet<_>>().len(), all.len());
    }

    #[test]
    fn the_key_is_not_shown() {
        assert_eq!(format!("{:?}", Pseudonyms::new(b"secret")), "Pseudonyms { .. }");
    }
}
