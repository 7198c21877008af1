//! Cases that were wrong once: `fixtures/issues/NAME/` holds package, rows and the findings that are right.

use std::fs;
use std::path::Path;
use watchfire_tests::equalities::{Equality, check};
use watchfire_tests::generate::read_case;

#[test]
#[expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
fn stay_solved() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/issues");
    let mut seen = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let folder = entry.unwrap().path();
        let case = read_case(&folder).unwrap();
        let verdict = check(&case, &Equality::ALL).unwrap();
        if let Some(broken) = verdict.broken {
            panic!("{}: {} does not hold\n{}", folder.display(), broken.equality, broken.difference);
        }
        let findings: Vec<String> = verdict.said.findings.iter().map(|finding| format!("{finding}\n")).collect();
        let expected = fs::read_to_string(folder.join("findings.txt")).unwrap();
        assert_eq!(findings.concat(), expected, "{}", folder.display());
        seen += 1;
    }
    assert!(seen >= 3);
}
