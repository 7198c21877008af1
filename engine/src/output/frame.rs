//! Warnings and findings as Polars frames.

use super::json::{Facts, date};
use crate::run::Run;
use crate::warning::Warning;
use polars::prelude::{
    Column, DataFrame, Int64Chunked, IntoSeries, NamedFrom, PolarsResult, Series, TimeUnit, TimeZone,
};

impl Run {
    /// The warnings as a frame, one row each, in their order.
    ///
    /// | column | type |
    /// |---|---|
    /// | `model`, `level`, `about`, `about_type` | text |
    /// | `time`, `known` | datetime, microseconds, UTC |
    /// | `message`, `dispatch` | text |
    /// | `facts` | text: a JSON object, for each `let` its `value` and `text` |
    /// | `review_required` | boolean |
    /// | `entity`, `entity_type`, `category` | text |
    /// | `score` | float |
    /// | `version`, `id` | text |
    ///
    /// # Errors
    ///
    /// As Polars, which this gives no reason for.
    pub fn warnings_frame(&self) -> PolarsResult<DataFrame> {
        let all: Vec<&Warning> = self.warnings.iter().collect();
        frame(all.len(), self.columns(&all))
    }

    /// The warnings that were set aside, as [`Run::warnings_frame`] has warnings, and two more columns of text: `until`,
    /// the first day on which what they are about is exempt no longer, and `because`, the reason.
    ///
    /// # Errors
    ///
    /// As Polars, which this gives no reason for.
    pub fn exempted_frame(&self) -> PolarsResult<DataFrame> {
        let all: Vec<&Warning> = self.exempted.iter().map(|one| &one.warning).collect();
        let until: Vec<String> = self.exempted.iter().map(|one| date(one.until)).collect();
        let mut columns = self.columns(&all);
        columns.push(texts("until", until.iter().map(String::as_str)));
        columns.push(texts("because", self.exempted.iter().map(|one| &*one.because)));
        frame(all.len(), columns)
    }

    fn columns(&self, all: &[&Warning]) -> Vec<Series> {
        let facts =
            all.iter().map(|warning| serde_json::to_string(&Facts(&warning.facts, &self.levels)).unwrap_or_default());
        vec![
            texts("model", all.iter().map(|warning| &*warning.model)),
            texts("level", all.iter().map(|warning| self.levels.name(warning.level))),
            texts("about", all.iter().map(|warning| &*warning.about.shown)),
            texts("about_type", all.iter().map(|warning| &*warning.about.kind)),
            times("time", all.iter().map(|warning| warning.time)),
            times("known", all.iter().map(|warning| warning.known)),
            texts("message", all.iter().map(|warning| &*warning.message)),
            Series::new("dispatch".into(), all.iter().map(|w| w.dispatch.as_deref()).collect::<Vec<_>>()),
            Series::new("facts".into(), facts.collect::<Vec<_>>()),
            Series::new("review_required".into(), all.iter().map(|w| w.review_required).collect::<Vec<_>>()),
            texts("entity", all.iter().map(|warning| &*warning.entity.shown)),
            texts("entity_type", all.iter().map(|warning| &*warning.entity.kind)),
            texts("category", all.iter().map(|warning| &*warning.category)),
            Series::new("score".into(), all.iter().map(|warning| warning.score).collect::<Vec<_>>()),
            texts("version", all.iter().map(|warning| &*warning.version)),
            texts("id", all.iter().map(|warning| &*warning.id)),
        ]
    }

    /// The findings as a frame, one row each, in their order: `model`, `level`, `about`, `about_type`, `time`, `known`,
    /// `entity`, `entity_type`, typed as in [`Run::warnings_frame`].
    ///
    /// # Errors
    ///
    /// As Polars, which this gives no reason for.
    pub fn findings_frame(&self) -> PolarsResult<DataFrame> {
        let all = &self.findings;
        frame(
            all.len(),
            vec![
                texts("model", all.iter().map(|finding| &*finding.model)),
                texts("level", all.iter().map(|finding| self.levels.name(finding.level))),
                texts("about", all.iter().map(|finding| &*finding.about.shown)),
                texts("about_type", all.iter().map(|finding| &*finding.about.kind)),
                times("time", all.iter().map(|finding| finding.time)),
                times("known", all.iter().map(|finding| finding.known)),
                texts("entity", all.iter().map(|finding| &*finding.entity.shown)),
                texts("entity_type", all.iter().map(|finding| &*finding.entity.kind)),
            ],
        )
    }
}

fn frame(height: usize, columns: Vec<Series>) -> PolarsResult<DataFrame> {
    DataFrame::new(height, columns.into_iter().map(Column::from).collect())
}

fn texts<'a>(name: &str, values: impl Iterator<Item = &'a str>) -> Series {
    Series::new(name.into(), values.collect::<Vec<_>>())
}

fn times(name: &str, values: impl Iterator<Item = i64>) -> Series {
    let values = Int64Chunked::from_vec(name.into(), values.collect());
    values.into_datetime(TimeUnit::Microseconds, Some(TimeZone::UTC)).into_series()
}
