//! Embeds the texts of the diagnostics (`i18n/LANGUAGE/AREA.ftl`) and their pages (`pages/LANGUAGE/CODE.md`).
//!
//! A new text or page needs no entry anywhere: it is found by its file name.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=i18n");
    println!("cargo:rerun-if-changed=pages");
    let mut out = String::new();
    for language in ["en", "zh"] {
        let _ = writeln!(out, "/// Area and text of each Fluent file.");
        let _ = writeln!(out, "pub(super) static TEXTS_{}: &[(&str, &str)] = &[", language.to_uppercase());
        let folder = root.join("i18n").join(language);
        for area in stems(&folder, "ftl")? {
            let _ = writeln!(out, "    ({area:?}, {}),", include(&folder.join(format!("{area}.ftl"))));
        }
        let _ = writeln!(out, "];");
    }
    let (en, zh) = (root.join("pages/en"), root.join("pages/zh"));
    let codes: BTreeSet<String> = stems(&en, "md")?.union(&stems(&zh, "md")?).cloned().collect();
    let _ = writeln!(out, "/// Code and its page in English and Chinese.");
    let _ = writeln!(out, "pub(super) static PAGES: &[(&str, Option<&str>, Option<&str>)] = &[");
    for code in codes {
        let page = |folder: &Path| {
            let path = folder.join(format!("{code}.md"));
            if path.exists() { format!("Some({})", include(&path)) } else { "None".to_owned() }
        };
        let _ = writeln!(out, "    ({code:?}, {}, {}),", page(&en), page(&zh));
    }
    let _ = writeln!(out, "];");
    fs::write(PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("texts.rs"), out)
}

fn include(path: &Path) -> String {
    format!("include_str!({:?})", path.display().to_string())
}

fn stems(folder: &Path, extension: &str) -> io::Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|e| e == extension)
            && let Some(stem) = path.file_stem()
        {
            names.insert(stem.to_string_lossy().into_owned());
        }
    }
    Ok(names)
}
