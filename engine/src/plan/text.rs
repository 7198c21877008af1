//! Expressions in the language's own words, with row variables named by how deep they stand.
//!
//! The text of an aggregate is also its identity: two aggregates are the same if and only if their texts are. So every
//! detail that decides the value is in the text (and the place in the source text is not).

use super::node::{
    AggregateNode, Arithmetic, FixedWindow, FromNode, Node, NodeKind, PeerGroupNode, PeersNode, WindowNode,
};
use super::{PlacesPlan, Plan, TimelinePlan};
use std::fmt::Write;
use watchfire_dsl::program::{
    AggregateFunction, CalendarUnit, ColumnId, Derived, FindingColumn, Grid, Move, ParameterId, PeerFunction, Program,
    Row, RowSlot, SourceId, SourceKind, SpanOfTime, Trigger, WindowSpan,
};
use watchfire_stdlib::ops::Comparison;
use watchfire_stdlib::value::{EntityKey, Value};

/// The text of an aggregate of the model or fact `user`.
pub(super) fn aggregate_text(program: &Program, plan: &Plan, user: &str, aggregate: &AggregateNode) -> String {
    let mut text = Text { program, plan, user, bound: Vec::new(), out: String::new() };
    text.aggregate(aggregate);
    text.out
}

/// The text of a value among peers of the model `user`.
pub(super) fn peers_text(program: &Program, plan: &Plan, user: &str, peers: &PeersNode) -> String {
    let mut text = Text { program, plan, user, bound: Vec::new(), out: String::new() };
    text.peers(peers);
    text.out
}

/// The text of any expression of the model `user`.
pub(super) fn node_text(program: &Program, plan: &Plan, user: &str, node: &Node) -> String {
    let mut text = Text { program, plan, user, bound: Vec::new(), out: String::new() };
    text.node(node);
    text.out
}

/// `over last 7 days`
pub(super) fn window_text(program: &Program, plan: &Plan, window: &WindowNode) -> String {
    let mut text = Text { program, plan, user: "", bound: Vec::new(), out: String::new() };
    text.window(window);
    text.out.trim_start().to_owned()
}

/// `on visits`, `every 1 day at 02:00`, `match`
pub(super) fn trigger_text(program: &Program, trigger: &Trigger) -> String {
    let (length, clock) = match trigger {
        Trigger::On { source, .. } => {
            return format!("on {}", program.sources.get(source.index()).map_or("", |source| &*source.name));
        }
        Trigger::Match(_) => return "match".into(),
        Trigger::Every(Grid::Micros(micros)) => {
            return format!("every {}", span_text(SpanOfTime { micros: *micros, ..SpanOfTime::default() }));
        }
        Trigger::Every(Grid::Days(days, clock)) => (plural(*days, "day"), clock),
        Trigger::Every(Grid::Weeks(weeks, clock)) => (plural(*weeks, "week"), clock),
        Trigger::Every(Grid::Months(months, clock)) => (plural(*months, "month"), clock),
    };
    let (hours, minutes) = (clock / 3_600_000_000, clock / 60_000_000 % 60);
    format!("every {length} at {hours:02}:{minutes:02}")
}

struct Text<'a> {
    program: &'a Program,
    plan: &'a Plan,
    user: &'a str,
    bound: Vec<RowSlot>,
    out: String,
}

