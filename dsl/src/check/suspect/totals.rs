//! Low totals of a source that says nothing about outages: where deliveries stop, they are low too.

use super::ranges::Ranges;
use crate::diagnostics::Diagnostic;
use crate::diagnostics::lints::LowWithoutExpect;
use crate::program::{
    Aggregate, AggregateFunction, Expr, ExprKind, From, Model, Program, Source, SourceId, SourceKind, SourceTime,
};
use crate::source::{SourceMap, Span};
use crate::syntax::BinaryOperator as B;

/// `sum … < x` and `count … < x` over a window of events for which nothing is expected.
pub(super) fn low_without_expect(program: &Program, texts: &SourceMap, functions: &[Span]) -> Vec<Diagnostic> {
    let ranges = Ranges::declared(program, texts, functions);
    let mut said = Vec::new();
    let facts = program.facts.iter().map(|fact| (None, &fact.value));
    let models = program.models.iter().flat_map(|model| {
        let rules = model.levels.iter().filter_map(|rule| rule.condition.as_ref());
        let lets = model.lets.iter().map(|declared| &declared.value);
        let all = lets.chain([&model.condition]).chain(rules).chain(model.trigger.expressions());
        all.map(move |e| (Some(model), e))
    });
    for (model, value) in facts.chain(models) {
        value.visit(&mut |e| {
            let ExprKind::Binary(operator, left, right) = &e.kind else { return };
            let low = match operator {
                B::Less | B::LessOrEqual => left,
                B::Greater | B::GreaterOrEqual => right,
                _ => return,
            };
            let found = total(program, model, low, 0).and_then(|total| unexpected(program, total));
            if let Some(source) = found.filter(|_| !ranges.is_in_function(e.span)) {
                let name = source.name.to_string();
                said.push(LowWithoutExpect { at: e.span, source: name, declared: Some(source.span) }.into());
            }
        });
    }
    said
}

/// The total that a value is, through names.
fn total<'p>(program: &'p Program, model: Option<&'p Model>, e: &'p Expr, depth: u32) -> Option<&'p Aggregate> {
    let next = |model, e| if depth < 32 { total(program, model, e, depth + 1) } else { None };
    match &e.kind {
        ExprKind::Aggregate(aggregate) => match aggregate.function {
            AggregateFunction::Sum | AggregateFunction::Count | AggregateFunction::CountDistinct => Some(aggregate),
            _ => None,
        },
        ExprKind::Let(id) => next(model, &model?.lets.get(id.index())?.value),
        ExprKind::Fact { fact, .. } => next(None, &program.facts.get(fact.index())?.value),
        // A whole number where any number may stand.
        ExprKind::Binary(B::Multiply, value, one) if matches!(one.kind, ExprKind::Constant(_)) => next(model, value),
        _ => None,
    }
}

/// The events behind a total over a window for which nothing is expected.
fn unexpected<'p>(program: &'p Program, total: &Aggregate) -> Option<&'p Source> {
    total.selection.window.as_ref()?;
    match &total.selection.from {
        From::Rows { source, .. } | From::Entities { source, .. } | From::Near { source, .. } => {
            table(program, *source)
        }
        From::Group | From::Findings(_) => None,
    }
}

fn table(program: &Program, id: SourceId) -> Option<&Source> {
    let source = program.sources.get(id.index())?;
    match &source.kind {
        SourceKind::Table(table) => {
            (matches!(table.time, SourceTime::Events { .. }) && table.expect.is_none()).then_some(source)
        }
        SourceKind::Edges { of, .. } => table(program, *of),
        SourceKind::Union(parts) => parts.iter().find_map(|part| table(program, part.source)),
        SourceKind::Derived(derived) => match &derived.selection.from {
            From::Rows { source, .. } => table(program, *source),
            _ => None,
        },
    }
}
