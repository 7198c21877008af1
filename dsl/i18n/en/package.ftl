### The package: manifest, files, profiles.

E0601 = there is no folder `{ $folder }`
    .help = check the path, or make a package with `watchfire new { $folder }`

E0602 = the folder `{ $folder }` has no `watchfire.toml`
    .note = a package is a folder with a `watchfire.toml`
    .help = make a package with `watchfire new`