impl Text<'_> {
    fn push(&mut self, text: &str) {
        self.out.push_str(text);
    }

    fn write(&mut self, text: std::fmt::Arguments<'_>) {
        // Writing to a `String` cannot fail.
        let _ = self.out.write_fmt(text);
    }

    fn column(&self, source: SourceId, column: ColumnId) -> String {
        let source = self.program.sources.get(source.index());
        source.and_then(|source| source.columns.get(column.index())).map_or_else(String::new, |c| c.name.to_string())
    }

    fn columns(&self, source: SourceId, columns: &[ColumnId]) -> String {
        columns.iter().map(|column| self.column(source, *column)).collect::<Vec<_>>().join(", ")
    }

    fn slot(&mut self, slot: RowSlot) {
        match self.bound.iter().rposition(|bound| *bound == slot) {
            Some(depth) => self.write(format_args!("r{depth}")),
            // A row of the trigger, which is this model's own.
            None => {
                let user = self.user;
                self.write(format_args!("{user}.row{}", slot.0));
            }
        }
    }

    fn row(&mut self, row: &Row) {
        self.slot(row.slot);
        for to in &row.moves {
            match to {
                Move::Before(1) => self.push(".before"),
                Move::Before(n) => self.write(format_args!(".before({n})")),
                Move::After(1) => self.push(".after"),
                Move::After(n) => self.write(format_args!(".after({n})")),
                Move::Earlier(span) => {
                    self.push(".before(");
                    self.span(*span);
                    self.push(")");
                }
            }
        }
    }

    fn parameter(&mut self, id: ParameterId) {
        if let Some(parameter) = self.program.parameters.get(id.index()) {
            let (model, name) = (&parameter.model, &parameter.name);
            self.write(format_args!("{model}.{name}"));
        }
    }

    fn window(&mut self, window: &WindowNode) {
        match window {
            WindowNode::Fixed(FixedWindow::Span(length, None)) => {
                self.push(" over last ");
                self.span(*length);
            }
            WindowNode::Fixed(FixedWindow::Span(length, Some(gap))) => {
                self.push(" over ");
                self.span(*length);
                self.push(" before last ");
                self.span(*gap);
            }
            WindowNode::Fixed(FixedWindow::This(unit)) => {
                self.write(format_args!(" over this {}", unit_text(*unit)));
            }
            WindowNode::Fixed(FixedWindow::Previous(unit)) => {
                self.write(format_args!(" over previous {}", unit_text(*unit)));
            }
            WindowNode::Since(event) => {
                self.push(" since ");
                self.node(event);
            }
        }
    }

    fn span(&mut self, span: WindowSpan) {
        match span {
            WindowSpan::Parameter(id) => self.parameter(id),
            WindowSpan::Fixed(span) => self.push(&span_text(span)),
        }
    }

    fn list(&mut self, nodes: &[Node]) {
        for (index, node) in nodes.iter().enumerate() {
            if index > 0 {
                self.push(", ");
            }
            self.node(node);
        }
    }

    fn pair(&mut self, left: &Node, operator: &str, right: &Node) {
        self.push("(");
        self.node(left);
        self.write(format_args!(" {operator} "));
        self.node(right);
        self.push(")");
    }

    fn node(&mut self, node: &Node) {
        match &node.kind {
            NodeKind::Constant(value) => self.value(value),
            NodeKind::Parameter(id) => self.parameter(*id),
            NodeKind::This => self.push("this"),
            NodeKind::Now => self.push("now"),
            NodeKind::Let(id) => {
                let user = self.user;
                let model = self.program.models.iter().find(|model| *model.name == *user);
                let name = model.and_then(|model| model.lets.get(id.index())).map_or("", |item| &*item.name);
                self.write(format_args!("{user}.{name}"));
            }
            NodeKind::Fact(id, entity) => {
                self.node(entity);
                let name = self.program.facts.get(id.index()).map_or("", |fact| &*fact.name);
                self.write(format_args!(".{name}"));
            }
            NodeKind::About(_, entity, body) => {
                self.push("(");
                self.node(entity);
                self.push(": ");
                self.node(body);
                self.push(")");
            }
            NodeKind::AsOf(value, at) => {
                self.push("(");
                self.node(value);
                self.push(" as of ");
                self.node(at);
                self.push(")");
            }
            NodeKind::Column(row, source, column) => {
                self.row(row);
                let name = self.column(*source, *column);
                self.write(format_args!(".{name}"));
            }
            NodeKind::Element(slot) => self.slot(*slot),
            NodeKind::FindingColumn(slot, column) => {
                self.slot(*slot);
                self.push(match column {
                    FindingColumn::Model => ".model",
                    FindingColumn::Category => ".category",
                    FindingColumn::Level => ".level",
                    FindingColumn::Time => ".time",
                    FindingColumn::Known => ".known",
                });
            }
            NodeKind::Component(pair, index) => {
                self.node(pair);
                self.write(format_args!(".{index}"));
            }
            NodeKind::Not(operand) => {
                self.push("not ");
                self.node(operand);
            }
            NodeKind::Negate(operand) => {
                self.push("-");
                self.node(operand);
            }
            NodeKind::And(a, b) => self.pair(a, "and", b),
            NodeKind::Or(a, b) => self.pair(a, "or", b),
            NodeKind::Otherwise(a, b) => self.pair(a, "??", b),
            NodeKind::Is(a, b) => self.pair(a, "is", b),
            NodeKind::IsNot(a, b) => self.pair(a, "is not", b),
            NodeKind::Compare(comparison, a, b) => {
                let operator = match comparison {
                    Comparison::Equal => "==",
                    Comparison::NotEqual => "!=",
                    Comparison::Less => "<",
                    Comparison::LessOrEqual => "<=",
                    Comparison::Greater => ">",
                    Comparison::GreaterOrEqual => ">=",
                };
                self.pair(a, operator, b);
            }
            NodeKind::Arithmetic(arithmetic, a, b) => {
                let operator = match arithmetic {
                    Arithmetic::Add => "+",
                    Arithmetic::Subtract => "-",
                    Arithmetic::Multiply => "*",
                    Arithmetic::Divide => "/",
                    Arithmetic::Remainder => "%",
                };
                self.pair(a, operator, b);
                // A quotient of lengths is a number, of a length and a speed a span of time: the kind decides.
                self.write(format_args!(":{:?}", node.ty));
            }
            NodeKind::InRange { operands, closed } => {
                let [value, low, high] = &**operands;
                self.node(value);
                self.push(" in ");
                self.pair(low, if *closed { "..=" } else { ".." }, high);
            }
            NodeKind::InList(value, items) => {
                self.node(value);
                self.push(" in (");
                self.list(items);
                self.push(")");
            }
            NodeKind::Score(rules) => {
                self.push("score {");
                for (weight, condition) in rules {
                    self.push(" ");
                    self.pair(weight, "if", condition);
                }
                self.push(" }");
            }
            NodeKind::Call(function, arguments) => {
                self.write(format_args!("{}(", function.name));
                self.list(arguments);
                self.push(")");
            }
            NodeKind::Extern(id, arguments) => {
                let name = self.program.externs.get(id.index()).map_or("", |function| &*function.name);
                self.write(format_args!("{name}("));
                self.list(arguments);
                self.push(")");
            }
            NodeKind::Aggregate(aggregate) => {
                self.push("(");
                self.aggregate(aggregate);
                self.push(")");
            }
            NodeKind::Peers(peers) => {
                self.push("(");
                self.peers(peers);
                self.push(")");
            }
        }
    }

    fn peers(&mut self, peers: &PeersNode) {
        match peers.function {
            PeerFunction::Mean => self.push("mean "),
            PeerFunction::Stddev => self.push("stddev "),
            PeerFunction::Quantile(q) => self.write(format_args!("quantile({q:?}) ")),
            PeerFunction::Percentile => self.push("percentile "),
            PeerFunction::Zscore => self.push("zscore "),
        }
        self.node(&peers.value);
        match &peers.group {
            PeerGroupNode::Same(keys) => {
                self.push(" among same (");
                self.list(keys);
                self.push(")");
            }
            PeerGroupNode::Within(distance, of) => {
                self.push(" among within ");
                self.node(distance);
                self.push(" of ");
                self.node(of);
            }
        }
        self.push(" at least ");
        self.node(&peers.at_least);
    }

    fn function(&mut self, function: AggregateFunction) {
        if let AggregateFunction::Held { least, gap } = function {
            self.push("held for ");
            self.span(least);
            self.push(" samples within ");
            self.span(gap);
        } else {
            self.push(&function_text(function));
        }
    }

    fn aggregate(&mut self, aggregate: &AggregateNode) {
        self.function(aggregate.function);
        if let Some((_, of)) = &aggregate.of {
            self.push(" of ");
            self.node(of);
        }
        // Places are not among the rows: they are read before the row has a name.
        let bound = self.bound.len();
        self.bound.push(aggregate.slot);
        if let Some(value) = &aggregate.value {
            self.push(" ");
            self.node(value);
        }
        self.push(" from ");
        match &aggregate.from {
            FromNode::Rows(id) => self.timeline(id.0 as usize),
            FromNode::Entities(entity, columns, id) => {
                let program = self.program;
                let name = program.entities.get(entity.0 as usize).map_or("", |entity| &*entity.name);
                let source = self.plan.timelines.get(id.0 as usize).map(|timeline| timeline.source);
                let columns = source.map_or_else(String::new, |source| self.columns(source, columns));
                self.write(format_args!("{name} ({columns}) in "));
                self.timeline(id.0 as usize);
            }
            FromNode::Near(id, place, distance) => {
                if let Some(places) = self.plan.places.get(id.0 as usize) {
                    let text = places_text(self.program, places);
                    self.push(&text);
                }
                let inside = self.bound.split_off(bound);
                match distance {
                    Some(distance) => {
                        self.push(" within ");
                        self.node(distance);
                        self.push(" of ");
                    }
                    None => self.push(" nearest to "),
                }
                self.node(place);
                self.bound.extend(inside);
            }
            FromNode::Derived(source) => self.derived(*source),
            FromNode::DerivedEntities(entity, columns, source) => {
                let program = self.program;
                let name = program.entities.get(entity.0 as usize).map_or("", |entity| &*entity.name);
                let columns = self.columns(*source, columns);
                self.write(format_args!("{name} ({columns}) in "));
                self.derived(*source);
            }
            FromNode::Group => self.push("the group"),
            FromNode::Findings(models) => {
                let names = models.iter().filter_map(|id| self.program.models.get(id.index())).map(|m| &*m.name);
                let names = names.collect::<Vec<_>>().join(", ");
                self.write(format_args!("findings of ({names})"));
            }
        }
        if let Some(filter) = &aggregate.filter {
            self.push(" where ");
            self.node(filter);
        }
        self.bound.pop();
        if let Some(window) = &aggregate.window {
            self.window(window);
        }
    }

    fn derived(&mut self, source: SourceId) {
        if let Some(declared) = self.program.sources.get(source.index())
            && let SourceKind::Derived(table) = &declared.kind
        {
            let text = derived_name(table, &declared.name);
            self.push(&text);
        }
    }

    fn timeline(&mut self, index: usize) {
        if let Some(timeline) = self.plan.timelines.get(index) {
            let text = timeline_text(self.program, timeline);
            self.push(&text);
        }
    }

    fn value(&mut self, value: &Value) {
        match value {
            Value::Missing => self.push("missing"),
            Value::Bool(truth) => self.write(format_args!("{truth}")),
            Value::Int(number) => self.write(format_args!("{number}")),
            Value::Float(number) => self.write(format_args!("{number:?}")),
            Value::Text(text) => self.write(format_args!("{text:?}")),
            Value::Entity(EntityKey::Single(key)) => self.write(format_args!("entity {key:?}")),
            Value::Level(level) => self.push(self.program.levels.name(*level)),
            Value::Enum(id, variant) => {
                let variants = self.program.enums.get(id.0 as usize).map(|item| &item.variants);
                let name = variants.and_then(|all| all.get(*variant as usize)).map_or("", |(name, _)| &**name);
                let of = self.program.enums.get(id.0 as usize).map_or("", |item| &*item.name);
                self.write(format_args!("{of}.{name}"));
            }
            other => self.write(format_args!("{other:?}")),
        }
    }
}

