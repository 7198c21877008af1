//! `watchfire new`

use crate::args::New;
use crate::exit::{Exit, Outcome, Problem};
use crate::terminal::Terminal;
use std::fs;
use watchfire_dsl::diagnostics::Language;

macro_rules! template {
    ($language:literal) => {
        &[
            ("watchfire.toml", include_str!(concat!("../../template/", $language, "/watchfire.toml"))),
            ("sources/housing.watch", include_str!(concat!("../../template/", $language, "/sources/housing.watch"))),
            ("models/crowded.watch", include_str!(concat!("../../template/", $language, "/models/crowded.watch"))),
            ("tests/crowded.watch", include_str!(concat!("../../template/", $language, "/tests/crowded.watch"))),
            ("data/dwellings.csv", include_str!(concat!("../../template/", $language, "/data/dwellings.csv"))),
            ("data/residents.csv", include_str!(concat!("../../template/", $language, "/data/residents.csv"))),
        ]
    };
}

const ENGLISH: &[(&str, &str)] = template!("en");
const CHINESE: &[(&str, &str)] = template!("zh");

/// Writes a package that checks, passes its tests and finds something in its small data.
pub(crate) fn run(args: &New, terminal: &Terminal) -> Outcome {
    let path = &args.path;
    let shown = path.display().to_string();
    if path.exists() && fs::read_dir(path).map_or(true, |mut entries| entries.next().is_some()) {
        let text = terminal.say("`PATH` exists already and is not an empty folder", "`PATH` 已经存在，且不是空文件夹");
        return Err(Problem::data(text.replace("PATH", &shown)));
    }
    let name: String = path
        .file_name()
        .map(|name| name.to_string_lossy().chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect())
        .filter(|name: &String| name.chars().next().is_some_and(char::is_alphabetic))
        .unwrap_or_else(|| "package".to_owned());
    let template = match terminal.language {
        Language::En => ENGLISH,
        Language::Zh => CHINESE,
    };
    for (file, text) in template {
        let file = path.join(file);
        let write = || {
            if let Some(folder) = file.parent() {
                fs::create_dir_all(folder)?;
            }
            fs::write(&file, text.replace("NAME", &name))
        };
        write().map_err(|e| Problem::data(format!("{}: {e}", file.display())))?;
    }
    let text = terminal.say(
        "a package is in `PATH`; next:\n  watchfire check PATH\n  watchfire test PATH\n  watchfire run PATH",
        "已在 `PATH` 建好一个程序包；接下来：\n  watchfire check PATH\n  watchfire test PATH\n  watchfire run PATH",
    );
    terminal.print(&format!("{}\n", text.replace("PATH", &shown)));
    Ok(Exit::Success)
}
