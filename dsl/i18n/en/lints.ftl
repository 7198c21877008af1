### Right, but perhaps not what is meant.

W0001 = `!=` leaves out rows where `{ $left }` is missing
    .at = neither true nor false where a value is missing
    .replace = count a missing value as different
    .help = write `is not` to keep them

W0002 = { $kind } `{ $name }` is used nowhere
    .at = has no effect
    .help = remove it, or use it

W0003 = `{ $name }` is never missing
    .at = always the same answer

W0004 = `{ $condition }` is always true
    .at = true whatever the rows say
    .note = `{ $left }` is { $left_least } or more
    .note2 = `{ $left }` is { $left_most } or less
    .note3 = `{ $right }` is { $right_least } or more
    .note4 = `{ $right }` is { $right_most } or less

W0005 = `{ $condition }` is never true
    .at = no rows can make it true
    .given = where this is true
    .note = `{ $left }` is { $left_least } or more
    .note2 = `{ $left }` is { $left_most } or less
    .note3 = `{ $right }` is { $right_least } or more
    .note4 = `{ $right }` is { $right_most } or less

W0006 = `{ $condition }` is never true with the values that parameters have here
    .at = not with the defaults, nor with any profile
    .given = where this is true
    .help = other values in the parameters' ranges would reach it: set them in a profile, or change the condition

W0007 = this window begins before the data of `{ $source }`
    .at = longer than the declared `history`
    .declared = its `history` is declared here
    .help = what lies before is not in the data, and counts as nothing: shorten the window, or correct `history`

W0008 = a low total may mean that `{ $source }` delivered nothing
    .at = also true when deliveries stop
    .declared = declared here without `expect`
    .help = say how often rows must come, as in `expect every 1 day`: then an outage does not look like an absence

W0009 = how many peers are needed is not said
    .at = { $default } of them are enough to compare with
    .insert = say so
    .help = write `at least` with a number that makes the comparison fair
