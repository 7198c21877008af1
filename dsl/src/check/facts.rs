//! Package facts: checked when first needed, so that each comes after those it uses.

use super::context::{Checker, Scope, State};
use super::kinds::unknown;
use crate::diagnostics::names::CyclicFacts;
use crate::program::{Fact, FactId};
use crate::source::Span;

impl Checker<'_> {
    /// All facts.
    pub(super) fn check_facts(&mut self) {
        for index in 0..self.fact_states.len() {
            let at = self.fact_states[index].syntax.name.span;
            self.check_fact(index, at);
        }
    }

    /// A fact; none where it needs itself.
    pub(super) fn check_fact(&mut self, index: usize, at: Span) -> Option<FactId> {
        match self.fact_states[index].state.clone() {
            State::Done(id) => return Some(id),
            State::Broken => return None,
            State::Busy => {
                let start = self.fact_stack.iter().position(|f| *f == index).unwrap_or(0);
                let chain = self.fact_stack[start..].iter().map(|f| &self.fact_states[*f].syntax.name);
                let mut path: Vec<String> = chain.clone().map(|n| n.text.clone()).collect();
                path.extend(path.first().cloned());
                let through = chain.clone().skip(1).map(|n| n.span).collect();
                let at = chain.clone().next().map_or(at, |n| n.span);
                self.report(CyclicFacts { at, path, through });
                return None;
            }
            State::Waiting => {}
        }
        self.fact_states[index].state = State::Busy;
        self.fact_stack.push(index);
        // The declaration that needs this fact waits.
        let model = self.model.take();
        let inlined = std::mem::take(&mut self.inlined);
        let (slot, nodes) = (self.next_slot, self.nodes);
        (self.next_slot, self.nodes) = (1, 0);

        let (declared, entity) = (self.fact_states[index].syntax, self.fact_states[index].entity);
        let mut scope = Scope::about(entity);
        let value = match entity {
            Some(_) => self.expr(&mut scope, &declared.value, None),
            None => unknown(declared.value.span),
        };

        self.model = model;
        (self.next_slot, self.nodes) = (slot, nodes);
        let used = std::mem::replace(&mut self.inlined, inlined);
        self.fact_stack.pop();
        let found = entity.map(|entity| {
            let id = FactId(u32::try_from(self.facts.len()).unwrap_or(u32::MAX));
            let name = self.full_name(&declared.name);
            self.facts.push(Fact { name, entity, value, span: declared.name.span });
            self.fact_inlined.push(used);
            id
        });
        self.fact_states[index].state = found.map_or(State::Broken, State::Done);
        found
    }
}
