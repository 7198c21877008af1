//! What was found, in a form in which all engines' answers can be compared.

use std::io::Write;
use std::path::Path;
use watchfire_engine::Finding;

/// A line for each finding: model, entity, and time in microseconds since 1970.
pub(crate) fn lines(findings: &[Finding]) -> Vec<String> {
    findings.iter().map(|finding| format!("{},{},{}", finding.model, finding.entity, finding.time)).collect()
}

/// How many lines there are, and the sum of their hashes, which does not depend on their order. `measure.py` has the same
/// for the other engines.
pub(crate) fn answer(lines: &[String]) -> String {
    let sum = lines.iter().fold(0_u64, |sum, line| sum.wrapping_add(hash(line.as_bytes())));
    format!("{}:{sum:016x}", lines.len())
}

/// FNV-1a of 64 bits (Fowler, Noll, Vo).
fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Writes the lines to a file.
pub(crate) fn write(path: &Path, lines: &[String]) -> std::io::Result<()> {
    let mut file = std::io::BufWriter::new(std::fs::File::create(path)?);
    for line in lines {
        writeln!(file, "{line}")?;
    }
    file.flush()
}
