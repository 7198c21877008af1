//! Spec files: prose, and in it cases made of fenced blocks.

use std::fmt::Write as _;

/// A file of docs/spec, or docs/reference.md.
#[derive(Clone, Debug)]
pub struct Document {
    /// Its name.
    pub name: String,
    /// Program text that stands before every program of the file.
    pub preamble: String,
    /// Rows behind the sources for which a case has none of its own.
    pub rows: Vec<Block>,
    /// Its cases, as written.
    pub cases: Vec<Case>,
}

/// A case: what stands under one `##` heading.
#[derive(Clone, Debug)]
pub struct Case {
    /// The heading.
    pub title: String,
    /// Its line, from 1.
    pub line: usize,
    /// The sentences of docs/language.md that heading and prose cite, such as `3.1`.
    pub cited: Vec<String>,
    /// Its fenced blocks, as written.
    pub blocks: Vec<Block>,
}

/// A fenced block.
#[derive(Clone, Debug)]
pub struct Block {
    /// The first word after the fence: what the block is.
    pub kind: String,
    /// What follows that word.
    pub rest: String,
    /// The lines within.
    pub text: String,
    /// The line of its fence, from 1.
    pub line: usize,
}

/// Reads a spec file.
///
/// # Errors
/// Where a block does not end, or one before the first heading is neither program text nor rows.
pub fn read(name: &str, text: &str) -> Result<Document, String> {
    let mut document = Document { name: name.into(), preamble: String::new(), rows: Vec::new(), cases: Vec::new() };
    let mut lines = text.lines().enumerate();
    while let Some((index, line)) = lines.next() {
        if let Some(title) = line.strip_prefix("## ") {
            let cited = citations(title);
            document.cases.push(Case { title: title.trim().into(), line: index + 1, cited, blocks: Vec::new() });
        } else if line.starts_with("```") {
            let ticks = line.len() - line.trim_start_matches('`').len();
            let (fence, info) = line.split_at(ticks);
            let (kind, rest) = info.trim().split_once(' ').unwrap_or((info.trim(), ""));
            let mut block = Block { kind: kind.into(), rest: rest.trim().into(), text: String::new(), line: index + 1 };
            loop {
                match lines.next() {
                    Some((_, line)) if line.trim_end() == fence => break,
                    Some((_, line)) => {
                        let _ = writeln!(block.text, "{line}");
                    }
                    None => return Err(format!("{name}:{}: the block does not end", index + 1)),
                }
            }
            match document.cases.last_mut() {
                Some(case) => case.blocks.push(block),
                None if block.kind == "watch" => document.preamble.push_str(&block.text),
                None if block.kind == "rows" => document.rows.push(block),
                None if block.kind == "text" => {}
                None => {
                    return Err(format!(
                        "{name}:{}: only `watch` and `rows` may stand before the first case",
                        index + 1
                    ));
                }
            }
        } else if let Some(case) = document.cases.last_mut() {
            case.cited.extend(citations(line));
        }
    }
    for case in document.cases.iter_mut().filter(|case| !case.blocks.is_empty()) {
        let source = |block: &Block| block.rest.split(' ').next().unwrap_or_default().to_owned();
        let own: Vec<String> = case.blocks.iter().filter(|block| block.kind == "rows").map(source).collect();
        case.blocks.extend(document.rows.iter().filter(|block| !own.contains(&source(block))).cloned());
    }
    Ok(document)
}

/// `§3.1` and `§4` in a line of prose.
fn citations(line: &str) -> Vec<String> {
    let number = |text: &str| {
        let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        text[..end].trim_end_matches('.').to_owned()
    };
    line.split('§').skip(1).map(number).filter(|number| !number.is_empty()).collect()
}

/// The numbered sentences of docs/language.md: `3.1` for a numbered sentence, `4` for a section without numbers.
pub fn sentences(language: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut section: Option<(String, bool)> = None;
    let close = |section: Option<(String, bool)>, found: &mut Vec<String>| {
        if let Some((number, false)) = section {
            found.push(number);
        }
    };
    for line in language.lines() {
        let numbered = |text: &str| {
            let (number, _) = text.split_once(". ")?;
            number.bytes().all(|b| b.is_ascii_digit()).then(|| number.to_owned()).filter(|number| !number.is_empty())
        };
        if let Some(title) = line.strip_prefix("## ") {
            close(section.take(), &mut found);
            section = numbered(title).map(|number| (number, false));
        } else if let (Some((number, any)), Some(item)) = (&mut section, numbered(line)) {
            *any = true;
            found.push(format!("{number}.{item}"));
        }
    }
    close(section, &mut found);
    found
}

#[cfg(test)]
mod tests {
    use super::{read, sentences};

    #[test]
    fn a_file_is_prose_and_cases() -> Result<(), String> {
        let text = "# T\n```watch\nentity A key Text\n```\n## One (§3.1)\nSee §4, §5.10.\n````rows a\nx\n```\n````\n";
        let document = read("a.md", text)?;
        assert_eq!(document.preamble, "entity A key Text\n");
        assert_eq!(document.cases.len(), 1);
        assert_eq!(document.cases[0].cited, ["3.1", "4", "5.10"]);
        assert_eq!((&*document.cases[0].blocks[0].kind, &*document.cases[0].blocks[0].rest), ("rows", "a"));
        assert_eq!(document.cases[0].blocks[0].text, "x\n```\n");
        assert!(read("a.md", "## One\n```watch\n").is_err());
        Ok(())
    }

    #[test]
    fn sentences_are_numbered_in_sections() {
        let text = "# T\n1. no\n## 1. A\n1. one\n   more\n2. two\n## 2. B\nprose\n## 3. C\n1. x\n## Other\n1. no\n";
        assert_eq!(sentences(text), ["1.1", "1.2", "2", "3.1"]);
    }
}
