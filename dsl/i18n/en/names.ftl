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

E0204 = facts that need each other: { $path }
    .at = needs itself in the end
    .through = through this
    .note = a fact is computed from others, so one of them has to come first
