//! `watchfire explain-code`

use crate::args::ExplainCode;
use crate::exit::{Exit, Outcome, Problem};
use crate::table::Table;
use crate::terminal::Terminal;
use serde_json::json;
use watchfire_dsl::diagnostics::{all, explain, suggest};

/// Prints the page of a code, or the list of all codes with their pages' titles.
pub(crate) fn run(args: &ExplainCode, terminal: &Terminal) -> Outcome {
    let Some(code) = &args.code else {
        let mut table = Table::new(&[terminal.say("code", "代码"), terminal.say("what it is about", "说的是什么")]);
        for info in all() {
            let title = explain(info.code, terminal.language).map_or("", |page| title(page, info.code));
            if terminal.json {
                terminal.print_json(&json!({ "code": info.code, "title": title }));
            } else {
                table.row(vec![info.code.into(), title.into()]);
            }
        }
        if !terminal.json {
            terminal.print(&table.render(terminal.width, terminal.colour));
        }
        return Ok(Exit::Success);
    };
    let code = code.to_uppercase();
    match explain(&code, terminal.language) {
        Some(page) if terminal.json => terminal.print_json(&json!({ "code": code, "page": page })),
        Some(page) => terminal.print(page),
        None => {
            let mut text = match terminal.language {
                watchfire_dsl::diagnostics::Language::En => format!("there is no code `{code}`"),
                watchfire_dsl::diagnostics::Language::Zh => format!("没有代码 `{code}`"),
            };
            if let Some(near) = suggest(&code, all().iter().map(|info| info.code)) {
                text.push_str(&terminal.say("; did you mean `NEAR`?", "；是不是 `NEAR`？").replace("NEAR", &near));
            }
            return Err(Problem { text, json: Vec::new(), exit: Exit::Arguments });
        }
    }
    Ok(Exit::Success)
}

/// The title of a page, without `#` and the code.
fn title<'a>(page: &'a str, code: &str) -> &'a str {
    page.lines().next().unwrap_or("").trim_start_matches('#').trim().trim_start_matches(code).trim()
}