/// The name of a derived table, different for those of different models.
pub(super) fn derived_name(table: &Derived, name: &str) -> String {
    match &table.model {
        Some(model) => format!("rows {model}.{name}"),
        None => format!("rows {name}"),
    }
}

/// `access by home`
pub(super) fn timeline_text(program: &Program, timeline: &TimelinePlan) -> String {
    let Some(source) = program.sources.get(timeline.source.index()) else { return String::new() };
    let columns = timeline.by.iter().filter_map(|column| source.columns.get(column.index())).map(|c| &*c.name);
    format!("{} by {}", source.name, columns.collect::<Vec<_>>().join(", "))
}

/// `complaints by place`
pub(super) fn places_text(program: &Program, places: &PlacesPlan) -> String {
    let Some(source) = program.sources.get(places.source.index()) else { return String::new() };
    let column = source.columns.get(places.column.index()).map_or("", |column| &*column.name);
    format!("{} by {column}", source.name)
}

/// `1 month 2 days`
pub(crate) fn span_text(span: SpanOfTime) -> String {
    let mut parts = Vec::new();
    if span.months != 0 {
        parts.push(plural(span.months, "month"));
    }
    if span.days != 0 {
        parts.push(plural(span.days, "day"));
    }
    let mut micros = span.micros;
    for (length, name) in [(3_600_000_000, "h"), (60_000_000, "min"), (1_000_000, "s"), (1, "µs")] {
        if micros / length != 0 {
            parts.push(format!("{} {name}", micros / length));
            micros %= length;
        }
    }
    if parts.is_empty() { "0 s".into() } else { parts.join(" ") }
}

