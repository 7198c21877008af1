//! The first page: what the package is, its models, and which of them reads what.

use super::html::{Html, html, table, tag, with};
use super::{Site, reads_derived};
use crate::program::{ModelId, SourceId, SourceKind};

impl Site<'_> {
    pub(super) fn index(&self) -> Html {
        let program = self.program;
        let mut page = tag("h1", html![&program.name, " ", with("span", &[("class", "soft")], &program.version)]);
        if let Some(description) = self.manifest.and_then(|manifest| manifest.description.as_ref()) {
            page.push(with("p", &[("class", "lead")], &description.value));
        }
        let counts = match self.language {
            crate::diagnostics::Language::Zh => format!(
                "{} 个模型，{} 个来源，{} 个测试。时间按 {}。",
                program.models.len(),
                self.declared_sources().count(),
                program.tests.len(),
                program.zone.name()
            ),
            crate::diagnostics::Language::En => format!(
                "{}, {}, {}. Times are those of {}.",
                counted(program.models.len(), "model"),
                counted(self.declared_sources().count(), "source"),
                counted(program.tests.len(), "test"),
                program.zone.name()
            ),
        };
        page.push(tag("p", counts));
        page.push(self.models());
        page.push(self.matrix());
        page.push(self.profiles());
        page.push(self.reading());
        page
    }

    fn models(&self) -> Html {
        let models = (0u32..).map(ModelId).zip(&self.program.models);
        let rows = models.map(|(id, model)| {
            let first = model.docs.split("\n\n").next().unwrap_or("").replace('\n', " ");
            let levels: std::collections::BTreeSet<_> = model.levels.iter().map(|rule| rule.level).collect();
            let levels = Html::joined(levels.into_iter().rev().map(|level| self.level(level)), " ");
            let tests = self.program.tests.iter().filter(|test| test.model == id).count();
            let entity = tag("code", self.entity_name(model.about_entity));
            vec![self.link_model(id), first.into(), entity, levels, tests.to_string().into()]
        });
        let headings = [
            self.say("model", "模型").into(),
            self.say("what it looks for", "查找什么").into(),
            self.say("about", "对象").into(),
            self.say("levels", "级别").into(),
            self.say("tests", "测试").into(),
        ];
        html![tag("h2", self.say("Models", "模型")), table(self.say("Models", "模型"), &headings, rows.collect()),]
    }

    /// Which model reads which source.
    fn matrix(&self) -> Html {
        let ids = self.declared_sources();
        let tables: Vec<SourceId> =
            ids.filter(|(_, source)| matches!(source.kind, SourceKind::Table(_))).map(|(id, _)| id).collect();
        let models = (0u32..).map(ModelId).zip(&self.program.models);
        let rows = models.map(|(id, model)| {
            let mut row = vec![self.link_model(id)];
            row.extend(tables.iter().map(|source| match reads_derived(model, *source) {
                None => Html::new(),
                Some(derived) => {
                    let word = if derived {
                        self.say("derived values only", "仅加工后的值")
                    } else {
                        self.say("reads", "读取")
                    };
                    let sign = if derived { "○" } else { "●" };
                    with("span", &[("role", "img"), ("aria-label", word), ("title", word)], sign)
                }
            }));
            row
        });
        let mut headings: Vec<Html> = vec![self.say("model", "模型").into()];
        headings.extend(tables.iter().map(|id| self.link_source(*id)));
        let title = self.say("Which model reads what", "哪个模型读取什么");
        let matrix = with("div", &[("class", "matrix")], table(title, &headings, rows.collect()));
        let legend = self.say(
            "● reads; ○ reads only derived values, through facts and findings.",
            "● 读取；○ 只经由事实和发现读取加工后的值。",
        );
        html![tag("h2", title), matrix, with("p", &[("class", "soft")], legend)]
    }

    fn profiles(&self) -> Html {
        let rows: Vec<Vec<Html>> = self
            .program
            .profiles
            .iter()
            .flat_map(|(profile, values)| {
                values.iter().filter_map(move |(id, value)| {
                    let parameter = self.program.parameters.get(id.index())?;
                    let kind = &parameter.ty.kind;
                    Some(vec![
                        tag("code", profile),
                        tag("code", format!("{}.{}", parameter.model, parameter.name)),
                        self.shown(&parameter.default, kind).into(),
                        self.shown(value, kind).into(),
                    ])
                })
            })
            .collect();
        if rows.is_empty() {
            return Html::new();
        }
        let headings = [
            self.say("profile", "方案").into(),
            self.say("parameter", "参数").into(),
            self.say("usually", "默认").into(),
            self.say("then", "此时").into(),
        ];
        html![tag("h2", self.say("Profiles", "方案")), table(self.say("Profiles", "方案"), &headings, rows)]
    }

    /// For those who read such pages for the first time.
    fn reading(&self) -> Html {
        let terms = [
            (
                self.say("model", "模型"),
                self.say(
                    "a rule that says, from the departments' data, when something is worth a warning",
                    "根据各部门数据判断何时值得预警的规则",
                ),
            ),
            (
                self.say("not known", "未知"),
                self.say(
                    "a value that is missing in the data: a condition that depends on it is neither true nor false, and does not lead to a warning",
                    "数据中缺失的值：依赖它的条件既不成立也不算不成立，不会引起预警",
                ),
            ),
            (
                self.say("outage", "断供"),
                self.say(
                    "a time in which a source delivered nothing although it should have: what may have happened then is unknown, not absent",
                    "来源应有数据却没有送来的时段：期间发生了什么算未知，而不是没有",
                ),
            ),
            (
                self.say("derived", "加工后"),
                self.say(
                    "a value computed from the data, such as a count, in place of the data itself",
                    "由数据算出的值（如数目），而不是数据本身",
                ),
            ),
        ];
        let terms: Html = terms.into_iter().map(|(word, text)| html![tag("dt", word), tag("dd", text)]).collect();
        html![tag("h2", self.say("Words on these pages", "本站用语")), tag("dl", terms)]
    }
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
