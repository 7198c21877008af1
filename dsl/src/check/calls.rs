//! Calls: standard functions, the package's functions (written out), plugins' functions.

use super::context::{Checker, MAX_NODES, Scope, State};
use super::kinds::{expression, unknown};
use super::names::{Global, PackageId};
use crate::diagnostics::Word;
use crate::diagnostics::names::{CyclicFacts, TooLarge};
use crate::diagnostics::types::{ArgumentCount, TypeMismatch};
use crate::program::{Expr, ExprKind, Kind, Type, Value};
use crate::source::Span;
use crate::syntax;
use watchfire_stdlib::functions::{self, Context, Function, Mismatch};
use watchfire_stdlib::ops::Site;
use watchfire_stdlib::zone::Zone;

/// The value of a standard function for constants.
pub(super) fn evaluate(function: &Function, arguments: &[Value], zone: &Zone, site: Site) -> Option<Value> {
    Some(function.call(arguments, &Context { zone, site })).filter(Value::is_known)
}

/// `a.b.c` where it is nothing but names.
fn dotted(e: &syntax::Expr) -> Option<(String, syntax::Name)> {
    match &e.kind {
        syntax::ExprKind::Name(name) => Some((name.text.clone(), name.clone())),
        syntax::ExprKind::Member { base, name } => {
            let (before, _) = dotted(base)?;
            let whole = format!("{before}.{}", name.text);
            Some((whole.clone(), syntax::Name { text: whole, span: e.span, quoted: false }))
        }
        _ => None,
    }
}

