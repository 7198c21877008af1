//! Packages: checked programs with their texts.

use crate::jit::Kernels;
use crate::sources::{FileOptions, Format, Sources};
use chrono::{NaiveDate, NaiveDateTime};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use watchfire_dsl::check::compile;
use watchfire_dsl::diagnostics::Diagnostic;
use watchfire_dsl::package::{DataEntry, DataFormat, LoadError, Manifest, PackageFiles};
use watchfire_dsl::program::Program;
use watchfire_dsl::source::SourceMap;
use watchfire_stdlib::zone::Zone;

/// A package that has been read and checked.
#[derive(Clone, Debug)]
pub struct Package {
    program: Arc<Program>,
    texts: SourceMap,
    warnings: Vec<Diagnostic>,
    manifest: Option<Manifest>,
    root: Option<PathBuf>,
    /// Data by the full name of the source, and where its paths start.
    data: Vec<(String, DataEntry, PathBuf)>,
    kernels: Arc<Kernels>,
}

impl Package {
    /// Reads and checks the package in a folder.
    ///
    /// ```no_run
    /// let package = watchfire_engine::Package::load("examples/group_rental")?;
    /// let engine = watchfire_engine::Engine::new(package);
    /// let run = engine.run(&engine.package().sources(), &Default::default())?;
    /// println!("{} warnings", run.warnings.len());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Everything that is wrong with its files, with the texts that the diagnostics refer to.
    pub fn load(folder: impl AsRef<Path>) -> Result<Self, LoadError> {
        Self::from_files(watchfire_dsl::package::load(folder)?)
    }

    /// Checks a package given as texts: that of its manifest, and (name, text) of each `.watch` file.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with them.
    pub fn from_texts<N, T>(manifest: &str, files: impl IntoIterator<Item = (N, T)>) -> Result<Self, LoadError>
    where
        N: Into<String>,
        T: Into<String>,
    {
        Self::from_files(PackageFiles::from_texts(manifest, files)?)
    }

    /// Checks a package whose files have been read.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with them.
    pub fn from_files(files: PackageFiles) -> Result<Self, LoadError> {
        let checked = compile(&files);
        let data = files
            .data()
            .into_iter()
            .map(|(name, entry, root)| (name, entry.clone(), root.unwrap_or(Path::new("")).to_path_buf()));
        let data = data.collect();
        let PackageFiles { manifest, sources, root, .. } = files;
        match checked.program {
            Some(program) => Ok(Self {
                program: Arc::new(program),
                texts: sources,
                warnings: checked.diagnostics,
                manifest: Some(manifest),
                root,
                data,
                kernels: Arc::default(),
            }),
            None => Err(LoadError { diagnostics: checked.diagnostics, sources }),
        }
    }

    /// A package from a program that has been checked elsewhere; it has no manifest.
    pub fn from_program(program: Program, texts: SourceMap) -> Self {
        let (warnings, data, kernels) = (Vec::new(), Vec::new(), Arc::default());
        Self { program: Arc::new(program), texts, warnings, manifest: None, root: None, data, kernels }
    }

    /// The program.
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// Code compiled for it so far, freed with its last copy.
    pub(crate) fn kernels(&self) -> &Kernels {
        &self.kernels
    }

    /// Its texts, to which diagnostics and failures refer.
    pub fn texts(&self) -> &SourceMap {
        &self.texts
    }

    /// What is suspect but no mistake.
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.warnings
    }

    /// The data that the manifests name behind the sources, those of the packages that are used included. Paths start at
    /// the folder of the package whose manifest names them.
    pub fn sources(&self) -> Sources {
        let mut sources = Sources::new();
        for (name, entry, root) in &self.data {
            let options = FileOptions {
                format: entry.format.as_ref().map(|format| match format.value {
                    DataFormat::Parquet => Format::Parquet,
                    DataFormat::Csv => Format::Csv,
                    DataFormat::NdJson => Format::Ndjson,
                    DataFormat::Arrow => Format::Ipc,
                }),
                delimiter: entry.delimiter.as_ref().map(|delimiter| char::from(delimiter.value)),
                missing: entry.missing.iter().flatten().map(|text| text.value.clone()).collect(),
            };
            let paths = entry.paths.iter().map(|path| root.join(&path.value));
            sources = sources.files(name.as_str(), paths, options);
        }
        sources
    }

    /// The manifest, where there is one.
    pub fn manifest(&self) -> Option<&Manifest> {
        self.manifest.as_ref()
    }

    /// The folder from which the package was read.
    pub fn root(&self) -> Option<&Path> {
        self.root.as_deref()
    }

    /// The instant of a wall time in the package's zone, such as `2024-03-01`, `2024-03-01T02:00`,
    /// `2024-03-01T02:00:30` or, in UTC, `2024-02-29T18:00Z`; microseconds since 1970-01-01T00:00Z.
    pub fn instant(&self, text: &str) -> Option<i64> {
        let text = text.trim();
        let (text, zone) = match text.strip_suffix('Z') {
            Some(text) => (text, Zone::UTC),
            None => (text, Zone::named(self.program.zone.name())?),
        };
        let text = text.replacen(' ', "T", 1);
        let forms = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S%.f"];
        let wall = forms.iter().find_map(|form| NaiveDateTime::parse_from_str(&text, form).ok());
        let wall = wall.or_else(|| NaiveDate::parse_from_str(&text, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0))?;
        zone.instant(wall.and_utc().timestamp_micros())
    }

    /// An instant as wall time of the package's zone, with its offset: `2024-03-01T02:00:00+08:00`.
    pub fn wall_time(&self, instant: i64) -> String {
        wall_time(&self.program, instant)
    }
}

/// An instant as wall time of a program's zone, with its offset.
pub(crate) fn wall_time(program: &Program, instant: i64) -> String {
    wall_time_in(&Zone::named(program.zone.name()).unwrap_or(Zone::UTC), instant)
}

/// An instant as wall time of a zone, with its offset, as RFC 3339 writes it.
pub(crate) fn wall_time_in(zone: &Zone, instant: i64) -> String {
    let wall = zone.wall(instant);
    match wall.and_then(|wall| Some((wall, chrono::DateTime::from_timestamp_micros(wall)?))) {
        Some((wall, shown)) => {
            let offset = (wall - instant) / 1_000_000;
            let (sign, minutes) = (if offset < 0 { '-' } else { '+' }, offset.unsigned_abs() / 60);
            format!("{}{sign}{:02}:{:02}", shown.format("%Y-%m-%dT%H:%M:%S%.f"), minutes / 60, minutes % 60)
        }
        None => "outside the calendar".into(),
    }
}
