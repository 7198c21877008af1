//! The declaration of diagnostics: one macro makes the struct, its conversion and its entry in the list of codes.

use super::{Diagnostic, Edits, Fix, Label, Word};
use crate::source::Span;
use serde::Serialize;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The package cannot run.
    Error,
    /// The package runs; perhaps not as meant.
    Warning,
}

/// What is known of a kind of diagnostic without an instance of it.
#[derive(Debug, PartialEq, Eq)]
pub struct CodeInfo {
    /// The stable code, as in `E0203`.
    pub code: &'static str,
    /// Name of the struct.
    pub name: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// Its fields in order.
    pub fields: &'static [FieldInfo],
}

/// A field of a declared diagnostic.
#[derive(Debug, PartialEq, Eq)]
pub struct FieldInfo {
    /// Its name, which its texts use.
    pub name: &'static str,
    /// What it is for.
    pub role: FieldRole,
    /// Whether it may be missing.
    pub optional: bool,
}

/// What a field is for; its type decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldRole {
    /// Underlined text.
    Label,
    /// A value for the texts.
    Value,
    /// A fix that can be applied.
    Fix,
}

/// A value for the texts.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Shown as it is.
    Text(String),
    /// A number, which texts may use to choose a plural.
    Number(i64),
    /// A word that is translated.
    Word(Word),
    /// Several values, shown with commas.
    List(Vec<Value>),
    /// An optional value that is not there.
    Missing,
}

/// Implemented by each declared struct.
pub trait Declared: Into<Diagnostic> {
    /// What was declared.
    const INFO: &'static CodeInfo;
}

/// A type that a field of a declared diagnostic may have.
pub trait Field {
    /// What such a field is for.
    const ROLE: FieldRole;
    /// Whether it may be missing.
    const OPTIONAL: bool = false;
    /// Adds the field to the diagnostic.
    fn put(self, name: &'static str, diagnostic: &mut Diagnostic);
}

impl Field for Span {
    const ROLE: FieldRole = FieldRole::Label;
    fn put(self, name: &'static str, diagnostic: &mut Diagnostic) {
        let first = diagnostic.info.fields.iter().find(|field| field.role == FieldRole::Label);
        let primary = first.is_some_and(|field| field.name == name) && diagnostic.primary().is_none();
        diagnostic.labels.push(Label { field: name, span: self, primary });
    }
}

impl Field for Vec<Span> {
    const ROLE: FieldRole = FieldRole::Label;
    fn put(self, name: &'static str, diagnostic: &mut Diagnostic) {
        for span in self {
            span.put(name, diagnostic);
        }
    }
}

impl Field for Edits {
    const ROLE: FieldRole = FieldRole::Fix;
    fn put(self, name: &'static str, diagnostic: &mut Diagnostic) {
        diagnostic.fixes.push(Fix { field: name, edits: self });
    }
}

impl Field for Option<Span> {
    const ROLE: FieldRole = FieldRole::Label;
    const OPTIONAL: bool = true;
    fn put(self, name: &'static str, diagnostic: &mut Diagnostic) {
        if let Some(span) = self {
            span.put(name, diagnostic);
        }
    }
}

impl Field for Option<Edits> {
    const ROLE: FieldRole = FieldRole::Fix;
    const OPTIONAL: bool = true;
    fn put(self, name: &'static str, diagnostic: &mut Diagnostic) {
        if let Some(edits) = self {
            edits.put(name, diagnostic);
        }
    }
}

/// Makes value fields of types that turn into a [`Value`], and of `Option` of them.
macro_rules! value_fields {
    ($( $ty:ty => |$it:ident| $value:expr ),* $(,)?) => { $(
        impl From<$ty> for Value {
            fn from($it: $ty) -> Value { $value }
        }
        impl Field for $ty {
            const ROLE: FieldRole = FieldRole::Value;
            fn put(self, name: &'static str, diagnostic: &mut Diagnostic) {
                diagnostic.values.push((name, Value::from(self)));
            }
        }
        impl Field for Option<$ty> {
            const ROLE: FieldRole = FieldRole::Value;
            const OPTIONAL: bool = true;
            fn put(self, name: &'static str, diagnostic: &mut Diagnostic) {
                diagnostic.values.push((name, self.map_or(Value::Missing, Value::from)));
            }
        }
    )* };
}

value_fields! {
    String => |it| Value::Text(it),
    &'static str => |it| Value::Text(it.to_owned()),
    char => |it| Value::Text(it.to_string()),
    bool => |it| Value::Text(it.to_string()),
    f64 => |it| Value::Text(it.to_string()),
    i64 => |it| Value::Number(it),
    u32 => |it| Value::Number(i64::from(it)),
    usize => |it| Value::Number(i64::try_from(it).unwrap_or(i64::MAX)),
    Word => |it| Value::Word(it),
    Vec<String> => |it| Value::List(it.into_iter().map(Value::Text).collect()),
    Vec<Word> => |it| Value::List(it.into_iter().map(Value::Word).collect()),
    Vec<Value> => |it| Value::List(it),
}

impl Field for Value {
    const ROLE: FieldRole = FieldRole::Value;
    fn put(self, name: &'static str, diagnostic: &mut Diagnostic) {
        diagnostic.values.push((name, self));
    }
}

/// Declares the diagnostics of an area. The [module documentation](crate::diagnostics) tells how.
macro_rules! diagnostics {
    ($(
        $(#[$doc:meta])*
        $code:ident $severity:ident $name:ident { $( $(#[$field_doc:meta])* $field:ident : $ty:ty ),* $(,)? }
    )*) => {
        $(
            $(#[$doc])*
            #[doc = concat!("\n\nCode `", stringify!($code), "`.")]
            #[derive(Clone, Debug)]
            pub struct $name {
                $(
                    $(#[$field_doc])*
                    #[doc = concat!("`", stringify!($field), "` in the texts of `", stringify!($code), "`.")]
                    pub $field: $ty,
                )*
            }

            impl $crate::diagnostics::Declared for $name {
                const INFO: &'static $crate::diagnostics::CodeInfo = &$crate::diagnostics::CodeInfo {
                    code: stringify!($code),
                    name: stringify!($name),
                    severity: diagnostics!(@severity $severity),
                    fields: &[$(
                        $crate::diagnostics::FieldInfo {
                            name: stringify!($field),
                            role: <$ty as $crate::diagnostics::Field>::ROLE,
                            optional: <$ty as $crate::diagnostics::Field>::OPTIONAL,
                        },
                    )*],
                };
            }

            impl From<$name> for $crate::diagnostics::Diagnostic {
                fn from(it: $name) -> Self {
                    let info = <$name as $crate::diagnostics::Declared>::INFO;
                    let mut diagnostic =
                        $crate::diagnostics::Diagnostic { info, labels: Vec::new(), fixes: Vec::new(), values: Vec::new() };
                    let $name { $( $field ),* } = it;
                    $( $crate::diagnostics::Field::put($field, stringify!($field), &mut diagnostic); )*
                    diagnostic
                }
            }
        )*

        /// The codes declared here.
        pub(super) const CODES: &[&$crate::diagnostics::CodeInfo] =
            &[$( <$name as $crate::diagnostics::Declared>::INFO ),*];
    };
    (@severity error) => { $crate::diagnostics::Severity::Error };
    (@severity warning) => { $crate::diagnostics::Severity::Warning };
}
