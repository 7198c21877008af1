//! `watchfire doc`

use super::package;
use crate::args::{Doc, Lang};
use crate::exit::{Exit, Outcome, Problem};
use crate::terminal::Terminal;
use watchfire_dsl::diagnostics::Language;
use watchfire_dsl::document::site;

/// Writes the pages about a package into a folder, which is made where it is missing.
pub(crate) fn run(args: &Doc, terminal: &Terminal) -> Outcome {
    let package = package::load(&args.package, terminal)?;
    let program = package.program();
    let language = match args.language {
        Some(Lang::Zh) => Language::Zh,
        Some(Lang::En) => Language::En,
        None => program.language,
    };
    let pages = site(program, package.manifest(), package.texts(), language);
    let problem = |path: &std::path::Path, e: std::io::Error| Problem::data(format!("{}: {e}", path.display()));
    std::fs::create_dir_all(&args.output).map_err(|e| problem(&args.output, e))?;
    for page in &pages {
        let path = args.output.join(&page.name);
        std::fs::write(&path, &page.text).map_err(|e| problem(&path, e))?;
    }
    let first = args.output.join("index.html");
    if terminal.json {
        let names: Vec<&str> = pages.iter().map(|page| page.name.as_str()).collect();
        terminal.print_json(&serde_json::json!({ "folder": args.output.to_string_lossy(), "pages": names }));
    } else {
        let text = terminal
            .say("PAGES pages; open PATH in a browser", "共 PAGES 页；请用浏览器打开 PATH")
            .replace("PAGES", &pages.len().to_string())
            .replace("PATH", &first.display().to_string());
        terminal.print(&format!("{text}\n"));
    }
    Ok(Exit::Success)
}
