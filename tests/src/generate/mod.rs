//! Generates well-typed packages, as text, and rows for them.
//!
//! Everything follows from a seed and a [`Size`]. Values come from small domains, instants lie on the grids and the
//! windows' edges, and literals are drawn from both, so that conditions are often near their edge.

mod choices;
mod data;
mod derived;
mod exempt;
mod expressions;
mod fixture;
mod frames;
mod functions;
mod models;
mod moves;
mod peers;
mod places;
mod schema;
mod sequences;
mod series;
mod windows;

pub use data::{Cell, Raw, Rows};
pub use expressions::Constructs;
pub use fixture::{read_case, write_case};
pub use frames::{dataset, frame};
pub use models::Item;
pub use schema::{EntityName, RawForm, Schema, Source, TimeKind, Ty};

use choices::Choices;
use data::{Amount, Moments};
use expressions::Writer;
use rand::Rng;
use rand::seq::IndexedRandom;

/// How big a case is at most.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Facts.
    pub facts: usize,
    /// Models besides composites.
    pub models: usize,
    /// Rows of a table (a few tables have twice as many).
    pub rows: usize,
    /// Days that the data span.
    pub days: i64,
}

impl Default for Size {
    fn default() -> Self {
        Self { facts: 3, models: 3, rows: 24, days: 6 }
    }
}

/// A package and its data.
#[derive(Clone, Debug)]
pub struct Case {
    /// The seed from which it was made.
    pub seed: u64,
    /// The package's zone.
    pub zone: String,
    /// Declarations, facts and models, in order.
    pub items: Vec<Item>,
    /// Rows of each table.
    pub tables: Vec<Rows>,
    /// How often each construct was generated.
    pub constructs: Constructs,
}

impl Case {
    /// The package as one file.
    pub fn text(&self) -> String {
        let items: Vec<String> = self.items.iter().map(Item::text).collect();
        items.join("\n\n") + "\n"
    }

    /// The same without functions and constants: what they mean stands in their place; nothing if it has none.
    pub fn written_out(&self) -> Option<String> {
        let items: Vec<String> = self.items.iter().map(Item::written_out).collect();
        let text = items.join("\n\n") + "\n";
        (text != self.text()).then_some(text)
    }

    /// `watchfire.toml`.
    pub fn manifest(&self) -> String {
        format!("[package]\nname = \"case\"\nversion = \"0.1.0\"\nzone = \"{}\"\nlanguage = \"en\"\n", self.zone)
    }
}

/// The case of a seed.
pub fn generate(seed: u64, size: Size) -> Case {
    drawn(Choices::new(&[], seed), seed, size)
}

/// The case of a fuzzer's bytes: what it is made of is chosen by them, one after the other.
pub fn from_bytes(bytes: &[u8], size: Size) -> Case {
    let seed = bytes.iter().fold(bytes.len() as u64, |seed, byte| seed.rotate_left(7) ^ u64::from(*byte));
    drawn(Choices::new(bytes, seed), seed, size)
}

fn drawn(mut rng: Choices, seed: u64, size: Size) -> Case {
    let schema = Schema::generate(&mut rng).complete();
    let first = data::first_days(schema.zone).choose(&mut rng).copied().unwrap_or("2024-02-26");
    let days = rng.random_range(1..=size.days.max(1));
    let moments = Moments::new(schema.zone, data::day_number(first), days);
    let instants: Vec<String> = (0..8).map(|_| moments.text(&mut rng)).collect();

    let mut constructs = Constructs::new();
    let mut items: Vec<Item> = schema.texts().into_iter().map(Item::other).collect();
    items.extend(functions::DECLARATIONS.iter().map(|text| Item::other((*text).to_owned())));
    let many_facts = rng.random_range(0..=size.facts);
    let many_models = rng.random_range(1..=size.models.max(1));
    let mut writer =
        Writer { rng: &mut rng, schema: &schema, constructs: &mut constructs, next: 0, shared_tables: Vec::new() };
    items.extend(writer.tables(&instants));
    let (fact_items, facts) = writer.facts(many_facts, &instants);
    items.extend(fact_items);
    let mut parts = Vec::new();
    for _ in 0..many_models + usize::from(many_models > 1) {
        if let Some((item, name)) = writer.model(&facts, &parts, &instants) {
            items.push(item);
            parts.push(name);
        }
    }
    let around: Vec<String> = (0..=days + 1).map(|day| data::day_text(data::day_number(first), day)).collect();
    items.extend(writer.exemptions(&parts, &around));
    let tables = data::generate(&mut rng, &schema, &moments, Amount { rows: size.rows });
    let mut case = Case { seed, zone: schema.zone.to_owned(), items, tables, constructs };
    let text = case.text();
    moves::count(&text, &mut case.constructs);
    case
}
