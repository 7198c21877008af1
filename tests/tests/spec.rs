//! The programs of docs/spec do what docs/language.md says.

#[test]
fn programs_of_the_specification() -> Result<(), String> {
    let report = watchfire_tests::spec::run("")?;
    assert!(report.passed(), "\n{report}");
    Ok(())
}
