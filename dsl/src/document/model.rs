//! The page of a model.

use super::Site;
use super::html::{Html, html, table, tag, with};
use crate::program::{
    AggregateFunction, Expr, ExprKind, Lookback, MessagePart, Model, ModelId, Parameter, ParameterId, SourceId,
    SourceKind, StepRows, Trigger, Value,
};
use crate::syntax::{self, ItemKind, StatementKind};
use std::collections::BTreeMap;

impl Site<'_> {
    pub(super) fn model_page(&self, id: ModelId, model: &Model) -> Html {
        let mut page = tag("h1", tag("code", &model.name));
        let docs: Vec<String> = model.docs.lines().map(str::to_owned).collect();
        page.push(self.docs(&docs, "lead"));
        page.push(self.why(model));
        page.push(tag("h2", self.say("When it warns", "何时预警")));
        page.push(self.trigger(model));
        page.push(self.when(model));
        page.push(self.lets(model));
        page.push(self.levels(model));
        page.push(self.parameters(model));
        page.push(self.reads(model));
        page.push(self.exemptions_of(id));
        page.push(self.tests_of(id));
        page.push(self.text(model));
        page
    }

    /// Purpose, basis, to whom.
    fn why(&self, model: &Model) -> Html {
        let mut rows = vec![
            (self.say("Purpose", "用途"), tag("code", &model.purpose)),
            (self.say("Basis", "依据"), (&model.basis).into()),
            (self.say("Category", "门类"), tag("code", &model.category)),
        ];
        if let Some(dispatch) = &model.dispatch {
            rows.push((self.say("Goes to", "派送"), self.value(dispatch)));
        }
        if model.review_required {
            let text = self.say("a person must review each warning before it goes out", "每条预警须经人工复核后才派送");
            rows.push((self.say("Review", "复核"), text.into()));
        }
        let version: String = model.version.chars().take(12).collect();
        rows.push((self.say("Version", "版本"), with("code", &[("title", &model.version)], version)));
        let rows = rows.into_iter().map(|(what, value)| html![tag("dt", what), tag("dd", value)]);
        with("dl", &[("class", "terms")], rows.collect::<Html>())
    }

    /// What makes it look.
    fn trigger(&self, model: &Model) -> Html {
        let zh = self.language == crate::diagnostics::Language::Zh;
        let entity = self.entity_name(model.entity);
        let sentence = match &model.trigger {
            Trigger::Every(grid) => {
                let source = model.population.as_ref().map(|p| self.link_source(p.source)).unwrap_or_default();
                if zh {
                    html![self.grid(*grid), "，逐个查看 ", source, " 中的每个 ", tag("code", entity), "。"]
                } else {
                    html![self.grid(*grid), " it looks at each ", tag("code", entity), " in ", source, "."]
                }
            }
            Trigger::On { source, filter, .. } => {
                let filter = filter.as_ref().map(|filter| html![self.say(", where ", "，且 "), self.truth(filter)]);
                let (source, filter) = (self.link_source(*source), filter.unwrap_or_default());
                let row = self.statements(model).iter().find_map(|statement| match &statement.kind {
                    StatementKind::Trigger { trigger: syntax::Trigger::On(selection), .. } => selection.row.as_ref(),
                    _ => None,
                });
                let row = row.map(|row| {
                    html![self.say(" (called ", "（称作 "), tag("code", &row.text), self.say(" here)", "）")]
                });
                let row = row.unwrap_or_default();
                if zh {
                    html![
                        "每当获知 ",
                        source,
                        " 的一条记录",
                        row,
                        filter,
                        "，就查看它所涉及的 ",
                        tag("code", entity),
                        "。"
                    ]
                } else {
                    html![
                        "Each time a row of ",
                        source,
                        " becomes known",
                        filter,
                        ", it looks at the ",
                        tag("code", entity),
                        " of that row."
                    ]
                }
            }
            Trigger::Match(sequence) => {
                let names = self.step_names(model);
                let mut steps = Html::new();
                for (index, step) in sequence.steps.iter().enumerate() {
                    let mut item = html![
                        names.get(index).map(|name| html![tag("code", name), self.say(": ", "：")]).unwrap_or_default(),
                        self.step_rows(&step.rows),
                    ];
                    if let Some(within) = step.within {
                        let span = self.window_span(within);
                        item.push(if zh {
                            html!["，在上一步之后 ", span, "内"]
                        } else {
                            html![", within ", span, " of the step before"]
                        });
                    }
                    for absent in &step.without {
                        let rows = self.step_rows(absent);
                        item.push(if zh {
                            html!["；其间没有 ", rows]
                        } else {
                            html!["; with nothing between of this kind: ", rows]
                        });
                    }
                    steps.push(tag("li", item));
                }
                let deadline = sequence.deadline.as_ref().map(|(rows, span)| {
                    let (rows, span) = (self.step_rows(rows), self.window_span(*span));
                    let text = if zh {
                        html!["此后 ", span, "内没有 ", rows, "。"]
                    } else {
                        html!["After that, for ", span, ", nothing of this kind: ", rows, "."]
                    };
                    tag("p", text)
                });
                let intro = if zh {
                    html!["对每个 ", tag("code", entity), "，依次出现以下记录时："]
                } else {
                    html!["For each ", tag("code", entity), ", when these rows come one after the other:"]
                };
                return html![tag("p", intro), tag("ol", steps), deadline.unwrap_or_default()];
            }
        };
        let note = if zh {
            html!["以下所说的记录都是关于这个 ", entity, " 的。"]
        } else {
            html!["All rows below are those about this ", entity, "."]
        };
        html![tag("p", sentence), with("p", &[("class", "soft")], note)]
    }

    fn step_names(&self, model: &Model) -> Vec<String> {
        let statements = self.statements(model);
        let found = statements.iter().find_map(|statement| match &statement.kind {
            StatementKind::Trigger { trigger: syntax::Trigger::Match(sequence), .. } => Some(sequence),
            _ => None,
        });
        found.map(|s| s.steps.iter().map(|step| step.name.text.clone()).collect()).unwrap_or_default()
    }

    fn step_rows(&self, rows: &StepRows) -> Html {
        let Some(selection) = rows.selection() else { return Html::new() };
        let source = match &selection.from {
            crate::program::From::Rows { source, .. } => self.link_source(*source),
            _ => Html::new(),
        };
        let zh = self.language == crate::diagnostics::Language::Zh;
        let about = selection.of.as_ref().map(|of| self.operand(of));
        let mut all = match about {
            Some(about) if zh => html![source, " 中关于 ", about, " 的记录"],
            Some(about) => html!["a row of ", source, " about ", about],
            None if zh => html![source, " 的记录"],
            None => html!["a row of ", source],
        };
        if let Some(filter) = selection.filter.as_ref().map(|f| self.truth(f)) {
            all.push(if zh { html!["（", filter, "）"] } else { html![" where ", filter] });
        }
        all
    }

    /// The condition, and whom the warning is about.
    fn when(&self, model: &Model) -> Html {
        let mut all = Html::new();
        if Self::is_true(&model.condition) {
            all.push(tag("p", self.say("It warns then.", "此时即预警。")));
        } else {
            let leads = [
                self.say("It warns when ", "满足以下条件时预警："),
                self.say("It warns when all of these are true:", "以下各项都成立时预警："),
                self.say("It warns when at least one of these is true:", "以下至少一项成立时预警："),
            ];
            all.push(self.sentence(&model.condition, leads));
        }
        if let Some(about) = &model.about {
            let about = self.value(about);
            all.push(tag("p", html![self.say("The warning is about ", "预警针对 "), about, self.say(".", "。")]));
        }
        if let Some(again) = model.again {
            let span = self.span(again);
            let text = match self.language {
                crate::diagnostics::Language::Zh => {
                    format!("预警之后，同一对象 {span}内不再重复，除非级别升高。")
                }
                crate::diagnostics::Language::En => {
                    format!("After a warning, the same is not said again for {span}, unless its level rises.")
                }
            };
            all.push(tag("p", text));
        }
        all
    }

    /// What the names in its conditions mean, in the order in which they are written.
    fn lets(&self, model: &Model) -> Html {
        let mut entries = Html::new();
        for statement in self.statements(model) {
            if let StatementKind::Rows(rows) = &statement.kind {
                let ids = (0u32..).map(SourceId).zip(&self.program.sources);
                let meaning =
                    ids.filter(|(_, source)| source.span == rows.name.span).map(|(id, source)| match &source.kind {
                        SourceKind::Derived(table) => self.derived(source, table),
                        _ => self.link_source(id),
                    });
                let meaning: Html = meaning.collect();
                entries.push(html![tag("dt", tag("code", &rows.name.text)), tag("dd", meaning)]);
                continue;
            }
            let StatementKind::Let { name, value } = &statement.kind else { continue };
            let typed = model.lets.iter().find(|declared| declared.span == name.span);
            // `h.place` of `let h = nearest S to p`
            let nearest = format!("{}.", name.text);
            let column = || model.lets.iter().find(|declared| declared.name.starts_with(&nearest));
            let meaning = match (typed, column().map(|column| &column.value.kind)) {
                (Some(declared), _) if !matches!(&declared.value.kind, ExprKind::Aggregate(a) if a.function == AggregateFunction::Nearest) => {
                    self.condition(&declared.value)
                }
                (_, Some(ExprKind::Aggregate(aggregate))) => {
                    let rows = self.rows(aggregate);
                    html![self.say("the row of ", ""), rows, self.say("", " 的记录")]
                }
                _ => self.row_named(model, value),
            };
            let docs = self.docs(&statement.docs, "soft");
            entries.push(html![tag("dt", tag("code", &name.text)), tag("dd", html![meaning, docs])]);
        }
        if entries.is_empty() {
            return Html::new();
        }
        html![tag("h3", self.say("What the names mean", "名称的含义")), tag("dl", entries)]
    }

    /// A name for a row: `let a = b.before`.
    fn row_named(&self, model: &Model, value: &syntax::Expr) -> Html {
        let written = self.texts.text(value.span);
        let entity = self.entity_name(model.entity);
        let before = [".before", ".推前"].into_iter().find_map(|end| written.strip_suffix(end));
        match (before, self.language) {
            (Some(row), crate::diagnostics::Language::Zh) => {
                html!["同一 ", entity, " 的记录中，", tag("code", row), " 的前一条"]
            }
            (Some(row), _) => html!["the row before ", tag("code", row), " about the same ", entity],
            (None, _) => html![self.say("the row ", "记录 "), tag("code", written)],
        }
    }

    /// The statements of a model as they are written.
    fn statements(&self, model: &Model) -> &[syntax::Statement] {
        match self.item(model.span).map(|item| &item.kind) {
            Some(ItemKind::Model(model)) => &model.statements,
            _ => &[],
        }
    }

    fn levels(&self, model: &Model) -> Html {
        let mut all = tag("h2", self.say("Levels and message", "级别与消息"));
        let score = model.score.and_then(|id| model.lets.get(id.index()));
        if let Some(crate::program::ExprKind::Score(rules)) = score.map(|declared| &declared.value.kind) {
            all.push(tag(
                "p",
                self.say(
                    "The score is the sum of the weights whose condition is true:",
                    "评分为条件成立的各项权重之和：",
                ),
            ));
            let rows = rules.iter().map(|(weight, condition)| vec![self.value(weight), self.condition(condition)]);
            let headings = [self.say("weight", "权重").into(), self.say("if", "条件").into()];
            all.push(table(self.say("Score", "评分"), &headings, rows.collect()));
        }
        let order =
            self.say("The most severe level whose condition is true is taken.", "取条件成立的级别中最严重的一级。");
        if model.levels.len() > 1 {
            all.push(tag("p", order));
        }
        let mut rules: Vec<_> = model.levels.iter().collect();
        rules.sort_by_key(|rule| std::cmp::Reverse(rule.level));
        let rows = rules.into_iter().map(|rule| {
            let condition = match &rule.condition {
                Some(condition) => self.band(model, condition),
                None => self.say("otherwise", "其余情况").into(),
            };
            let message = rule.message.as_ref().map(|m| self.message(m)).unwrap_or_default();
            vec![self.level(rule.level), html![condition, message]]
        });
        let headings = [self.say("level", "级别").into(), self.say("when", "条件").into()];
        all.push(table(self.say("Levels", "级别"), &headings, rows.collect()));
        if let Some(message) = &model.message {
            all.push(tag("p", self.say("The warning says:", "预警的内容：")));
            all.push(self.message(message));
        }
        all
    }

    /// The condition of a level; of a band of the score, which nobody wrote as one, too.
    fn band(&self, model: &Model, condition: &Expr) -> Html {
        if let crate::program::ExprKind::Binary(_, left, right) = &condition.kind
            && let crate::program::ExprKind::Let(id) = left.kind
            && model.score == Some(id)
            && !(condition.span.start <= left.span.start && left.span.end <= condition.span.end)
        {
            return html![self.say("the score is at least ", "评分不少于 "), self.value(right)];
        }
        self.condition(condition)
    }

    /// A message in the site's language where it has one, with its values as placeholders.
    fn message(&self, message: &crate::program::Message) -> Html {
        let own = message.texts.iter().find(|(language, _)| *language == self.language);
        let Some((_, parts)) = own.or(message.texts.first()) else { return Html::new() };
        let parts = parts.iter().map(|part| match part {
            MessagePart::Text(text) => Html::from(text),
            MessagePart::Value { value, .. } => tag("code", html!["{", self.texts.text(value.span), "}"]),
        });
        tag("blockquote", parts.collect::<Html>())
    }

    fn parameters(&self, model: &Model) -> Html {
        let ids = (0u32..).map(ParameterId).zip(&self.program.parameters);
        let own: Vec<(ParameterId, &Parameter)> = ids.filter(|(_, parameter)| parameter.model == model.name).collect();
        if own.is_empty() {
            return Html::new();
        }
        let docs = self.parameter_docs(model);
        let profiles: Vec<_> = self.program.profiles.keys().collect();
        let rows = own.iter().map(|(id, parameter)| {
            let kind = &parameter.ty.kind;
            let name = with("code", &[("id", &parameter.name)], &parameter.name);
            let docs = docs.get(&*parameter.name).map(|docs| self.docs(docs, "soft")).unwrap_or_default();
            let range: Html = match &parameter.range {
                None => self.say("any", "不限").into(),
                Some((low, high, closed)) => {
                    let at = self.parameters.get(&parameter.span).and_then(|(_, range)| *range);
                    let (low_at, high_at) = at.unwrap_or((parameter.span, parameter.span));
                    let (low, high) = (self.literal(low_at, low, kind), self.literal(high_at, high, kind));
                    let open = if *closed { "" } else { self.say(", not included", "（不含）") };
                    html![low, self.say(" to ", " 至 "), high, open]
                }
            };
            let mut row = vec![
                html![name, docs],
                self.type_name(&parameter.ty),
                tag("strong", self.default_of(parameter)),
                range,
            ];
            row.extend(profiles.iter().map(|profile| {
                let value: Option<&Value> = self.program.profiles.get(*profile).and_then(|values| values.get(id));
                value.map_or_else(|| "–".to_owned(), |value| self.shown(value, kind)).into()
            }));
            row
        });
        let mut headings: Vec<Html> = vec![
            self.say("parameter", "参数").into(),
            self.say("type", "类型").into(),
            self.say("usually", "默认").into(),
            self.say("may be", "允许范围").into(),
        ];
        headings.extend(profiles.iter().map(|profile| html![self.say("in ", "方案 "), tag("code", *profile)]));
        let rows = rows.collect();
        html![tag("h2", self.say("Parameters", "参数")), table(self.say("Parameters", "参数"), &headings, rows),]
    }

    /// Comments of its parameters, by name.
    fn parameter_docs(&self, model: &Model) -> BTreeMap<&str, &[String]> {
        let statements = self.statements(model);
        let docs = statements.iter().filter_map(|statement| match &statement.kind {
            StatementKind::Param(param) => Some((param.name.text.as_str(), statement.docs.as_slice())),
            _ => None,
        });
        docs.collect()
    }

    fn reads(&self, model: &Model) -> Html {
        let mut by_source: BTreeMap<SourceId, Vec<Html>> = BTreeMap::new();
        for read in &model.reads {
            let source = self.program.sources.get(read.source.index());
            let column = source.and_then(|source| source.columns.get(read.column.index()));
            let name = column.map(|column| tag("code", &column.name)).unwrap_or_default();
            let derived = if read.derived { self.say(" (derived)", "（加工后）") } else { "" };
            by_source.entry(read.source).or_default().push(html![name, derived]);
        }
        let rows = by_source.into_iter().map(|(id, columns)| {
            vec![self.link_source(id), self.owner(id).into(), Html::joined(columns, self.say(", ", "、"))]
        });
        let headings =
            [self.say("source", "来源").into(), self.say("owner", "归属").into(), self.say("columns", "列").into()];
        let back = match model.lookback {
            Lookback::Unbounded => self.say("It looks back over all that is known.", "回看已知的全部。").to_owned(),
            Lookback::Span(span) if span == crate::program::SpanOfTime::default() => {
                self.say("It looks at what is so at that time only.", "只看当时的情况。").to_owned()
            }
            Lookback::Span(span) => {
                format!("{}{}{}", self.say("It looks back over ", "回看 "), self.span(span), self.say(".", "。"))
            }
        };
        html![
            tag("h2", self.say("What it reads", "读取的数据")),
            table(self.say("Columns read", "读取的列"), &headings, rows.collect()),
            tag("p", back),
        ]
    }

    pub(super) fn owner(&self, id: SourceId) -> String {
        match self.program.sources.get(id.index()).map(|source| &source.kind) {
            Some(SourceKind::Table(table)) => table.owner.as_deref().unwrap_or("–").to_owned(),
            _ => "–".to_owned(),
        }
    }

    /// The model as it is written.
    fn text(&self, model: &Model) -> Html {
        let Some(item) = self.item(model.span) else { return Html::new() };
        let file = self.texts.get(item.span.file).map_or("", |file| &*file.name);
        let code = tag("pre", tag("code", self.texts.text(item.span)));
        let summary = tag("summary", html![self.say("As it is written, in ", "原文，见 "), tag("code", file)]);
        html![tag("h2", self.say("The text", "原文")), tag("details", html![summary, code])]
    }

    /// The page of shared facts.
    pub(super) fn facts_page(&self) -> Html {
        let mut page = tag("h1", self.say("Shared facts", "共用事实"));
        let lead = self
            .say("What models ask about one entity, said once for all of them.", "各模型共用的、关于某一对象的说法。");
        page.push(with("p", &[("class", "lead")], lead));
        for fact in &self.program.facts {
            page.push(with("h2", &[("id", &fact.name)], tag("code", &fact.name)));
            if let Some(item) = self.item(fact.span) {
                page.push(self.docs(&item.docs, ""));
            }
            let entity = tag("code", self.entity_name(fact.entity));
            let ty = self.type_name(&fact.value.ty);
            let about = match self.language {
                crate::diagnostics::Language::Zh => html!["关于 ", entity, "，类型 ", ty, "："],
                crate::diagnostics::Language::En => html!["Of a ", entity, ", of type ", ty, ": "],
            };
            page.push(with("div", &[("class", "when")], html![about, self.condition(&fact.value)]));
        }
        page
    }
}
