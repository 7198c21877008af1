//! Sequences: `match … then … within … without …`.

use super::chunk::Node;
use super::{Parser, Read, Rule};
use crate::diagnostics::syntax::{DeadlineNotLast, RepeatedClause};
use crate::syntax::{Match, MatchStep, Without};

impl Parser<'_> {
    /// The sequence, and its `about` clause.
    pub(super) fn match_line<'c>(&mut self, node: &Node<'c>) -> Read<(Match, Option<Node<'c>>)> {
        let mut parts = node.parts();
        let overlapping = parts.take_if(Rule::overlapping).is_some();
        let mut steps = vec![self.match_step(&parts.need(Rule::match_step)?)?];
        let mut deadline: Option<(Without, crate::source::Span)> = None;
        let mut about = None;
        for part in parts {
            if part.rule() == Rule::about {
                about = Some(part);
                continue;
            }
            if let Some((_, at)) = deadline {
                return Err(self.report(DeadlineNotLast { at }));
            }
            let clause = part.only()?;
            let at = self.token_span(clause.token());
            match clause.rule() {
                Rule::then => steps.push(self.match_step(&clause.only()?)?),
                Rule::without => {
                    let mut inner = clause.parts();
                    let selection = self.selection(&inner.one()?)?;
                    let within = inner.next().map(|within| self.expression(&within.only()?)).transpose()?;
                    let without = Without { selection, within };
                    if without.within.is_some() {
                        deadline = Some((without, at));
                    } else if let Some(step) = steps.last_mut() {
                        step.without.push(without);
                    }
                }
                _ => {
                    let within = self.expression(&clause.only()?)?;
                    let clause = self.source_text(at);
                    match steps.last_mut() {
                        Some(step) if step.within.is_none() => step.within = Some(within),
                        _ => return Err(self.report(RepeatedClause { at, clause, first: None })),
                    }
                }
            }
        }
        Ok((Match { steps, deadline: deadline.map(|(without, _)| without), overlapping }, about))
    }

    fn match_step(&mut self, node: &Node<'_>) -> Read<MatchStep> {
        let mut parts = node.parts();
        let name = self.name(&parts.one()?)?;
        Ok(MatchStep { name, selection: self.selection(&parts.one()?)?, within: None, without: Vec::new() })
    }
}
