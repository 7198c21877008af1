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

E0304 = a unit is missing: `{ $expected }` is needed here
    .at = a plain number
    .insert = write the unit `{ $unit }`
    .note = a number alone does not say what was measured, for example in `{ $unit }`

E0305 = `{ $operator }` does not work on { $found }
    .at = not defined for these values

E0306 = values of `{ $found }` have no order
    .at = can be equal or not, never greater or smaller

E0307 = `{ $unit }` is not a unit of `{ $ty }`
    .at = measures something else
    .help = fitting units: { $fitting }

E0308 = the number { $number } cannot be held
    .at = whole numbers have 64 bits: about 19 digits

E0309 = there is no `{ $text }` in the calendar
    .at = no such date or time

E0310 = `{ $unit }` needs a whole number
    .at = cannot be divided

E0311 = months and years are no length of time
    .at = a month has 28 to 31 days
    .help = use days, or a month in a window such as `over last 3 months`

E0312 = `{ $function }` takes { $expected ->
        [one] one value
       *[other] { $expected } values
    }, and gets { $found }
    .at = { $found } given
    .note = it is written `{ $signature }`

E0313 = a fixed value is needed here
    .at = not known before data are read
    .help = write a number or text, a constant or a parameter

E0314 = this aggregate is not complete
    .at = a value or the rows are missing, or it takes none
    .help = write for example `{ $example }`

E0315 = this span of time has no length
    .at = a length above zero is needed

E0316 = the rows of `{ $source }` have no time, so a window has no meaning
    .at = remove this, or choose a source that lies in time
    .declared = `{ $source }` is declared without time

E0317 = a number from { $low } to { $high } is needed
    .at = outside of this

E0318 = `missing` stands only after `is` and `is not`
    .at = not a value of its own
    .help = write `x is missing`


E0320 = a column cannot have the type `{ $ty }`
    .at = no cell of a table holds this
