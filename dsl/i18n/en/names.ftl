### Names and what they stand for.

E0201 = there is no { $kind } `{ $name }`
    .at = not declared
    .replace = did you mean `{ $suggestion }`?

E0202 = `{ $name }` is declared twice
    .at = declared again here
    .first = first declared here
    .help = rename one of the two

E0203 = `{ $source }` has no column `{ $name }`
    .at = not a column of `{ $source }`
    .declared = `{ $source }` is declared here
    .replace = did you mean `{ $suggestion }`?

E0204 = each of these needs the next, and the last the first: { $path }
    .at = needs itself in the end
    .through = through this
    .note = what is computed from others comes after them, so one of these has to do without

E0205 = `{ $name }` is a name of the language itself
    .at = needs another name

E0206 = nothing here is called `{ $name }`
    .at = not a column, fact, `let` or parameter that can be read here
    .replace = did you mean `{ $suggestion }`?

E0207 = `{ $name }` is not a value
    .at = this is: { $kind }
    .help = write for example `{ $example }`

E0208 = `{ $source }` refers to `{ $entity }` in several columns
    .at = which of them is meant
    .declared = one of them
    .help = choose with `by`: { $columns }

E0209 = `{ $source }` is not about `{ $entity }`
    .at = no column of `{ $source }` refers to `{ $entity }`
    .declared = `{ $source }` is declared here
    .note = it is about: { $about }
    .help = go through a fact or a column that leads from one to the other

E0210 = `{ $source }` may have several rows for one `{ $entity }`
    .at = which row's `{ $column }` is meant
    .declared = no column is `unique` here
    .replace = take the one value there is
    .help = an aggregate says which: `the`, `last`, `max` …

E0211 = `{ $of }` has no `{ $name }`
    .at = not found
    .replace = did you mean `{ $suggestion }`?

E0212 = `{ $name }` stands for nothing here
    .at = there is no entity or row at hand
    .note = constants, defaults and functions are computed before any data are read

E0213 = it is not clear for which `{ $entity }` the model `{ $model }` runs
    .at = no source has a `unique` column of `{ $entity }`
    .help = write `for { $entity } in` and one of: { $sources }

E0214 = several sources list every `{ $entity }`: { $sources }
    .at = the model `{ $model }` needs one of them
    .declared = `unique` here
    .help = write `for { $entity } in` and the source that is meant

E0215 = the rows of `{ $source }` have no time, so none is before another
    .at = no `before` or `after` here

E0216 = the findings of `{ $model }` are about `{ $about }`
    .at = findings about `{ $expected }` are needed

E0217 = this value is too large
    .at = too many parts, once its functions are written out
    .help = give parts of it a name with `let` or `fact`
