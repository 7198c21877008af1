//! `X as of T`: a value at another instant.

use super::context::{Checker, Scope};
use super::kinds::{expression, unknown};
use crate::diagnostics::Word;
use crate::diagnostics::models::PeersNotHere;
use crate::program::{Expr, ExprKind, Kind, Type};
use crate::source::Span;
use crate::syntax;
use std::collections::BTreeSet;

impl Checker<'_> {
    /// `value as of at`
    pub(super) fn as_of(
        &mut self,
        scope: &mut Scope,
        (value, at): (&syntax::Expr, &syntax::Expr),
        span: Span,
        want: Option<&Kind>,
    ) -> Expr {
        let value = self.expr(scope, value, want);
        let at = self.moment(scope, at);
        if scope.row_only {
            return self.nothing_at_hand("as of", span);
        }
        let (Some(at), true) = (at, value.ty.kind != Kind::Unknown) else { return unknown(span) };
        if self.compares_peers(&value) {
            self.report(PeersNotHere { at: value.span, place: Word::AT_ANOTHER_INSTANT });
            return unknown(span);
        }
        let ty = Type { optional: value.ty.optional || at.ty.optional, ..value.ty.clone() };
        expression(ExprKind::AsOf { value: Box::new(value), at: Box::new(at) }, ty, span)
    }

    /// Whether a value is compared among peers, or uses a `let` that is: peers are there at the instants of the grid only.
    fn compares_peers(&self, value: &Expr) -> bool {
        let (mut found, mut seen) = (false, BTreeSet::new());
        let mut waiting = vec![value];
        while let Some(value) = waiting.pop() {
            value.visit(&mut |e| match &e.kind {
                ExprKind::Peers(_) => found = true,
                ExprKind::Let(id) if seen.insert(*id) => {
                    let typed = self.model.as_ref().and_then(|model| model.typed.get(id.index()));
                    waiting.extend(typed.map(|declared| &declared.value));
                }
                _ => {}
            });
        }
        found
    }
}
