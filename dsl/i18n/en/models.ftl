### Models: triggers, levels, messages, parameters, tests.

E0501 = `{ $model }` has no `{ $clause }`
    .at = this model
    .help = write for example `{ $example }`

E0502 = this range ends before it starts
    .at = { $end } comes before { $start }
    .help = write the smaller end first

E0503 = `{ $clause }` may stand once
    .at = a second one
    .first = the first one

E0504 = the rows of `{ $source }` have no time, so no model can run on them
    .at = not a source of events or states
    .declared = `{ $source }` is declared without time
    .help = run at fixed times: `every day at 02:00`

E0505 = `{ $model }` runs for the rows of its trigger, and `in` has no effect
    .at = remove this

E0506 = this step does not divide a day
    .at = write 15 min, 1 h, 6 h or another part of 24 hours

E0507 = a time of day goes with days and longer steps
    .at = shorter steps count from midnight

E0508 = `{ $column }` says when a row is, and may be missing
    .at = a row without time has no place
    .remove = make it a column that is always there
    .note = rows without it become rejects and are counted

E0509 = `{ $clause }` does not fit a column of `{ $ty }`
    .at = not possible here

E0510 = `{ $function }` reads { $expected ->
        [one] one raw column
       *[other] { $expected } raw columns
    }, and { $found } are named
    .at = { $found } named here

E0511 = there is no time zone `{ $zone }`
    .at = not in the IANA list of time zones
    .help = a zone is written as region and city, such as `Asia/Shanghai`

E0512 = the part `{ $part }` has no column `{ $column }`
    .at = every part of a union needs the same columns
    .other = another part has it

E0513 = the parts give the column `{ $column }` different types: `{ $left }` and `{ $right }`
    .at = this is `{ $right }`
    .other = this is `{ $left }`

E0514 = the parts of `{ $union }` lie in time differently
    .at = events, states and tables without time cannot be mixed
    .other = another part lies otherwise

E0515 = `{ $column }` needs to be a column of this part itself
    .at = computed or read through another table
    .note = keys and times of a union are the parts' own


E0517 = `{ $union }` is a union, and a department's table is needed
    .at = rows cannot be given to a union
    .declared = declared here
    .help = name one of its parts: { $parts }

E0518 = `{ $model }` never gives the level `{ $level }`
    .at = not one of its levels
    .note = it gives: { $given }

E0541 = `{ $level }` is never given: `{ $above }` begins at the same score or a lower one
    .at = tried after `{ $above }`
    .first = tried first, because it is more severe
    .help = let the more severe level begin at a higher score

E0519 = a key of `{ $entity }` has { $expected ->
        [one] one part
       *[other] { $expected } parts
    }, and { $found } are given
    .at = { $found } given

E0520 = `{ $format }` is no way to show a value
    .at = not a format
    .help = `:.1` shows one digit after the point

E0521 = a pair needs two different entities
    .at = two names of entities, as in `(Person, Dwelling)`

E0522 = a key cannot be `{ $ty }`
    .at = only `Text`, `Int` or a pair of entities
    .note = keys are compared for equality, and written in the same way by every department

E0523 = the time zone cannot be read from `{ $source }`
    .at = a source with one fixed row for each entity is needed
    .declared = `{ $source }` is declared here

E0524 = the test does not say what to expect
    .at = either `expect nothing`, or the warnings

E0525 = the rows of `{ $source }` lack `{ $column }`, which says when they are
    .at = not given here
    .help = add `{ $column }` to the columns

E0526 = the value of `{ $parameter }` is outside its range
    .at = allowed: { $low } to { $high }
    .declared = the range is declared here

E0527 = findings are read in models only
    .at = not in a fact, a table or a function
    .help = read them in a `let` of the model that needs them, so that it is seen which model builds on which

E0529 = the manifest names no plugin `{ $plugin }`
    .at = not in `[plugins]`
    .help = did you mean `{ $suggestion }`?
    .note = each plugin is named in `watchfire.toml` with its path and SHA-256

E0530 = `{ $clause }` has no meaning in a trigger
    .at = a trigger takes a source, `as` and `where`

E0551 = there are no peers { $place }
    .at = `among` has no meaning here
    .note = peers are the other entities that a model looks at in the same instant: a `let` or condition of a model with `every` compares with them

E0552 = this value is the same for all, so comparing it says nothing
    .at = reads no rows
    .help = compare a value of each entity, for example a sum from its rows

E0560 = `{ $clause }` speaks of the time since the step before, and the first step has none
    .at = there is no step before
    .help = write it after `then …`

E0561 = `{ $name }` reads the rows of the sequence, so the sequence cannot depend on it
    .at = not known before all steps are
    .declared = `{ $name }` reads the steps here
    .help = name the columns of earlier steps in the condition itself, or move the condition to `warn when`

E0562 = `warn at` belongs to models with `match`
    .at = other models speak of the instant at which they look
    .help = remove `at …`

E0563 = the rows of `{ $source }` have no time, so they are neither before nor after others
    .at = not a source of events or states
    .declared = `{ $source }` is declared without time

E0564 = the rows of `{ $source }` do not last, so there is no `{ $clause }` them
    .at = not a source `state a..b`
    .declared = `{ $source }` is declared here

E0565 = the rows of a step are chosen by parts of the entity and columns of registries alone
    .at = this may change in time, or reads a row of the sequence
    .note = a registry is a source without time that has a `unique` column of the entity

E0570 = no key of `{ $entity }` can be read from `{ $key }`
    .at = names nobody
    .declared = `{ $entity }` is declared here
    .help = write the key as the departments write it

E0571 = `{ $key }` is exempt from `{ $model }` twice
    .at = exempt again here
    .first = first exempt here
    .help = keep one of the two, with the later date
