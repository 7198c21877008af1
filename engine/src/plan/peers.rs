//! Values among peers: which there are in a model, and what counts as a row behind them.

use super::ModelPlan;
use super::node::{Node, NodeKind, PeersNode};
use std::collections::BTreeSet;
use std::sync::Arc;
use watchfire_dsl::program::{Expr, ExprKind, From, Let, Program, SourceId, SourceKind, SourceTime};

impl ModelPlan {
    /// Its values among peers, each after those that it uses.
    pub(super) fn find_peers(&self) -> Vec<Arc<PeersNode>> {
        let mut found: Vec<Arc<PeersNode>> = Vec::new();
        let mut waiting: Vec<&Node> = self.nodes().collect();
        while let Some(node) = waiting.pop() {
            if let NodeKind::Peers(peers) = &node.kind {
                found.push(peers.clone());
            }
            waiting.extend(node.children());
        }
        found.sort_by_key(|peers| peers.id);
        found
    }
}

/// Whether a source's rows have no time.
pub(crate) fn is_timeless(program: &Program, source: SourceId) -> bool {
    match program.sources.get(source.index()).map(|source| &source.kind) {
        Some(SourceKind::Table(table)) => table.time == SourceTime::Timeless,
        Some(SourceKind::Union(parts)) => parts.iter().all(|part| is_timeless(program, part.source)),
        Some(SourceKind::Derived(table)) => !table.dated,
        Some(SourceKind::Edges { .. }) => false,
        None => false,
    }
}

/// Whether a value depends on rows that lie in time, or on findings.
pub(super) fn reads_dated(program: &Program, lets: &[Let], value: &Expr) -> bool {
    let (mut found, mut seen) = (false, BTreeSet::new());
    let mut waiting = vec![value];
    while let Some(value) = waiting.pop() {
        value.visit(&mut |e| match &e.kind {
            ExprKind::Aggregate(aggregate) => {
                found |= match &aggregate.selection.from {
                    From::Rows { source, .. } | From::Entities { source, .. } | From::Near { source, .. } => {
                        !is_timeless(program, *source)
                    }
                    From::Findings(_) => true,
                    From::Group => false,
                };
            }
            ExprKind::Fact { fact, .. } if seen.insert((0, fact.index())) => {
                waiting.extend(program.facts.get(fact.index()).map(|fact| &fact.value));
            }
            ExprKind::Let(id) if seen.insert((1, id.index())) => {
                waiting.extend(lets.get(id.index()).map(|item| &item.value));
            }
            _ => {}
        });
    }
    found
}
