### Grants, purposes, privacy.

E0401 = `{ $model }` may not read `{ $source }.{ $column }` for `{ $purpose }`
    .at = read here
    .through = reaches the model through this
    .declared = { $owner } allows: { $allowed }
    .help = ask { $owner } to allow `{ $purpose }`, or leave this column out

E0402 = `{ $model }` is about a private entity and needs `review required`
    .at = `{ $entity }` is private
    .declared = declared private here
    .insert = require a review
    .note = such warnings go out only after a person has looked at them

E0403 = `{ $model }` may read `{ $source }.{ $column }` for `{ $purpose }` only as a derived value
    .at = read by the model itself
    .through = reaches the model through this
    .declared = { $owner } allows derived values only
    .help = put what is derived from it into a `fact` and read that, or ask { $owner } for more
