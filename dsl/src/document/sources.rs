//! The page of sources, entities and enums.

use super::Site;
use super::html::{Html, html, table, tag, with};
use crate::diagnostics::Language;
use crate::program::{Column, ColumnId, EntityKeyType, Source, SourceId, SourceKind, SourceTime, Table};
use crate::syntax::{ItemKind, SourceEntryKind};

impl Site<'_> {
    pub(super) fn sources_page(&self) -> Html {
        let mut page = tag("h1", self.say("Sources", "来源"));
        let lead = self.say(
            "The departments' tables: what is in them, who owns them, and what they may be used for.",
            "各部门的数据表：有哪些内容、归谁所有、允许作何用途。",
        );
        page.push(with("p", &[("class", "lead")], lead));
        let items = self.declared_sources().map(|(id, _)| tag("li", self.link_source(id)));
        page.push(tag("ul", items.collect::<Html>()));
        for (id, source) in self.declared_sources() {
            page.push(self.source(id, source));
        }
        page.push(self.entities());
        page.push(self.enums());
        page
    }

    fn source(&self, id: SourceId, source: &Source) -> Html {
        let mut all = with("h2", &[("id", &self.source_place(id))], tag("code", self.source_place(id)));
        let item = self.item(source.span);
        if let Some(item) = item {
            all.push(self.docs(&item.docs, ""));
        }
        match &source.kind {
            SourceKind::Edges { .. } => {}
            SourceKind::Derived(table) => return html![all, self.derived(source, table)],
            SourceKind::Table(table) => all.push(self.table_terms(source, table)),
            SourceKind::Union(parts) => {
                let parts =
                    Html::joined(parts.iter().map(|part| self.link_source(part.source)), self.say(" and ", "、"));
                let text = html![self.say("The rows of ", "合并 "), parts, self.say(" together.", " 的记录。")];
                all.push(tag("p", text));
            }
        }
        let docs = |name: &str| {
            let ItemKind::Source(written) = &item?.kind else { return None };
            let mut entries = written.entries.iter();
            let entry = entries.find(|e| matches!(&e.kind, SourceEntryKind::Column(c) if c.name.text == name))?;
            Some(self.docs(&entry.docs, "soft"))
        };
        let rows = source.columns.iter().map(|column| {
            let name = html![tag("code", &column.name), docs(&column.name).unwrap_or_default()];
            vec![name, self.column_type(column), self.column_origin(column), self.column_notes(source, column)]
        });
        let headings = [
            self.say("column", "列").into(),
            self.say("type", "类型").into(),
            self.say("from", "取自").into(),
            self.say("notes", "说明").into(),
        ];
        all.push(table(&source.name, &headings, rows.collect()));
        if matches!(source.kind, SourceKind::Table(_)) {
            let readers = self.readers(id);
            let text = if readers.is_empty() {
                self.say("No model reads it.", "没有模型读取。").into()
            } else {
                let links = readers.into_iter().map(|(model, derived)| {
                    html![
                        self.link_model(model),
                        if derived { self.say(" (derived values only)", "（仅加工后的值）") } else { "" }
                    ]
                });
                html![self.say("Read by ", "读取者："), Html::joined(links, self.say(", ", "、")), self.say(".", "。")]
            };
            all.push(tag("p", text));
        }
        all
    }

    /// Owner, purposes, time, key, what is expected.
    fn table_terms(&self, source: &Source, declared: &Table) -> Html {
        let column = |id: ColumnId| tag("code", source.columns.get(id.index()).map_or("", |column| &*column.name));
        let columns = |ids: &[ColumnId]| Html::joined(ids.iter().map(|id| column(*id)), self.say(", ", "、"));
        let mut terms: Vec<(&'static str, Html)> = Vec::new();
        if let Some(owner) = &declared.owner {
            terms.push((self.say("Owner", "归属"), owner.into()));
        }
        let allows = declared.allows.iter().map(|(purpose, derived)| {
            html![
                tag("code", purpose),
                if *derived { self.say(" (derived values only)", "（仅加工后的值）") } else { "" }
            ]
        });
        let allows = Html::joined(allows, self.say(", ", "、"));
        let nothing = self.say("nothing: no model may read it", "无：任何模型都不得读取").into();
        terms.push((self.say("May be used for", "允许用途"), if allows.is_empty() { nothing } else { allows }));
        let time = match declared.time {
            SourceTime::Timeless => self.say("a fixed list, without time", "固定的清单，不带时间").into(),
            SourceTime::Events { at } => {
                html![self.say("each row is true at an instant: ", "每条记录发生在一个时刻："), column(at)]
            }
            SourceTime::State { since, until, .. } => html![
                self.say("each row is true from ", "每条记录自 "),
                column(since),
                self.say(" until ", " 起，至 "),
                column(until),
                self.say("", " 止"),
            ],
        };
        terms.push((self.say("In time", "时间"), time));
        if !declared.key.is_empty() {
            let text = html![
                columns(&declared.key),
                self.say(": rows with the same are versions of one row", "：相同者为同一记录的各个版本")
            ];
            terms.push((self.say("Key", "主键"), text));
        }
        if let Some(expect) = declared.expect {
            let span = self.span(expect.every);
            let per = expect.per.map(|per| html![self.say(" for each ", "，按每个 "), column(per)]).unwrap_or_default();
            let text = html![
                self.say("rows at least every ", "至少每 "),
                span,
                self.say("", " 应有记录"),
                per,
                self.say("; a longer silence is an outage, not an absence", "；更久没有即为断供，不当作没有发生"),
            ];
            terms.push((self.say("Expected", "预期"), text));
        }
        if let Some(lateness) = declared.lateness {
            let text =
                html![self.say("rows may come up to ", "记录可晚到 "), self.span(lateness), self.say(" late", "")];
            terms.push((self.say("Lateness", "迟延"), text));
        }
        if let Some(history) = declared.history {
            let text = html![self.say("the data reaches back ", "数据可回溯 "), self.span(history)];
            terms.push((self.say("History", "历史"), text));
        }
        let terms = terms.into_iter().map(|(what, text)| html![tag("dt", what), tag("dd", text)]);
        with("dl", &[("class", "terms")], terms.collect::<Html>())
    }

    fn column_type(&self, column: &Column) -> Html {
        let mut ty = self.type_name(&column.ty);
        if let Some(unit) = column.load.unit {
            let name = if self.language == Language::Zh { unit.name_zh } else { unit.name };
            ty.push(html![self.say(", stored in ", "，单位 "), name]);
        }
        if let Some(system) = column.load.system {
            let name = format!("{system:?}").to_uppercase();
            ty.push(html![self.say(", stored in ", "，坐标系 "), name]);
        }
        if column.ty.optional {
            ty.push(self.say("; may be missing", "；可缺失"));
        }
        ty
    }

    fn column_origin(&self, column: &Column) -> Html {
        let load = &column.load;
        let mut origin = Html::joined(load.from.iter().map(|raw| tag("code", raw)), ", ");
        if let Some(format) = &load.format {
            origin.push(html![self.say(" as ", " 格式 "), tag("code", format)]);
        }
        if let Some(via) = load.via {
            origin.push(html![self.say(" via ", " 经由 "), tag("code", self.say(via.name, via.name_zh))]);
        }
        origin
    }

    fn column_notes(&self, source: &Source, column: &Column) -> Html {
        let mut notes: Vec<&'static str> = Vec::new();
        if column.unique {
            notes.push(self.say("one row for each", "每个只有一条"));
        }
        if column.ty.private {
            notes.push(self.say("private: shown as a pseudonym", "隐私：以化名显示"));
        }
        if let SourceKind::Table(table) = &source.kind
            && table.recorded.and_then(|id| source.columns.get(id.index())).is_some_and(|c| c.name == column.name)
        {
            notes.push(self.say("when the platform learned of the row", "平台获知的时刻"));
        }
        Html::joined(notes, self.say("; ", "；"))
    }

    fn entities(&self) -> Html {
        let rows = self.program.entities.iter().map(|entity| {
            let key = match entity.key {
                EntityKeyType::Text => self.say("a text", "文本").to_owned(),
                EntityKeyType::Int => self.say("a whole number", "整数").to_owned(),
                EntityKeyType::Pair(a, b) => format!("{} + {}", self.entity_name(a), self.entity_name(b)),
            };
            let mut notes = Vec::new();
            if let Some(via) = entity.via {
                notes.push(html![self.say("made canonical by ", "经 "), tag("code", via.name), self.say("", " 统一")]);
            }
            if entity.private {
                notes.push(self.say("private: shown as a pseudonym", "隐私：以化名显示").into());
            }
            let docs = self.item(entity.span).map(|item| self.docs(&item.docs, "soft")).unwrap_or_default();
            vec![html![tag("code", &entity.name), docs], key.into(), Html::joined(notes, self.say("; ", "；"))]
        });
        let headings = [
            self.say("entity", "实体").into(),
            self.say("identified by", "标识").into(),
            self.say("notes", "说明").into(),
        ];
        html![
            with("h2", &[("id", "entities-of-the-package")], self.say("Entities", "实体")),
            tag(
                "p",
                self.say(
                    "The kinds of things that warnings are about and departments share.",
                    "预警针对的、各部门共有的对象种类。"
                )
            ),
            table(self.say("Entities", "实体"), &headings, rows.collect()),
        ]
    }

    fn enums(&self) -> Html {
        if self.program.enums.is_empty() {
            return Html::new();
        }
        let rows = self.program.enums.iter().map(|declared| {
            let variants = declared.variants.iter().map(|(name, raw)| {
                let raw = if raw.is_empty() {
                    Html::new()
                } else {
                    html![self.say(" (", "（"), Html::joined(raw.iter(), self.say(", ", "、")), self.say(")", "）")]
                };
                html![tag("code", name), raw]
            });
            vec![tag("code", &declared.name), Html::joined(variants, self.say(", ", "、"))]
        });
        let headings = [self.say("enum", "枚举").into(), self.say("one of", "取值").into()];
        html![tag("h2", self.say("Enums", "枚举")), table(self.say("Enums", "枚举"), &headings, rows.collect()),]
    }
}
