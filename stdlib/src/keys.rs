//! Keys of entities as people write them: what stands for nothing, and what canonicalisers make of the rest.

use crate::functions::{Code, Context, Function, Loaded, Refusal};
use crate::value::Value;
use std::borrow::Cow;

/// What a raw text says of an entity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RawKey<'a> {
    /// Nobody: the text is empty or a placeholder.
    Nobody,
    /// Its canonical key, as text.
    Key(Cow<'a, str>),
    /// No key can be read from it; perhaps the canonicaliser says why.
    Unreadable(Option<Refusal>),
}

/// Texts that stand for nothing (docs/language.md §1.7), after trimming, in any case.
pub fn is_placeholder(text: &str) -> bool {
    let text = text.trim();
    matches!(text, "" | "-" | "/" | "无" | "未知")
        || ["na", "n/a", "null", "none"].iter().any(|placeholder| text.eq_ignore_ascii_case(placeholder))
}

/// The canonical key of a raw text, through canonicalisers one after the other; without one it is the text without
/// blanks at its ends.
///
/// ```
/// use watchfire_stdlib::functions::Context;
/// use watchfire_stdlib::keys::{RawKey, canonical};
/// use watchfire_stdlib::zone::Zone;
///
/// let context = Context { zone: &Zone::UTC, site: (0, 0, 0) };
/// assert_eq!(canonical(" p1 ", [], &context), RawKey::Key("p1".into()));
/// assert_eq!(canonical("未知", [], &context), RawKey::Nobody);
/// ```
pub fn canonical<'a>(
    raw: &'a str,
    canonicalisers: impl IntoIterator<Item = &'static Function>,
    context: &Context<'_>,
) -> RawKey<'a> {
    if is_placeholder(raw) {
        return RawKey::Nobody;
    }
    let mut key = Cow::Borrowed(raw.trim());
    for canonicaliser in canonicalisers {
        if let Code::Rewriter(rewritten) = canonicaliser.code {
            key = rewritten(&key).into();
            if key.is_empty() {
                return RawKey::Unreadable(None);
            }
            continue;
        }
        match canonicaliser.load(&[Value::Text((&*key).into())], context) {
            Ok(Loaded::Value(Value::Text(found))) if !found.is_empty() => key = found.to_string().into(),
            Ok(Loaded::Value(Value::Int(found))) => key = found.to_string().into(),
            Ok(Loaded::Value(Value::Missing)) => return RawKey::Nobody,
            Ok(_) => return RawKey::Unreadable(None),
            Err(refusal) => return RawKey::Unreadable(Some(refusal)),
        }
    }
    RawKey::Key(key)
}
