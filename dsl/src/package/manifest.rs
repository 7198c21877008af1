//! The manifest, `watchfire.toml`.
//!
//! ```toml
//! [package]
//! name = "group_rental"
//! version = "0.1.0"
//! zone = "Asia/Shanghai"    # IANA name; this one if not given
//! language = "zh"           # zh or en: of messages and reports; zh if not given
//! description = "Flats let to groups"
//!
//! [data]                    # what lies behind each source: a file, a glob, a folder, or several
//! residents = "data/residents.parquet"
//! access = ["data/access-2023-*.parquet", "data/access-2024-*.parquet"]
//! flights = { path = "data/flights.csv", format = "csv", missing = ["", "NA"], delimiter = "," }
//!
//! [profiles.emergency]      # values of parameters; the checker knows their types
//! "address_overlap.min_people" = 4
//!
//! [plugins]                 # limits: fuel in instructions, the others in bytes
//! tracks = { path = "plugins/tracks.wasm", sha256 = "…", limits = { fuel = 1_000_000, memory = 67_108_864 } }
//! ```

use super::table::{Context, Keys};
use super::zone;
use crate::diagnostics::package::{
    BadDelimiter, BadHash, BadLimit, BadName, BadVersion, BadZone, EmptyPath, ManifestSyntax,
};
use crate::diagnostics::{Diagnostic, Edits, Language};
use crate::source::{FileId, Span};
use chrono_tz::Tz;
use std::collections::BTreeMap;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A value and where it is written. What is not written is at the `package` table.
#[derive(Clone, Debug, PartialEq)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// Where.
    pub span: Span,
}

/// What `watchfire.toml` says.
#[derive(Clone, Debug, PartialEq)]
pub struct Manifest {
    /// Name of the package.
    pub name: Located<String>,
    /// Its version, as `major.minor.patch`.
    pub version: Located<String>,
    /// Time zone of wall times and calendar steps.
    pub zone: Located<Tz>,
    /// Language of messages and reports where nothing else is asked for.
    pub language: Located<Language>,
    /// What the package is for.
    pub description: Option<Located<String>>,
    /// What lies behind each source, by the source's name.
    pub data: BTreeMap<String, DataEntry>,
    /// Values for parameters, by the profile's name.
    pub profiles: BTreeMap<String, Profile>,
    /// Plugins, by the name under which the package uses them.
    pub plugins: BTreeMap<String, Plugin>,
}

/// The data behind a source.
#[derive(Clone, Debug, PartialEq)]
pub struct DataEntry {
    /// The source's name in the manifest.
    pub name: Span,
    /// Files, globs or folders, from the package's folder; at least one.
    pub paths: Vec<Located<String>>,
    /// The format, where the file's name does not tell.
    pub format: Option<Located<DataFormat>>,
    /// Texts that mean "missing" in a CSV file.
    pub missing: Option<Vec<Located<String>>>,
    /// The character between the cells of a CSV file: an ASCII character.
    pub delimiter: Option<Located<u8>>,
}

/// A file format that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DataFormat {
    /// Apache Parquet.
    Parquet,
    /// Comma-separated values, RFC 4180, UTF-8.
    Csv,
    /// One JSON object a line.
    NdJson,
    /// Arrow IPC file.
    Arrow,
}

impl DataFormat {
    const NAMES: &'static [(&'static str, DataFormat)] = &[
        ("parquet", DataFormat::Parquet),
        ("csv", DataFormat::Csv),
        ("ndjson", DataFormat::NdJson),
        ("arrow", DataFormat::Arrow),
    ];

    /// The format that a file's name tells by its ending.
    pub fn of_path(path: &str) -> Option<Self> {
        let (_, ending) = path.rsplit_once('.')?;
        match ending.to_ascii_lowercase().as_str() {
            "parquet" | "pq" => Some(DataFormat::Parquet),
            "csv" | "tsv" => Some(DataFormat::Csv),
            "ndjson" | "jsonl" => Some(DataFormat::NdJson),
            "arrow" | "ipc" | "feather" => Some(DataFormat::Arrow),
            _ => None,
        }
    }

    /// Its name in the manifest.
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, format)| *format == self).map_or("", |(name, _)| name)
    }
}

