### Types, units, missing values.

E0301 = `{ $expected }` is needed here, this is `{ $found }`
    .at = this is `{ $found }`
    .because = needed because of this

E0302 = `{ $left }` and `{ $right }` measure different things
    .at = cannot be combined
    .left_at = this is `{ $left }`
    .right_at = this is `{ $right }`

E0303 = a `{ $left }` is never a `{ $right }`
    .at = different kinds of entity
    .help = compare two columns that refer to the same kind of entity
