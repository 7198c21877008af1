//! Parameters of models: type, default, range; what profiles of the manifest set.

use super::context::{Checker, Scope};
use super::kinds::{is_ordered, widen};
use super::names::PackageId;
use crate::diagnostics::models::OutsideRange;
use crate::diagnostics::package::{ProfileUnknownParameter, ProfileValueRange, ProfileValueType};
use crate::diagnostics::types::NoOrder;
use crate::diagnostics::{Edits, suggest};
use crate::program::{Kind, Parameter, ParameterId, Type, Value};
use crate::source::Span;
use crate::syntax::{self, StatementKind};
use std::collections::BTreeMap;
use std::sync::Arc;

impl Checker<'_> {
    /// Parameters of all models: profiles and tests set them.
    pub(super) fn declare_parameters(&mut self) {
        for head in 0..self.heads.len() {
            self.begin();
            for statement in &self.heads[head].syntax.statements {
                let StatementKind::Param(param) = &statement.kind else { continue };
                if let Some(first) = self.heads[head].parameters.get(&param.name.text) {
                    let first = self.parameters[first.index()].span;
                    self.declared_twice(&param.name, first);
                    continue;
                }
                let model = self.full_name(&self.heads[head].syntax.name);
                let parameter = self.parameter(model, param);
                let id = ParameterId(u32::try_from(self.parameters.len()).unwrap_or(u32::MAX));
                self.parameters.push(parameter);
                self.heads[head].parameters.insert(param.name.text.clone(), id);
            }
        }
    }

    fn parameter(&mut self, model: Arc<str>, param: &syntax::Param) -> Parameter {
        let written = param.ty.as_ref().map(|ty| self.type_named(ty).kind);
        let default = self.expr(&mut Scope::empty(), &param.default, written.as_ref());
        let default = match &written {
            Some(kind) => self.need(default, kind, param.ty.as_ref().map(|ty| ty.span)),
            None => default,
        };
        let kind = written.unwrap_or_else(|| default.ty.kind.clone());
        let value = self.fixed(&default).unwrap_or(Value::Missing);
        let range = param.range.as_ref().and_then(|range| {
            if !is_ordered(&kind) {
                let found = self.kind_name(&kind);
                self.report(NoOrder { at: range.low.span.to(range.high.span), found });
                return None;
            }
            let mut end = |e: &syntax::Expr| {
                let end = self.expr(&mut Scope::empty(), e, Some(&kind));
                self.need(end, &kind, Some(param.name.span))
            };
            let (low, high) = (end(&range.low), end(&range.high));
            if self.refuse_reversed(&low, &high) {
                return None;
            }
            let (low, high) = (self.fixed(&low), self.fixed(&high));
            Some((low?, high?, range.closed))
        });
        let parameter = Parameter {
            model,
            name: param.name.text.as_str().into(),
            ty: Type::new(kind),
            default: value,
            range,
            span: param.name.span,
        };
        if let Some(range) = &param.range {
            let text = |e: &syntax::Expr| self.texts.text(e.span).to_owned();
            let (low, high) = (text(&range.low), text(&range.high));
            self.in_parameter_range(&parameter, &parameter.default.clone(), param.default.span, (low, high));
        }
        parameter
    }

    fn in_parameter_range(&mut self, parameter: &Parameter, value: &Value, at: Span, (low, high): (String, String)) {
        if *value != Value::Missing && !is_inside(parameter, value) {
            let declared = Some(parameter.span).filter(|declared| *declared != at);
            self.report(OutsideRange { at, parameter: parameter.name.to_string(), low, high, declared });
        }
    }

    /// A value for a parameter, as a test gives it.
    pub(super) fn parameter_value(&mut self, id: ParameterId, e: &syntax::Expr) -> Option<Value> {
        let parameter = self.parameters[id.index()].clone();
        let value = self.expr(&mut Scope::empty(), e, Some(&parameter.ty.kind));
        let value = self.need(value, &parameter.ty.kind, Some(parameter.span));
        let value = self.fixed(&value)?;
        if !is_inside(&parameter, &value) {
            let (low, high) = self.range_words(&parameter);
            self.in_parameter_range(&parameter, &value, e.span, (low, high));
            return None;
        }
        Some(value)
    }

    /// The ends of a parameter's range as they are written.
    fn range_words(&self, parameter: &Parameter) -> (String, String) {
        for head in &self.heads {
            for statement in &head.syntax.statements {
                if let StatementKind::Param(param) = &statement.kind
                    && param.name.span == parameter.span
                    && let Some(range) = &param.range
                {
                    let text = |e: &syntax::Expr| self.texts.text(e.span).to_owned();
                    return (text(&range.low), text(&range.high));
                }
            }
        }
        (String::new(), String::new())
    }

    /// What the manifests' profiles set: names, types and ranges. `order` has each package after those that it uses, and
    /// the later word counts.
    pub(super) fn profiles(&mut self, order: &[PackageId]) -> BTreeMap<Arc<str>, BTreeMap<ParameterId, Value>> {
        let mut all: BTreeMap<Arc<str>, BTreeMap<ParameterId, Value>> = BTreeMap::new();
        for package in order {
            let manifest = self.packages[package.0].manifest;
            for (profile, declared) in &manifest.profiles {
                self.begin();
                let mut values = BTreeMap::new();
                for (name, given) in &declared.values {
                    let Some(id) = self.parameter_named(name, given.name) else {
                        let prefix = &self.packages[package.0].prefix;
                        let known = self.parameters.iter().map(|p| format!("{}.{}", p.model, p.name));
                        let known = known.map(|name| name.strip_prefix(prefix.as_str()).unwrap_or(&name).to_owned());
                        let suggestion = suggest(name, known);
                        let replace =
                            suggestion.as_deref().map(|text| Edits::replace(given.name, format!("\"{text}\"")));
                        self.report(ProfileUnknownParameter {
                            at: given.name,
                            profile: profile.clone(),
                            name: name.clone(),
                            suggestion,
                            replace,
                        });
                        continue;
                    };
                    self.in_profiles.insert(id);
                    if let Some(value) = self.profile_value(id, &given.value.value, given.value.span) {
                        values.insert(id, value);
                    }
                }
                all.entry(Arc::from(profile.as_str())).or_default().extend(values);
            }
        }
        all
    }

    /// The parameter that a manifest calls `model.parameter`, or `city.model.parameter` of a package that it uses.
    fn parameter_named(&self, name: &str, at: Span) -> Option<ParameterId> {
        let (model, parameter) = name.rsplit_once('.')?;
        let own = self.names_at(at);
        let through = model.split_once('.').and_then(|(alias, model)| Some((own.packages.get(alias)?, model)));
        let (model, _) = match through {
            Some((package, model)) => self.packages[package.0].models.get(model)?,
            None => own.models.get(model)?,
        };
        self.heads[model.index()].parameters.get(parameter).copied()
    }

    /// A TOML value as a parameter's. Quantities, dates and variants are texts in the language's own form.
    fn profile_value(&mut self, id: ParameterId, given: &toml::Value, at: Span) -> Option<Value> {
        let parameter = self.parameters[id.index()].clone();
        let kind = &parameter.ty.kind;
        if *kind == Kind::Unknown {
            return None;
        }
        let value = match (given, kind) {
            (toml::Value::Boolean(b), Kind::Bool) => Some(Value::Bool(*b)),
            (toml::Value::Integer(n), Kind::Int) => Some(Value::Int(*n)),
            #[expect(clippy::cast_precision_loss, reason = "a whole number stands for the nearest number")]
            (toml::Value::Integer(n), Kind::Float) => Some(Value::float(*n as f64)),
            (toml::Value::Integer(n), Kind::Hour) => u8::try_from(*n).ok().filter(|h| *h < 24).map(Value::Hour),
            (toml::Value::Float(x), Kind::Float) if x.is_finite() => Some(Value::float(*x)),
            (toml::Value::String(text), Kind::Text) => Some(Value::Text(text.as_str().into())),
            (toml::Value::String(text), _) => self.quietly(text, at, kind),
            _ => None,
        };
        let Some(value) = value else {
            let found = given.to_string();
            let (expected, declared) = (self.kind_name(kind), Some(parameter.span));
            let parameter = format!("{}.{}", parameter.model, parameter.name);
            self.report(ProfileValueType { at, parameter, expected, found, declared });
            return None;
        };
        if !is_inside(&parameter, &value) {
            let (low, high) = self.range_words(&parameter);
            let closed = parameter.range.as_ref().is_some_and(|(.., closed)| *closed);
            let range = format!("{low}..{}{high}", if closed { "=" } else { "" });
            let name = format!("{}.{}", parameter.model, parameter.name);
            self.report(ProfileValueRange {
                at,
                parameter: name,
                value: given.to_string(),
                range,
                declared: Some(parameter.span),
            });
            return None;
        }
        Some(value)
    }

    /// The value of a text in the language's own form, if it is one of this kind.
    fn quietly(&mut self, text: &str, at: Span, kind: &Kind) -> Option<Value> {
        let (parsed, problems) = crate::parse::parse_expr(at.file, text);
        let parsed = parsed.filter(|_| problems.is_empty())?;
        let before = self.diagnostics.len();
        let value = self.expr(&mut Scope::empty(), &parsed, Some(kind));
        let fits = self.diagnostics.len() == before && super::kinds::fits(&value.ty.kind, kind);
        self.diagnostics.truncate(before);
        let value = if value.ty.kind == Kind::Int && *kind == Kind::Float { widen(value) } else { value };
        if fits { self.fold(&value) } else { None }
    }
}

/// Whether a value lies in the parameter's range.
fn is_inside(parameter: &Parameter, value: &Value) -> bool {
    parameter
        .range
        .as_ref()
        .is_none_or(|(low, high, closed)| value >= low && if *closed { value <= high } else { value < high })
}