/// Values that a profile gives to parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// Where its name is written.
    pub name: Span,
    /// By the parameter's name, as in `address_overlap.min_people`; the place is that of the value.
    pub values: BTreeMap<String, ProfileValue>,
}

/// A value that a profile gives to a parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct ProfileValue {
    /// Where the parameter's name is written.
    pub name: Span,
    /// The value as TOML. Quantities are texts, as in `"200 km/h"`.
    pub value: Located<toml::Value>,
}

/// A plugin that the package pins.
#[derive(Clone, Debug, PartialEq)]
pub struct Plugin {
    /// Where its name is written.
    pub name: Span,
    /// The WebAssembly component, from the package's folder.
    pub path: Located<String>,
    /// SHA-256 of the file: 64 hexadecimal digits in lower case.
    pub sha256: Located<String>,
    /// What it may use; defaults apply to what is not given.
    pub limits: PluginLimits,
}

/// What a plugin may use per call.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PluginLimits {
    /// Instructions.
    pub fuel: Option<Located<u64>>,
    /// Bytes of memory.
    pub memory: Option<Located<u64>>,
    /// Bytes of stack.
    pub stack: Option<Located<u64>>,
    /// Bytes that it may return.
    pub output: Option<Located<u64>>,
}

/// Reads a manifest; `None` if it lacks what a package cannot do without. Everything wrong is added to `diagnostics`.
pub(super) fn parse(text: &str, file: FileId, diagnostics: &mut Vec<Diagnostic>) -> Option<Manifest> {
    let (document, errors) = DeTable::parse_recoverable(text);
    let mut context = Context { file, diagnostics };
    let broken = !errors.is_empty();
    for error in errors {
        let at = error.span().map(|range| context.span(range));
        context.report(ManifestSyntax { at, detail: error.message().to_owned() });
    }
    if broken {
        // What could be recovered may lack keys that are there: complaints about it would mislead.
        return None;
    }
    let start = Span::new(file, 0, text.find('\n').unwrap_or(text.len()));
    let mut keys = context.keys("watchfire.toml", document.get_ref(), start);
    let package = keys.require("package", "[package]");
    let (data, profiles, plugins) = (keys.get("data"), keys.get("profiles"), keys.get("plugins"));
    keys.finish(&mut context);
    let data = entries("data", data, &mut context, data_entry);
    let profiles = entries("profiles", profiles, &mut context, profile);
    let plugins = entries("plugins", plugins, &mut context, plugin);
    let package = package?;
    let at = context.span(package.span());
    let table = context.table("package", package)?;
    let mut keys = context.keys("[package]", table, at);
    let name = keys.require("name", "name = \"group_rental\"");
    let version = keys.require("version", "version = \"0.1.0\"");
    let zone = keys.get("zone").map(|value| zone_of(value, &mut context));
    let languages = Language::ALL.map(|language| (language.tag(), language));
    let language = keys.get("language").map(|value| context.one_of("language", value, &languages));
    let description = keys.get("description").map(|value| context.text("description", value));
    keys.finish(&mut context);
    let name = name.and_then(|value| package_name(value, &mut context));
    let version = version.and_then(|value| package_version(value, &mut context));
    Some(Manifest {
        name: name?,
        version: version?,
        zone: zone.unwrap_or(Some(Located { value: Tz::Asia__Shanghai, span: at }))?,
        language: language.unwrap_or(Some(Located { value: Language::Zh, span: at }))?,
        description: description.flatten(),
        data,
        profiles,
        plugins,
    })
}

