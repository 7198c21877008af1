### Models: triggers, levels, messages, parameters, tests.

E0501 = `{ $model }` has no `{ $clause }`
    .at = this model
    .help = write for example `{ $example }`

E0502 = this range ends before it starts
    .at = { $end } comes before { $start }
    .help = write the smaller end first
