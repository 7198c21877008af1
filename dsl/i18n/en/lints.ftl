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