/// The entries of a table whose keys are names.
fn entries<T>(
    key: &str,
    value: Option<&Spanned<DeValue<'_>>>,
    context: &mut Context<'_>,
    read: fn(&str, Span, &Spanned<DeValue<'_>>, &mut Context<'_>) -> Option<T>,
) -> BTreeMap<String, T> {
    let Some(table) = value.and_then(|value| context.table(key, value)) else { return BTreeMap::new() };
    let read_entry = |(name, value): (&Spanned<_>, &Spanned<DeValue<'_>>)| {
        let name: &Spanned<std::borrow::Cow<'_, str>> = name;
        let at = context.span(name.span());
        Some((name.get_ref().to_string(), read(name.get_ref(), at, value, context)?))
    };
    table.iter().filter_map(read_entry).collect()
}

fn package_name(value: &Spanned<DeValue<'_>>, context: &mut Context<'_>) -> Option<Located<String>> {
    let name = context.text("name", value)?;
    let mut characters = name.value.chars();
    let fits = characters.next().is_some_and(char::is_alphabetic)
        && characters.all(|c| c.is_alphanumeric() || c == '_' || c == '-')
        && name.value.chars().count() <= 100;
    if !fits {
        context.report(BadName { at: name.span, name: name.value });
        return None;
    }
    Some(name)
}

fn package_version(value: &Spanned<DeValue<'_>>, context: &mut Context<'_>) -> Option<Located<String>> {
    let version = context.text("version", value)?;
    let number = |part: &str| {
        !part.is_empty()
            && part.len() <= 9
            && part.bytes().all(|b| b.is_ascii_digit())
            && (part == "0" || !part.starts_with('0'))
    };
    let parts: Vec<&str> = version.value.split('.').collect();
    if parts.len() != 3 || !parts.iter().all(|part| number(part)) {
        context.report(BadVersion { at: version.span, version: version.value });
        return None;
    }
    Some(version)
}

fn zone_of(value: &Spanned<DeValue<'_>>, context: &mut Context<'_>) -> Option<Located<Tz>> {
    let name = context.text("zone", value)?;
    let zone = zone::parse(&name.value);
    if zone.is_none() {
        let suggestion = zone::suggestion(&name.value);
        let replace = suggestion.as_ref().map(|zone| Edits::replace(name.span, format!("\"{zone}\"")));
        context.report(BadZone { at: name.span, zone: name.value, suggestion, replace });
    }
    zone.map(|value| Located { value, span: name.span })
}

fn data_entry(source: &str, name: Span, value: &Spanned<DeValue<'_>>, context: &mut Context<'_>) -> Option<DataEntry> {
    let mut entry = DataEntry { name, paths: Vec::new(), format: None, missing: None, delimiter: None };
    if let DeValue::Table(table) = value.get_ref() {
        let mut keys = context.keys(&format!("[data] {source}"), table, name);
        let path = keys.require("path", "path = \"data/residents.parquet\"");
        let format = keys.get("format").map(|value| context.one_of("format", value, DataFormat::NAMES));
        let missing = keys.get("missing").map(|value| context.texts("missing", value));
        let delimiter = keys.get("delimiter").map(|value| delimiter(value, context));
        keys.finish(context);
        entry.paths = context.texts("path", path?)?;
        // A part that is wrong was reported; the whole fails with it.
        entry.format = format.flatten();
        entry.missing = missing.flatten();
        entry.delimiter = delimiter.flatten();
    } else {
        entry.paths = context.texts(source, value)?;
    }
    let empty = entry.paths.iter().find(|path| path.value.trim().is_empty()).map(|path| path.span);
    let none = entry.paths.is_empty().then(|| context.span(value.span()));
    if let Some(at) = empty.or(none) {
        context.report(EmptyPath { at, source: source.to_owned() });
        return None;
    }
    Some(entry)
}

fn delimiter(value: &Spanned<DeValue<'_>>, context: &mut Context<'_>) -> Option<Located<u8>> {
    let text = context.text("delimiter", value)?;
    match text.value.as_bytes() {
        [byte] if byte.is_ascii() && !matches!(byte, b'"' | b'\n' | b'\r') => {
            Some(Located { value: *byte, span: text.span })
        }
        _ => {
            context.report(BadDelimiter { at: text.span, delimiter: text.value });
            None
        }
    }
}

