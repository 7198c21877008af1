//! Warnings and findings as JSON objects.

use crate::finding::Finding;
use crate::package::wall_time_in;
use crate::run::Run;
use crate::warning::{Exempted, ShownFact, Warning};
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::{Value as Json, json};
use watchfire_stdlib::value::{Duration, Levels, Value};
use watchfire_stdlib::zone::{Zone, calendar_date};

impl Run {
    /// A warning as a JSON object on one line; it has the key `model`. Times are wall times of the package's zone with
    /// their offset.
    pub fn warning_json(&self, warning: &Warning) -> String {
        // Nothing in the row can fail to serialise: its keys are texts.
        serde_json::to_string(&WarningRow::new(warning, self)).unwrap_or_default()
    }

    /// A warning that was set aside, as [`Run::warning_json`] writes warnings, with `until` and `because`.
    pub fn exempted_json(&self, exempted: &Exempted) -> String {
        serde_json::to_string(&ExemptedRow::new(exempted, self)).unwrap_or_default()
    }

    /// A finding as a JSON object on one line.
    pub fn finding_json(&self, finding: &Finding) -> String {
        serde_json::to_string(&FindingRow::new(finding, self)).unwrap_or_default()
    }
}

/// A warning as it is written.
#[derive(Serialize)]
pub(super) struct WarningRow<'a> {
    pub(super) model: &'a str,
    pub(super) level: &'a str,
    pub(super) about: &'a str,
    pub(super) about_type: &'a str,
    pub(super) time: String,
    pub(super) known: String,
    pub(super) message: &'a str,
    pub(super) facts: Facts<'a>,
    pub(super) dispatch: Option<&'a str>,
    pub(super) review_required: bool,
    pub(super) entity: &'a str,
    pub(super) entity_type: &'a str,
    pub(super) category: &'a str,
    pub(super) score: Option<f64>,
    pub(super) version: &'a str,
    pub(super) id: &'a str,
}

/// A warning that was set aside, as it is written.
#[derive(Serialize)]
pub(super) struct ExemptedRow<'a> {
    #[serde(flatten)]
    warning: WarningRow<'a>,
    until: String,
    because: &'a str,
}

impl<'a> ExemptedRow<'a> {
    fn new(exempted: &'a Exempted, run: &'a Run) -> Self {
        let warning = WarningRow::new(&exempted.warning, run);
        Self { warning, until: date(exempted.until), because: &exempted.because }
    }
}

/// A date as text.
pub(super) fn date(date: i32) -> String {
    calendar_date(date).map_or_else(String::new, |date| date.to_string())
}

/// Facts as an object, in the model's order.
pub(super) struct Facts<'a>(pub(super) &'a [ShownFact], pub(super) &'a Levels);

impl Serialize for Facts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for fact in self.0 {
            map.serialize_entry(&*fact.name, &json!({ "value": value_json(fact, self.1), "text": fact.text }))?;
        }
        map.end()
    }
}

impl<'a> WarningRow<'a> {
    pub(super) fn new(warning: &'a Warning, run: &'a Run) -> Self {
        Self {
            model: &warning.model,
            level: run.levels.name(warning.level),
            about: &warning.about.shown,
            about_type: &warning.about.kind,
            time: wall_time_in(&run.zone, warning.time),
            known: wall_time_in(&run.zone, warning.known),
            message: &warning.message,
            facts: Facts(&warning.facts, &run.levels),
            dispatch: warning.dispatch.as_deref(),
            review_required: warning.review_required,
            entity: &warning.entity.shown,
            entity_type: &warning.entity.kind,
            category: &warning.category,
            score: warning.score,
            version: &warning.version,
            id: &warning.id,
        }
    }
}

/// A finding as it is written.
#[derive(Serialize)]
pub(super) struct FindingRow<'a> {
    pub(super) model: &'a str,
    pub(super) level: &'a str,
    pub(super) about: &'a str,
    pub(super) about_type: &'a str,
    pub(super) time: String,
    pub(super) known: String,
    pub(super) entity: &'a str,
    pub(super) entity_type: &'a str,
}

impl<'a> FindingRow<'a> {
    pub(super) fn new(finding: &'a Finding, run: &'a Run) -> Self {
        Self {
            model: &finding.model,
            level: run.levels.name(finding.level),
            about: &finding.about.shown,
            about_type: &finding.about.kind,
            time: wall_time_in(&run.zone, finding.time),
            known: wall_time_in(&run.zone, finding.known),
            entity: &finding.entity.shown,
            entity_type: &finding.entity.kind,
        }
    }
}

/// The value of a fact: numbers and truths as such, quantities in their SI unit, times in UTC, spans of time as ISO 8601
/// writes them; what JSON has no form for as text; a missing value is null.
fn value_json(fact: &ShownFact, levels: &Levels) -> Json {
    let text = || Json::String(fact.text.clone());
    match &fact.value {
        Value::List(items) => {
            items.iter().map(|item| plain(item, levels)).collect::<Option<Vec<_>>>().map_or_else(text, Json::Array)
        }
        value => plain(value, levels).unwrap_or_else(text),
    }
}

fn plain(value: &Value, levels: &Levels) -> Option<Json> {
    Some(match value {
        Value::Missing => Json::Null,
        Value::Fault(_) => json!({ "fault": true }),
        Value::AtLeast(n) => json!({ "at_least": n }),
        Value::Bool(truth) => json!(truth),
        Value::Int(n) => json!(n),
        Value::Float(x) if x.is_finite() => json!(x),
        Value::Float(x) => json!(x.to_string()),
        Value::Money(amount) => {
            let (sign, amount) = (if *amount < 0 { "-" } else { "" }, amount.unsigned_abs());
            json!(format!("{sign}{}.{:04}", amount / 10_000, amount % 10_000))
        }
        Value::Text(text) => json!(&**text),
        Value::Date(date) => json!(calendar_date(*date)?.to_string()),
        Value::Time(time) => json!(wall_time_in(&Zone::UTC, *time)),
        Value::Duration(Duration { days, micros }) => {
            #[expect(clippy::cast_precision_loss, reason = "exact below 285 years")]
            let seconds = *micros as f64 / 1e6;
            json!(format!("P{days}DT{seconds}S"))
        }
        Value::Hour(hour) => json!(hour),
        Value::Point(point) => json!([point.longitude, point.latitude]),
        Value::Level(level) => json!(levels.name(*level)),
        Value::Line(_) | Value::Polygon(_) => return None,
        Value::Enum(..) | Value::Entity(_) | Value::List(_) => return None,
    })
}
