//! Derived tables: which rows they have, and what stands in their columns.

use super::Site;
use super::html::{Html, html, table, tag};
use crate::diagnostics::Language;
use crate::program::{Derived, From, Grouping, Source};

impl Site<'_> {
    /// What makes its rows, and its columns.
    pub(super) fn derived(&self, source: &Source, declared: &Derived) -> Html {
        let zh = self.language == Language::Zh;
        let mut base = match &declared.selection.from {
            From::Rows { source, .. } => self.link_source(*source),
            _ => Html::new(),
        };
        if let Some(window) = &declared.selection.window {
            let window = self.window(window);
            base = if zh { html![window, " ", base] } else { html![base, " ", window] };
        }
        if let Some(filter) = &declared.selection.filter {
            let filter = self.truth(filter);
            base = if zh { html![base, "（", filter, "）"] } else { html![base, " where ", filter] };
        }
        let entity = tag("code", self.entity_name(declared.entity));
        let rows = match &declared.grouping {
            Grouping::Each if zh => html!["关于每个 ", entity, "：", base, " 的每条记录各成一行"],
            Grouping::Each => html!["For each ", entity, ": a row for each row of ", base],
            Grouping::Per { keys, bucket } => {
                let keys = Html::joined(keys.iter().map(|key| self.value(key)), self.say(" and ", "、"));
                let time = match bucket {
                    Some(_) => self.say("; it lies at the end of that span of time", "，时间为该时段之末"),
                    None => "",
                };
                if zh {
                    html!["关于每个 ", entity, "：", base, " 的记录中，", keys, " 相同者合为一行", time]
                } else {
                    html![
                        "For each ",
                        entity,
                        ": one row for each different value of ",
                        keys,
                        " among the rows of ",
                        base,
                        time
                    ]
                }
            }
            Grouping::Sessions { gap, within } => {
                let gap = self.span(*gap);
                let within = within.as_ref().map(|(distance, _)| {
                    let distance = self.value(distance);
                    if zh {
                        html!["且距首条不超过 ", distance]
                    } else {
                        html![" and within ", distance, " of the first"]
                    }
                });
                let within = within.unwrap_or_default();
                if zh {
                    html![
                        "关于每个 ",
                        entity,
                        "：",
                        base,
                        " 中间隔不超过 ",
                        gap,
                        within,
                        " 的连续记录合为一行，时间为最后一条的时间"
                    ]
                } else {
                    html![
                        "For each ",
                        entity,
                        ": one row for each run of rows of ",
                        base,
                        " no more than ",
                        gap,
                        " apart",
                        within,
                        ", at the time of the last"
                    ]
                }
            }
        };
        let current = match (declared.including_current, zh) {
            (true, true) => "；尚未结束的也算",
            (true, false) => "; what is not over yet counts too",
            (false, _) => "",
        };
        let columns =
            source.columns.iter().zip(&declared.columns).map(|(column, value)| {
                vec![tag("code", &column.name), self.type_name(&column.ty), self.condition(value)]
            });
        let headings =
            [self.say("column", "列").into(), self.say("type", "类型").into(), self.say("value", "值").into()];
        html![tag("p", html![rows, current, self.say(".", "。")]), table(&source.name, &headings, columns.collect()),]
    }
}
