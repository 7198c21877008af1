//! Settings of a run as they are written on the command line.

use super::package;
use crate::args::Run as Args;
use crate::exit::{Exit, Problem};
use crate::terminal::Terminal;
use std::collections::BTreeMap;
use watchfire_dsl::package::{Located, PackageFiles, Profile, ProfileValue};
use watchfire_dsl::source::Span;
use watchfire_engine::Package;
use watchfire_stdlib::value::DAY_MICROS;
use watchfire_stdlib::zone::Zone;

/// Name of the profile that `--set` makes, which no manifest can contain.
const SETTINGS: &str = "--set";

/// The package, and the profile to run it with. What `--set` says becomes a profile of its own on top of the chosen one,
/// so that its values are checked and mistakes shown like those of the manifest.
pub(crate) fn load(args: &Args, terminal: &Terminal) -> Result<(Package, Option<String>), Problem> {
    if args.set.is_empty() {
        return Ok((package::load(&args.package, terminal)?, args.profile.clone()));
    }
    let mut files: PackageFiles =
        watchfire_dsl::package::load(&args.package).map_err(|error| package::problem(&error, terminal))?;
    let mut values = match &args.profile {
        None => BTreeMap::new(),
        Some(name) => match files.manifest.profiles.get(name) {
            Some(profile) => profile.values.clone(),
            None if files.used.iter().any(|used| used.manifest.profiles.contains_key(name)) => BTreeMap::new(),
            None => {
                let text = terminal.say("there is no profile `NAME`", "没有方案 `NAME`").replace("NAME", name);
                return Err(Problem { text, json: Vec::new(), exit: Exit::Arguments });
            }
        },
    };
    // What the packages that are used say under the profile's name holds as well.
    for used in &mut files.used {
        let profiles = &mut used.manifest.profiles;
        if let Some(profile) = args.profile.as_ref().and_then(|name| profiles.get(name)).cloned() {
            profiles.insert(SETTINGS.to_owned(), profile);
        }
    }
    for setting in &args.set {
        let (name, value) = pair(setting, "--set", "MODEL.PARAMETER=VALUE", terminal)?;
        let file = files.sources.add(SETTINGS, setting.as_str());
        let at = Span::new(file, name.len() + 1, setting.len());
        let given = ProfileValue {
            name: Span::new(file, 0, name.len()),
            value: Located { value: toml::Value::String(value.to_owned()), span: at },
        };
        values.insert(name.to_owned(), given);
    }
    files.manifest.profiles.insert(SETTINGS.to_owned(), Profile { name: Span::default(), values });
    let package = Package::from_files(files).map_err(|error| package::problem(&error, terminal))?;
    Ok((package, Some(SETTINGS.to_owned())))
}

/// The two sides of `NAME=VALUE`.
pub(crate) fn pair<'a>(
    setting: &'a str,
    option: &str,
    form: &str,
    terminal: &Terminal,
) -> Result<(&'a str, &'a str), Problem> {
    setting.split_once('=').filter(|(name, _)| !name.is_empty()).ok_or_else(|| {
        let text = terminal.say("OPTION wants FORM, but is `GIVEN`", "OPTION 应写作 FORM，而不是 `GIVEN`");
        let text = text.replace("OPTION", option).replace("FORM", form).replace("GIVEN", setting);
        Problem { text, json: Vec::new(), exit: Exit::Arguments }
    })
}

/// An instant from a date or a wall time of the zone; the last microsecond of a date where `last`.
pub(crate) fn instant(text: &str, zone: &Zone, last: bool, terminal: &Terminal) -> Result<i64, Problem> {
    let wall = |text: &str| {
        let forms = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M"];
        forms.iter().find_map(|form| chrono::NaiveDateTime::parse_from_str(text, form).ok())
    };
    let found = match chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d") {
        Ok(date) => {
            let start = date.and_time(chrono::NaiveTime::MIN).and_utc().timestamp_micros();
            if last { zone.instant(start + DAY_MICROS).map(|end| end - 1) } else { zone.instant(start) }
        }
        Err(_) => wall(text).and_then(|wall| zone.instant(wall.and_utc().timestamp_micros())),
    };
    found.ok_or_else(|| {
        let text = terminal
            .say(
                "`GIVEN` is no date or time such as 2024-03-01 or 2024-03-01T02:00",
                "`GIVEN` 不是日期或时间，应如 2024-03-01 或 2024-03-01T02:00",
            )
            .replace("GIVEN", text);
        Problem { text, json: Vec::new(), exit: Exit::Arguments }
    })
}

/// An instant as wall time of the zone, to the minute, or as exact as it is.
pub(crate) fn wall_text(micros: i64, zone: &Zone) -> String {
    let Some(wall) = zone.wall(micros).and_then(chrono::DateTime::from_timestamp_micros) else {
        return micros.to_string();
    };
    let form = if micros % 60_000_000 == 0 { "%Y-%m-%d %H:%M" } else { "%Y-%m-%d %H:%M:%S%.f" };
    wall.format(form).to_string()
}
