//! Generated exemptions: keys that the data have, and days in and around them.

use super::expressions::Writer;
use super::models::{Item, ModelName};
use super::schema::EntityName;
use rand::Rng;
use rand::seq::IndexedRandom;

impl Writer<'_> {
    /// Exemptions of some models; `days` are dates as texts.
    pub(super) fn exemptions(&mut self, models: &[ModelName], days: &[String]) -> Vec<Item> {
        let mut items = Vec::new();
        for model in models {
            if !self.rng.random_bool(0.12) {
                continue;
            }
            let mut entries = String::new();
            for key in self.keys(model.about) {
                let day = days.choose(self.rng).cloned().unwrap_or_default();
                entries.push_str(&format!("    {key} until {day} because \"{key_text}\"\n", key_text = plain(&key)));
            }
            items.push(Item::other(format!("exempt {} {{\n{entries}}}", model.name)));
            self.count("exempt");
        }
        items
    }

    /// One to three keys, each once.
    fn keys(&mut self, entity: EntityName) -> Vec<String> {
        let mut numbers = vec![0, 1, 2];
        let many = self.rng.random_range(1..=3);
        numbers.truncate(many);
        let key = |number: usize| match entity {
            EntityName::Person => format!("\"p{number}\""),
            EntityName::Dwelling => format!("\" d{number} \""),
            EntityName::Meter => number.to_string(),
            EntityName::Guest => format!("(\"p{number}\", \"d{}\")", number / 2),
        };
        numbers.into_iter().map(key).collect()
    }
}

/// A key inside a text.
fn plain(key: &str) -> String {
    key.chars().filter(|c| *c != '"').collect()
}
