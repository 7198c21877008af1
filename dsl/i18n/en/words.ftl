### Words that appear inside messages, and the interface's own.

severity-error = error
severity-warning = warning
note = note
help = help
fix = fix
list-comma = ,
more-about = more about this: `watchfire explain-code { $code }`

word-name = a name
word-number = a number
word-text = a text in quotes
word-expression = a value
word-duration = a duration such as `7 days`
word-type = a type such as `Int`
word-date = a date
word-end-of-line = the end of the line
word-end-of-file = the end of the file
word-entity = entity
word-source = source
word-column = column
word-fact = fact
word-model = model
word-function = function
word-enum = enum
word-parameter = parameter
word-rows = derived table
word-unit = unit
word-level = level
word-plugin = plugin
word-constant = constant
word-table = a table
word-toml-list = a list
word-boolean = `true` or `false`
