### Places.

E0361 = the rows of `{ $source }` have no position, so none is near or far
    .at = no column of type `Point`
    .declared = `{ $source }` is declared here

E0362 = `{ $source }` has several columns of positions: { $columns }
    .at = which of them is meant
    .declared = a position
    .help = say `by` and the column

E0363 = rows cannot be taken by nearness together with `{ $clause }`
    .at = only the rows of a source lie somewhere
    .help = take the rows of a source, and count what is in them: `count distinct person from sightings within 200 m of …`

E0364 = this text is no `{ $ty }`
    .at = read as in the data: WKT, GeoJSON or WKB
    .help = longitude comes first; a line has two different positions, a ring encloses something, and edges do not cross
