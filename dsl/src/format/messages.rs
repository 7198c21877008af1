//! Messages as text.

use super::doc::Doc;
use super::items::broken_braces;
use super::words::{Words, text_literal};
use crate::keywords::Keyword as K;
use crate::syntax::{Message, MessagePart, MessageText};

impl Words {
    /// `message "…"`, or in braces, with each language on a line.
    pub(super) fn message(self, message: &Message) -> Doc {
        let word = self.keyword(K::Message);
        if let [(None, template)] = message.texts.as_slice() {
            return Doc::text(format!("{word} {}", self.template(template)));
        }
        let texts = message.texts.iter().map(|(tag, template)| {
            let tag = tag.as_ref().map(|tag| self.name(tag)).unwrap_or_default();
            Doc::text(format!("{tag} {}", self.template(template)))
        });
        broken_braces(word, texts.collect())
    }

    fn template(self, template: &MessageText) -> String {
        let mut out = String::new();
        for part in &template.parts {
            match part {
                MessagePart::Text(text) => out.push_str(&text.replace('{', "{{").replace('}', "}}")),
                MessagePart::Value { value, unit, format, .. } => {
                    let mut inside = self.expr(value).flat();
                    if let Some(unit) = unit {
                        inside.push_str(&format!(" {} {}", self.keyword(K::InUnit), self.unit(&unit.text, "")));
                    }
                    if let Some(format) = format {
                        // `2:30` would be a time of day.
                        let clock = inside.ends_with(|c: char| c.is_ascii_digit())
                            && format.starts_with(|c: char| c.is_ascii_digit());
                        inside.push_str(if clock { " :" } else { ":" });
                        inside.push_str(format);
                    }
                    out.push_str(&format!("{{{inside}}}"));
                }
            }
        }
        text_literal(&out)
    }
}
