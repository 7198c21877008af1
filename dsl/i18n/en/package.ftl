### The package: manifest, files, profiles.

E0601 = there is no folder `{ $folder }`
    .help = check the path, or make a package with `watchfire new { $folder }`

E0602 = the folder `{ $folder }` has no `watchfire.toml`
    .note = a package is a folder with a `watchfire.toml`
    .help = the folder `{ $parent }` is a package: perhaps that one is meant
    .help2 = a new package is made with `watchfire new`

E0603 = `{ $path }` is a file, and a package is a folder
    .help = give the folder in which the `watchfire.toml` lies

E0604 = the manifest is not valid TOML: { $detail }
    .at = here

E0605 = `{ $file }` is not UTF-8 text
    .note = the first byte that does not fit is in line { $line }
    .help = the file may be in GBK: open it in an editor and save it as UTF-8

E0606 = `{ $file }` cannot be read
    .note = the system says: { $reason }

E0607 = `{ $file }` is too large: { $megabytes } MB, and { $limit } MB are allowed
    .help = data belong into the files that `[data]` names, models into several files

E0608 = `{ $key }` needs to be { $expected }, and this is { $found }
    .at = this is { $found }

E0609 = `{ $place }` has no key `{ $key }`
    .at = not known here
    .replace = did you mean `{ $suggestion }`?
    .note = known here: { $known }

E0610 = `{ $place }` lacks `{ $key }`
    .at = in this part
    .help = write for example `{ $example }`

E0611 = there is no time zone `{ $zone }`
    .at = not in the IANA list of time zones
    .replace = did you mean `{ $suggestion }`?
    .note = a zone is written as region and city, such as `Asia/Shanghai`

E0612 = `{ $version }` is not a version
    .at = three numbers are needed, such as `0.1.0`

E0613 = `{ $name }` cannot be the name of a package
    .at = letters, digits, `_` and `-`, a letter first, 100 characters at most

E0614 = `{ $key }` cannot be `{ $value }`
    .at = possible: { $allowed }
    .replace = did you mean `{ $suggestion }`?

E0615 = `{ $delimiter }` cannot separate the cells of a file
    .at = one ASCII character is needed, such as `,` or `;`, and no quote

E0616 = this is not a SHA-256
    .at = 64 hexadecimal digits are needed
    .help = `sha256sum FILE` prints it

E0617 = `{ $key }` needs to be above zero, and is { $value }
    .at = no plugin could run with this

E0618 = there are two texts for `{ $file }`
    .help = give each text a name of its own

E0619 = `{ $source }` has no path to its data
    .at = empty
    .help = name a file, a glob or a folder, or leave the line out

E0620 = the package has no source `{ $name }`
    .at = data for a source that is not declared
    .replace = did you mean `{ $suggestion }`?
    .help = declare the source, or remove the line

E0621 = `{ $profile }` sets `{ $name }`, which is no parameter
    .at = not a parameter of this package
    .replace = did you mean `{ $suggestion }`?
    .note = a parameter is written `model.parameter`

E0622 = the parameter `{ $parameter }` is `{ $expected }`, and this is `{ $found }`
    .at = this is `{ $found }`
    .declared = the parameter is declared here
    .note = a quantity is written as text with its unit, such as "200 km/h"

E0623 = { $value } is outside the range of the parameter `{ $parameter }`
    .at = allowed: { $range }
    .declared = the range is declared here

W0601 = the `.watch` files in `{ $folder }` are not read
    .help = did you mean `{ $suggestion }`?
    .note = read are `sources`, `models`, `tests` and what lies beside the manifest

W0602 = the package `{ $folder }` has no `.watch` files
    .help = write one into `models`, or make an example with `watchfire new`

E0630 = there is no package in `{ $path }`
    .at = no folder with a `watchfire.toml`
    .note = the path starts at the folder of the package that this file belongs to

E0631 = `{ $package }` has version { $found }, needed is { $wanted }
    .at = asks for { $wanted }
    .declared = its version
    .note = a package fits if its version is the one asked for or a later one with the same first number

E0632 = `{ $version }` is no version
    .at = should be like "1.2"

E0633 = packages use each other in a circle: { $path }
    .at = leads back
    .through = by way of this
    .help = move what both need into a package of its own

E0634 = `{ $package }` is in the time zone { $zone }, this package in { $own }
    .at = its dates and days are others
    .declared = its time zone
    .help = packages that are used together need the same `zone` in `watchfire.toml`

E0635 = `{ $package }` has other levels ({ $levels }) than this package ({ $own })
    .at = its models give levels that this package does not have
    .help = packages with models that are used together need the same `levels`