impl Checker<'_> {
    /// `f(a, b)`
    pub(super) fn call(
        &mut self,
        scope: &mut Scope,
        function: &syntax::Expr,
        arguments: &[syntax::Expr],
        span: Span,
    ) -> Expr {
        let Some((text, name)) = dotted(function) else {
            for argument in arguments {
                self.expr(scope, argument, None);
            }
            let kind = self.expr(scope, function, None).ty.kind;
            if kind != Kind::Unknown {
                let found = self.kind_name(&kind);
                self.report(crate::diagnostics::types::NotDefinedFor {
                    at: span,
                    operator: "( )".to_owned(),
                    found: vec![found],
                });
            }
            return unknown(span);
        };
        if let Some((package, name)) = self.called(scope, function) {
            match self.packages[package.0].values.get(&name.text).map(|(what, _)| *what) {
                Some(Global::Function(index)) => return self.write_out(scope, index, arguments, span),
                Some(Global::Extern(id)) => {
                    if scope.in_table {
                        self.not_in_table(&name.text, name.span);
                        return unknown(span);
                    }
                    let declared = &self.externs[id.index()];
                    let (parameters, result) = (declared.parameters.clone(), declared.result.clone());
                    let kinds: Vec<Kind> = parameters.iter().map(|(_, ty)| ty.kind.clone()).collect();
                    let typed = self.arguments(scope, &name.text, &kinds, arguments, span);
                    let Some(arguments) = typed else { return unknown(span) };
                    let private = result.private || arguments.iter().any(|a| a.ty.private);
                    let ty = Type { private, ..result };
                    return expression(ExprKind::Extern { function: id, arguments }, ty, span);
                }
                _ => {}
            }
        }
        match functions::lookup(&text) {
            Some(found) => self.standard(scope, found, arguments, span),
            None => {
                for argument in arguments {
                    self.expr(scope, argument, None);
                }
                let mut all: Vec<String> = functions::functions().iter().map(|f| f.name.to_owned()).collect();
                all.extend(functions::functions().iter().map(|f| f.name_zh.to_owned()));
                all.extend(self.visible_names(span, |names| {
                    let is_function = |what: &Global| matches!(what, Global::Function(_) | Global::Extern(_));
                    let found = names.values.iter().filter(|(_, (what, _))| is_function(what));
                    found.map(|(name, _)| name.clone()).collect()
                }));
                self.unknown_name(&name, Word::FUNCTION, all);
                unknown(span)
            }
        }
    }

    /// The package and name of a function that is called as `density(…)` or `city.density(…)`.
    fn called<'e>(&self, scope: &Scope, function: &'e syntax::Expr) -> Option<(PackageId, &'e syntax::Name)> {
        match &function.kind {
            syntax::ExprKind::Name(name) => Some((self.package_at(name.span), name)),
            syntax::ExprKind::Member { base, name } => match &base.kind {
                syntax::ExprKind::Name(alias) if !self.is_bound(scope, alias) => {
                    Some((self.used_package(alias)?, name))
                }
                _ => None,
            },
            _ => None,
        }
    }

    fn standard(
        &mut self,
        scope: &mut Scope,
        function: &'static Function,
        arguments: &[syntax::Expr],
        span: Span,
    ) -> Expr {
        let mut typed = Vec::with_capacity(arguments.len());
        for (index, argument) in arguments.iter().enumerate() {
            let want = match function.parameters.get(index).map(|p| &p.pattern) {
                Some(functions::Pattern::Exact(kind)) => Some(kind.clone()),
                Some(functions::Pattern::Same(first)) => typed.get(*first).map(|first: &Expr| first.ty.kind.clone()),
                _ => None,
            };
            typed.push(self.expr(scope, argument, want.as_ref()));
        }
        let kinds: Vec<Kind> = typed.iter().map(|a| a.ty.kind.clone()).collect();
        let kind = match function.result_kind(&kinds) {
            Ok(kind) => kind,
            Err(Mismatch::Count(expected)) => {
                let (found, signature) = (arguments.len(), function.signature());
                self.report(ArgumentCount { at: span, function: function.name.to_owned(), expected, found, signature });
                return unknown(span);
            }
            Err(Mismatch::Argument { index, wanted, .. }) => {
                let Some(argument) = typed.get(index) else { return unknown(span) };
                match function.parameters.get(index).map(|p| &p.pattern) {
                    Some(functions::Pattern::Exact(kind)) => {
                        let argument = argument.clone();
                        self.misfit(&argument, kind, None);
                    }
                    _ => {
                        let found = self.kind_name(&argument.ty.kind);
                        self.report(TypeMismatch { at: argument.span, expected: wanted, found, because: None });
                    }
                }
                return unknown(span);
            }
        };
        if !function.is_for_expressions() {
            self.report(crate::diagnostics::types::NotDefinedFor {
                at: span,
                operator: function.name.to_owned(),
                found: kinds.iter().map(|k| self.kind_name(k)).collect(),
            });
            return unknown(span);
        }
        if kinds.contains(&Kind::Unknown) {
            return expression(ExprKind::Constant(Value::Missing), Type::new(kind), span);
        }
        let optional = function.optional || typed.iter().any(|a| a.ty.optional);
        let private = kind != Kind::Bool && typed.iter().any(|a| a.ty.private);
        let ty = Type { kind, optional, private };
        expression(ExprKind::Call { function, arguments: typed }, ty, span)
    }

    /// Arguments for parameters of these kinds.
    fn arguments(
        &mut self,
        scope: &mut Scope,
        name: &str,
        kinds: &[Kind],
        arguments: &[syntax::Expr],
        span: Span,
    ) -> Option<Vec<Expr>> {
        let mut typed = Vec::with_capacity(arguments.len());
        for (index, argument) in arguments.iter().enumerate() {
            let want = kinds.get(index);
            let value = self.expr(scope, argument, want);
            typed.push(match want {
                Some(want) => self.need(value, want, None),
                None => value,
            });
        }
        if kinds.len() != arguments.len() {
            let names: Vec<String> = kinds.iter().map(|k| self.kind_name(k)).collect();
            self.report(ArgumentCount {
                at: span,
                function: name.to_owned(),
                expected: kinds.len(),
                found: arguments.len(),
                signature: format!("{name}({})", names.join(", ")),
            });
            return None;
        }
        Some(typed)
    }

    /// A call of one of the package's functions: its body with the arguments in place of the parameters.
    fn write_out(&mut self, scope: &mut Scope, index: usize, arguments: &[syntax::Expr], span: Span) -> Expr {
        let function = &self.functions[index];
        let (declared, item, busy) = (function.syntax, function.item, function.busy);
        let parameters = function.parameters.clone();
        let kinds: Vec<Kind> = parameters.iter().map(|(_, kind, _)| kind.clone()).collect();
        let typed = self.arguments(scope, &declared.name.text, &kinds, arguments, span);
        if busy {
            let name = declared.name.text.clone();
            self.report(CyclicFacts { at: span, path: vec![name.clone(), name], through: Vec::new() });
            return unknown(span);
        }
        let Some(typed) = typed else { return unknown(span) };
        self.inlined.insert(item);
        let mut bound = Vec::with_capacity(typed.len());
        for ((name, ..), value) in parameters.into_iter().zip(typed) {
            let size = value.size();
            bound.push((name, value, size));
        }
        let mut inner = Scope { arguments: bound, ..Scope::empty() };
        self.functions[index].busy = true;
        let result = declared.result.as_ref().map(|ty| self.type_named(ty));
        let body = self.expr(&mut inner, &declared.body, result.as_ref().map(|ty| &ty.kind));
        self.functions[index].busy = false;
        let body = match result {
            Some(ty) => self.need(body, &ty.kind, Some(declared.name.span)),
            None => body,
        };
        Expr { span, ..body }
    }

    /// Checks the bodies of functions, called or not.
    pub(super) fn check_functions(&mut self) {
        for index in 0..self.functions.len() {
            self.begin();
            let function = &self.functions[index];
            let declared = function.syntax;
            let arguments = function.parameters.iter().map(|(name, kind, optional)| {
                let ty = Type { kind: kind.clone(), optional: *optional, private: false };
                (name.clone(), expression(ExprKind::Now, ty, declared.name.span), 1)
            });
            let mut scope = Scope { arguments: arguments.collect(), ..Scope::empty() };
            self.functions[index].busy = true;
            let result = declared.result.as_ref().map(|ty| self.type_named(ty));
            let body = self.expr(&mut scope, &declared.body, result.as_ref().map(|ty| &ty.kind));
            if let Some(ty) = result {
                self.need(body, &ty.kind, declared.result.as_ref().map(|ty| ty.span));
            }
            self.functions[index].busy = false;
        }
    }

    /// The value of a constant, checked when first needed.
    pub(super) fn constant(&mut self, index: usize) -> Option<(Value, Kind)> {
        match self.constants[index].state.clone() {
            State::Done(value) => {
                self.inlined.extend(self.constants[index].inlined.iter().copied());
                return Some(value);
            }
            State::Broken => return None,
            State::Busy => {
                let at = self.constants[index].syntax.name.span;
                let name = self.constants[index].syntax.name.text.clone();
                self.report(CyclicFacts { at, path: vec![name.clone(), name], through: Vec::new() });
                return None;
            }
            State::Waiting => {}
        }
        self.constants[index].state = State::Busy;
        let outer = std::mem::take(&mut self.inlined);
        let declared = self.constants[index].syntax;
        let want = declared.ty.as_ref().map(|ty| self.type_named(ty).kind);
        let value = self.expr(&mut Scope::empty(), &declared.value, want.as_ref());
        let value = match &want {
            Some(want) => self.need(value, want, declared.ty.as_ref().map(|ty| ty.span)),
            None => value,
        };
        let found = self.fixed(&value).map(|fixed| (fixed, value.ty.kind));
        self.constants[index].state = found.clone().map_or(State::Broken, State::Done);
        let used = std::mem::replace(&mut self.inlined, outer);
        self.inlined.extend(used.iter().copied());
        self.constants[index].inlined = used;
        found
    }

    /// Counts parts of the declaration at hand; an error, once, where they are too many.
    pub(super) fn grow(&mut self, by: u32, at: Span) -> bool {
        let before = self.nodes;
        self.nodes = self.nodes.saturating_add(by);
        if before <= MAX_NODES && self.nodes > MAX_NODES {
            self.report(TooLarge { at });
        }
        self.nodes <= MAX_NODES
    }
}
