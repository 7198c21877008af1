//! The checker says "always true" and "never true" only where it is so: over generated packages and rows, the conditions
//! that it names are replaced by what it says they are, and the findings stay as they were.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use watchfire_dsl::check::compile_texts;
use watchfire_tests::equalities::{How, compile};
use watchfire_tests::generate::{Size, generate};

const CASES: u64 = 1500;

#[test]
fn conditions_are_what_the_lints_say_they_are() {
    let (mut always, mut never) = (0u32, 0u32);
    for seed in 0..CASES {
        let case = generate(seed, Size::default());
        let text = case.text();
        let (_, checked) = compile_texts(&case.manifest(), [("case.watch", text.clone())]).unwrap();
        let mut places: Vec<(usize, usize, &str)> = Vec::new();
        for diagnostic in &checked.diagnostics {
            let Some(at) = diagnostic.primary() else { continue };
            let (start, end) = (at.start as usize, at.end as usize);
            let line = text[..start].rfind('\n').map_or(0, |at| at + 1);
            // The bands of a score are numbers, not conditions; of what is missing `not` makes something else.
            let is_condition = text[start..end].contains(['<', '>', '=']) || text[start..end].contains(" in ");
            match diagnostic.code() {
                "W0004" if is_condition => places.push((start, end, "true")),
                "W0005" if is_condition && !text[line..start].contains("not ") => places.push((start, end, "false")),
                _ => {}
            }
        }
        places.sort_unstable();
        let mut changed = text.clone();
        let mut after = usize::MAX;
        for (start, end, word) in places.iter().rev().copied().filter(|_| checked.program.is_some()) {
            if end <= after {
                changed.replace_range(start..end, word);
                *(if word == "true" { &mut always } else { &mut never }) += 1;
                after = start;
            }
        }
        if changed == text {
            continue;
        }
        let run = |text: &str| compile(&case.manifest(), text).and_then(|it| it.run(&case.tables, &How::default()));
        let (as_written, as_said) = (run(&text).unwrap(), run(&changed).unwrap());
        if as_written.findings != as_said.findings {
            panic!("seed {seed}:\n{text}\n--- as the lints say\n{changed}");
        }
    }
    println!("{always} always true, {never} never true");
    assert!(always + never > 20, "too few conditions are decided: {always} always true, {never} never true");
}