fn plural(count: i64, unit: &str) -> String {
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

fn unit_text(unit: CalendarUnit) -> &'static str {
    match unit {
        CalendarUnit::Day => "day",
        CalendarUnit::Week => "week",
        CalendarUnit::Month => "month",
        CalendarUnit::Quarter => "quarter",
        CalendarUnit::Year => "year",
    }
}

fn function_text(function: AggregateFunction) -> String {
    match function {
        AggregateFunction::Count => "count".into(),
        AggregateFunction::CountDistinct => "count distinct".into(),
        AggregateFunction::Sum => "sum".into(),
        AggregateFunction::Mean => "mean".into(),
        AggregateFunction::Min => "min".into(),
        AggregateFunction::Max => "max".into(),
        AggregateFunction::Stddev => "stddev".into(),
        AggregateFunction::Quantile(q) => format!("quantile({q:?})"),
        AggregateFunction::MostCommon => "most common".into(),
        AggregateFunction::First => "first".into(),
        AggregateFunction::Last => "last".into(),
        AggregateFunction::Any => "any".into(),
        AggregateFunction::All => "all".into(),
        AggregateFunction::None => "none".into(),
        AggregateFunction::The => "the".into(),
        AggregateFunction::List => "list".into(),
        AggregateFunction::Nearest => "nearest".into(),
        AggregateFunction::LongestRun => "longest run where".into(),
        AggregateFunction::MaxOverlap => "max overlap".into(),
        AggregateFunction::Trend => "trend".into(),
        AggregateFunction::Held { .. } => "held".into(),
    }
}
