### Rows one after the other, runs and overlaps.

E0371 = the rows of `{ $source }` have no time, so `{ $aggregate }` has no meaning
    .at = no row is before or after another
    .declared = `{ $source }` is declared here

E0372 = `{ $aggregate }` looks at rows one after the other, not at distinct entities
    .at = these are entities, in the order of their keys
    .help = take the rows of the source itself, without `… in`

E0373 = `max overlap` needs rows that are true for a while, which those of `{ $source }` are not
    .at = no start and end
    .declared = `{ $source }` is declared here
    .help = only a source with `state a..b` has rows with a start and an end

E0374 = `max overlap` needs a window
    .at = at which instants is not said
    .help = write for example `over last 30 days` behind it
