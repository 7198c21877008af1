//! Generated calls of functions and constants. Each is written twice into the text: as it is called, and written out, so
//! that the two can be held against each other: `⟦plus(a, b)¦(a + b)⟧`.

use super::expressions::{Scope, Writer};
use super::schema::Ty;
use rand::Rng;
use rand::seq::IndexedRandom;

/// What functions and constants the generated packages have.
pub(super) const DECLARATIONS: [&str; 7] = [
    "const c_two = 2",
    "const c_span = 36 h",
    "fn plus(a: Int, b: Int): Int = a + c_two * b",
    "fn first_of(a: Int, b: Int): Int = a",
    "fn or_else(a: Int, b: Int): Int = a ?? b",
    "fn share(a: Int, b: Int): Float = first_of(a, b) / b",
    "fn between(a: Int, low: Int, high: Int) = low <= a and a < high",
];

impl Writer<'_> {
    /// A call of a function that gives this type; nothing where there is none.
    pub(super) fn call(&mut self, ty: Ty, scope: &Scope, depth: u32) -> Option<String> {
        let mut argument = || Some(self.expr(Ty::Int, scope, depth.saturating_sub(1))).filter(|text| !text.is_empty());
        let (a, b) = (argument()?, argument()?);
        let (called, written) = match ty {
            Ty::Int => {
                let written = [
                    ("plus", format!("({a} + 2 * {b})")),
                    ("first_of", a.clone()),
                    ("or_else", format!("({a} ?? {b})")),
                ];
                let (name, written) = written.choose(self.rng)?;
                (format!("{name}({a}, {b})"), written.clone())
            }
            Ty::Float => (format!("share({a}, {b})"), format!("({a} / {b})")),
            Ty::Bool => (format!("between({a}, {b}, c_two)"), format!("({b} <= {a} and {a} < 2)")),
            _ => return None,
        };
        self.count("fn");
        Some(twice(&called, &written))
    }

    /// A constant of this type.
    pub(super) fn constant(&mut self, ty: Ty) -> Option<String> {
        let (called, written) = match ty {
            Ty::Int => ("c_two", "2"),
            Ty::Duration => ("c_span", "36 h"),
            _ => return None,
        };
        if !self.rng.random_bool(0.15) {
            return None;
        }
        self.count("const");
        Some(twice(called, written))
    }
}

fn twice(called: &str, written: &str) -> String {
    format!("⟦{called}¦{written}⟧")
}

/// The text with calls, or with what they mean.
pub(super) fn chosen(text: &str, written_out: bool) -> String {
    let mut out = String::new();
    // Whether each open mark is wanted at its place, outermost first.
    let mut open: Vec<bool> = Vec::new();
    for character in text.chars() {
        match character {
            '⟦' => open.push(!written_out),
            '¦' => {
                if let Some(wanted) = open.last_mut() {
                    *wanted = written_out;
                }
            }
            '⟧' => {
                open.pop();
            }
            other if open.iter().all(|wanted| *wanted) => out.push(other),
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::chosen;

    #[test]
    fn a_text_is_read_in_two_ways() {
        let text = "x > ⟦plus(1, ⟦c_two¦2⟧)¦(1 + 2 * ⟦c_two¦2⟧)⟧ and y";
        assert_eq!(chosen(text, false), "x > plus(1, c_two) and y");
        assert_eq!(chosen(text, true), "x > (1 + 2 * 2) and y");
    }
}
