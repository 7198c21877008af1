//! The package: manifest, files, profiles: E06xx.

diagnostics! {
    /// There is no such folder.
    E0601 error NoFolder { folder: String }

    /// The folder has no `watchfire.toml`.
    E0602 error NoManifest { folder: String }
}
