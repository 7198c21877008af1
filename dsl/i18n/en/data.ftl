### The data behind sources.

E0701 = no data is named for source `{ $source }`
    .at = this source is read
    .help = name its file under `[data]` in `watchfire.toml`: `"{ $source }" = "data/{ $source }.parquet"`

E0702 = data is named for `{ $source }`, but the package has no such source
    .help = did you mean `{ $suggestion }`?

E0703 = there is no file `{ $path }` for source `{ $source }`
    .note = a path is a file, a folder with files, or a pattern such as `data/*.parquet`; it counts from the folder of `watchfire.toml`

E0704 = the ending of `{ $path }` does not say its format
    .help = give the format of source `{ $source }`: `parquet`, `ipc`, `csv` or `ndjson`

E0705 = `{ $path }` cannot be read for source `{ $source }`: { $reason }

E0706 = `{ $path }` has no column `{ $column }`
    .at = source `{ $source }` reads it here
    .note = it has: { $found }
    .help = did you mean `{ $suggestion }`? then write `from "{ $suggestion }"`

E0707 = column `{ $column }` of `{ $path }` holds `{ $found }`, which does not fit
    .at = source `{ $source }` declares it here
    .help = change the declared type, or say with `as`, `in` or `via` how the column is to be read

E0708 = `{ $path }` is not UTF-8 text, as line { $line } shows
    .help = save the file of source `{ $source }` as UTF-8

E0709 = the header of `{ $path }` names the column `{ $column }` twice
    .help = rename one of them; source `{ $source }` cannot tell which is meant

E0710 = the type of column `{ $column }` cannot be loaded yet
    .at = source `{ $source }` declares it here

E0711 = the time zone is looked up in a table whose own times depend on this one
    .at = looked up here
    .help = give one of the two a fixed zone: `zone "Asia/Shanghai"`

E0712 = source `{ $source }` has more than 4294967295 rows
    .help = split the data, or run over a part of it

E0713 = `{ $path }` is empty: it has not even a header
    .help = a source `{ $source }` without rows is a file with its header alone
