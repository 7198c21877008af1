//! "Did you mean": the nearest of several names.

use std::cmp::Ordering;

/// The candidate that is most like `name`, if one is near enough to be a slip of it.
///
/// Nearness counts characters (so Chinese names work as well) that are inserted, dropped, replaced or swapped: a third of
/// the name's characters at most. One is also allowed in two Chinese characters, which say as much as a word.
///
/// ```
/// use watchfire_dsl::diagnostics::suggest;
/// assert_eq!(suggest("persn", ["home", "person"]), Some("person".to_owned()));
/// assert_eq!(suggest("登记日朝", ["登记日期", "住址"]), Some("登记日期".to_owned()));
/// assert_eq!(suggest("card", ["home", "person"]), None);
/// ```
pub fn suggest<I>(name: &str, candidates: I) -> Option<String>
where
    I: IntoIterator,
    I::Item: AsRef<str>,
{
    let folded = name.to_lowercase();
    let length = folded.chars().count();
    let mut best: Option<(usize, String)> = None;
    for candidate in candidates {
        let candidate = candidate.as_ref();
        if candidate == name || candidate.is_empty() {
            continue;
        }
        let other = candidate.to_lowercase();
        let longer = length.max(other.chars().count());
        // Names that differ this much in length cannot be near: the distance need not be computed.
        if longer.saturating_sub(length.min(other.chars().count())) > longer.div_ceil(3) {
            continue;
        }
        let distance = strsim::damerau_levenshtein(&folded, &other);
        let near = if longer == 2 && !folded.is_ascii() { 1 } else { longer / 3 };
        if distance > near {
            continue;
        }
        let better = best.as_ref().is_none_or(|(least, name)| match distance.cmp(least) {
            Ordering::Less => true,
            Ordering::Equal => candidate < name.as_str(),
            Ordering::Greater => false,
        });
        if better {
            best = Some((distance, candidate.to_owned()));
        }
    }
    best.map(|(_, name)| name)
}
