### Derived tables.

E0540 = `{ $name }` cannot be read where rows are made
    .at = this may change from one evaluation to the next
    .note = the rows of a derived table or a union depend on what is known, not on the evaluation that reads them
    .help = read it where the table is used, in the `where` of `from`

E0549 = `{ $column }` may differ within a group
    .at = which row's `{ $column }` is meant
    .help = an aggregate says which: `first { $column }`, `the { $column }`, `max { $column }`; or make it a key of `per`

E0542 = there is no group to count here
    .at = each row of this table is made of one row
    .help = group the rows first: `per …` or `sessions gap …`

E0543 = a table can be grouped by one span of time only
    .at = the second span of time
    .first = the first one
    .help = compute the second one from it, or make a derived table of a derived table

E0544 = nothing in this table is ever unfinished
    .at = remove this
    .note = `including current` shows the bucket or session that is still going on

E0545 = the rows of `{ $source }` have no time, so they make no sessions
    .at = choose a source that lies in time
    .declared = `{ $source }` is declared without time

E0546 = `within` needs one column that is a place, and `{ $source }` has several
    .at = how far rows of a session may lie from its first
    .declared = places of `{ $source }`: { $columns }
    .help = name the places of rows in a source with one `Point` column

E0547 = a derived table is made of rows
    .at = these are not rows of a source

E0548 = `{ $table }` is made of other rows, and a source is needed
    .at = a derived table cannot stand here
    .declared = `{ $table }` is declared here

E0550 = the rows of a derived table are about its own entity
    .at = these are about another one
    .help = make the table for the other entity, at top level, and read it with `of`: `count from table of path`
