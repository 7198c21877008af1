//! Why something is left to the interpreter.

use crate::plan::{Node, NodeKind};
use serde::Serialize;
use watchfire_dsl::diagnostics::Language;

/// Why a model, or an expression in it, is left to the interpreter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// It is triggered otherwise.
    Trigger,
    /// It asks nothing of rows, so that nothing is gained.
    NoRows,
    /// It is larger than code is made.
    Large,
    /// Rows of a union whose parts lie in time differently, or a column that it computes.
    Union,
    /// Rows of a derived table that may change, or at rows of a trigger.
    Derived,
    /// Rows that are not those of a timeline.
    Rows,
    /// A register over a window.
    Register,
    /// Rows of another table about a pair.
    OtherTable,
    /// Rows about an entity that no column of the row names.
    Whose,
    /// A row after this one, a row of another step, or of some time ago.
    OtherRows,
    /// An end that may not be known yet.
    OpenEnd,
    /// Rows may be known to be missing.
    Expected,
    /// Rows found by where they lie.
    Places,
    /// Findings of other models.
    Findings,
    /// A window since an event.
    Since,
    /// A value at another instant.
    AsOf,
    /// An aggregate without a compiled form.
    Aggregate,
    /// An aggregate, fact or `let` inside a condition of rows.
    Nested,
    /// A function without a compiled form.
    Function,
    /// A plugin's function.
    Plugin,
    /// Values that compiled code does not work with.
    Value,
}

impl Why {
    /// Why an expression none of whose parts is to blame has no form.
    pub(super) fn of(node: &Node) -> Self {
        match &node.kind {
            NodeKind::Aggregate(_) => Self::Aggregate,
            NodeKind::Call(..) => Self::Function,
            NodeKind::Extern(..) => Self::Plugin,
            NodeKind::AsOf(..) => Self::AsOf,
            NodeKind::FindingColumn(..) => Self::Findings,
            NodeKind::About(..) | NodeKind::Element(_) => Self::Whose,
            NodeKind::Let(_) | NodeKind::Fact(..) => Self::Nested,
            _ => Self::Value,
        }
    }

    /// The reason in words that follow a colon.
    pub fn text(self, language: Language) -> &'static str {
        let (english, chinese) = self.texts();
        match language {
            Language::En => english,
            Language::Zh => chinese,
        }
    }

    fn texts(self) -> (&'static str, &'static str) {
        match self {
            Self::Trigger => ("it is triggered in another way", "触发方式不同"),
            Self::NoRows => ("it asks nothing of rows", "不涉及任何行"),
            Self::Large => ("it is too large", "过大"),
            Self::Union => ("rows of a union, or a column that it computes", "合并来源的行或其计算列"),
            Self::Derived => ("rows of a derived table that may change", "可能变化的派生表的行"),
            Self::Rows => ("rows that are not those of a table", "不是表中的行"),
            Self::Register => ("a window over a register", "登记表上的窗口"),
            Self::OtherTable => ("rows of another table about a pair", "关于一对实体的其他表的行"),
            Self::Whose => ("rows about an entity that no column of the row names", "触发行各列未写明的实体的行"),
            Self::OtherRows => (
                "a later row, one of a step further back, or one of some time ago",
                "更晚的行、更早步骤的行或若干时间之前的行",
            ),
            Self::OpenEnd => ("an end that may not be known yet", "可能尚未知晓的结束时刻"),
            Self::Expected => ("rows may be known to be missing (`expect`)", "可能已知缺数据（`expect`）"),
            Self::Places => ("rows found by where they lie", "按位置查找的行"),
            Self::Findings => ("findings of other models", "其他模型的发现"),
            Self::Since => ("a window since an event", "自某事件起的窗口"),
            Self::AsOf => ("a value at another instant", "另一时刻的值"),
            Self::Aggregate => ("an aggregate that has no compiled form", "没有编译形式的聚合"),
            Self::Nested => ("a fact inside a condition of rows", "行条件中的事实"),
            Self::Function => ("a function that has no compiled form", "没有编译形式的函数"),
            Self::Plugin => ("a plugin", "插件"),
            Self::Value => ("values that compiled code does not work with", "编译代码不处理的值"),
        }
    }
}