fn profile(profile: &str, name: Span, value: &Spanned<DeValue<'_>>, context: &mut Context<'_>) -> Option<Profile> {
    let table = context.table(&format!("profiles.{profile}"), value)?;
    let mut values = BTreeMap::new();
    for (key, value) in table {
        let name = context.span(key.span());
        match value.get_ref() {
            // `[profiles.emergency.address_overlap]`, or a dotted key without quotes.
            DeValue::Table(inner) => {
                for (parameter, value) in inner {
                    let name = name.to(context.span(parameter.span()));
                    values.insert(
                        format!("{}.{}", key.get_ref(), parameter.get_ref()),
                        profile_value(name, value, context),
                    );
                }
            }
            _ => {
                values.insert(key.get_ref().to_string(), profile_value(name, value, context));
            }
        }
    }
    Some(Profile { name, values })
}

fn profile_value(name: Span, value: &Spanned<DeValue<'_>>, context: &Context<'_>) -> ProfileValue {
    ProfileValue { name, value: Located { value: owned(value.get_ref()), span: context.span(value.span()) } }
}

/// The value without its places. A number that does not fit stays as text, for the checker to refuse.
fn owned(value: &DeValue<'_>) -> toml::Value {
    match value {
        DeValue::String(text) => toml::Value::String(text.to_string()),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or_else(|_| toml::Value::String(number.to_string()), toml::Value::Integer),
        DeValue::Float(number) => {
            number.as_str().parse().map_or_else(|_| toml::Value::String(number.to_string()), toml::Value::Float)
        }
        DeValue::Boolean(value) => toml::Value::Boolean(*value),
        DeValue::Datetime(value) => toml::Value::Datetime(*value),
        DeValue::Array(items) => toml::Value::Array(items.iter().map(|item| owned(item.get_ref())).collect()),
        DeValue::Table(table) => {
            toml::Value::Table(table.iter().map(|(k, v)| (k.get_ref().to_string(), owned(v.get_ref()))).collect())
        }
    }
}

fn plugin(plugin: &str, name: Span, value: &Spanned<DeValue<'_>>, context: &mut Context<'_>) -> Option<Plugin> {
    let place = format!("plugins.{plugin}");
    let table = context.table(&place, value)?;
    let mut keys = context.keys(&format!("[plugins] {plugin}"), table, name);
    let path = keys.require("path", "path = \"plugins/tracks.wasm\"");
    let hash = keys.require("sha256", "sha256 = \"64 hexadecimal digits\"");
    let limits = keys.get("limits").and_then(|value| Some((value, context.table(&format!("{place}.limits"), value)?)));
    keys.finish(context);
    let limits = limits.map_or_else(PluginLimits::default, |(value, table)| {
        let at = context.span(value.span());
        let keys = context.keys(&format!("[plugins] {plugin} limits"), table, at);
        plugin_limits(keys, context)
    });
    let path = path.and_then(|value| context.text("path", value));
    let hash = hash.and_then(|value| sha256(value, context));
    Some(Plugin { name, path: path?, sha256: hash?, limits })
}

fn plugin_limits(mut keys: Keys<'_, '_>, context: &mut Context<'_>) -> PluginLimits {
    let mut limit = |key: &'static str, context: &mut Context<'_>| {
        let number = context.integer(key, keys.get(key)?)?;
        match u64::try_from(number.value) {
            Ok(value) if value > 0 => Some(Located { value, span: number.span }),
            _ => {
                context.report(BadLimit { at: number.span, key, value: number.value });
                None
            }
        }
    };
    let limits = PluginLimits {
        fuel: limit("fuel", context),
        memory: limit("memory", context),
        stack: limit("stack", context),
        output: limit("output", context),
    };
    keys.finish(context);
    limits
}

fn sha256(value: &Spanned<DeValue<'_>>, context: &mut Context<'_>) -> Option<Located<String>> {
    let hash = context.text("sha256", value)?;
    if hash.value.len() != 64 || !hash.value.bytes().all(|b| b.is_ascii_hexdigit()) {
        context.report(BadHash { at: hash.span });
        return None;
    }
    Some(Located { value: hash.value.to_ascii_lowercase(), span: hash.span })
}
