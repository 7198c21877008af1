//! What a model's warnings are set aside for.

use super::Site;
use super::html::{Html, html, table, tag};
use crate::program::{EntityId, EntityKeyType, Exemption, Kind, ModelId, Value};
use watchfire_stdlib::value::EntityKey;

impl Site<'_> {
    pub(super) fn exemptions_of(&self, id: ModelId) -> Html {
        let own: Vec<&Exemption> = self.program.exemptions.iter().filter(|e| e.model == id).collect();
        let about = self.program.models.get(id.index()).map(|model| model.about_entity);
        let private = about.is_none_or(|about| self.is_private(about));
        let rows: Vec<Vec<Html>> = own
            .into_iter()
            .map(|exemption| {
                let subject = match &exemption.subject {
                    _ if private => self.say("private", "隐私").to_owned(),
                    EntityKey::Single(key) => key.to_string(),
                    EntityKey::Pair(a, b) => format!("{a} + {b}"),
                };
                let until = self.shown(&Value::Date(exemption.until), &Kind::Date);
                vec![subject.into(), until.into(), (&exemption.because).into()]
            })
            .collect();
        if rows.is_empty() {
            return Html::new();
        }
        let headings =
            [self.say("about", "对象").into(), self.say("until", "截止").into(), self.say("because", "原因").into()];
        let lead = self.say(
            "Warnings about these are recorded and not sent, before the day named:",
            "在所列日期之前，针对以下对象的预警只记录、不发出：",
        );
        html![
            tag("h2", self.say("Exemptions", "豁免")),
            tag("p", lead),
            table(self.say("Exemptions", "豁免"), &headings, rows),
        ]
    }

    /// Whether keys of this entity, or of a part of it, are shown only as pseudonyms.
    fn is_private(&self, id: EntityId) -> bool {
        let Some(entity) = self.program.entities.get(id.0 as usize) else { return true };
        let part = |id: EntityId| self.program.entities.get(id.0 as usize).is_none_or(|part| part.private);
        entity.private || matches!(entity.key, EntityKeyType::Pair(a, b) if part(a) || part(b))
    }
}
