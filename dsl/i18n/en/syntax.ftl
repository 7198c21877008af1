### Characters, brackets, statements.

E0001 = this does not belong here: `{ $found }`
    .at = expected { $expected }

E0002 = `{ $bracket }` is never closed
    .at = opened here
    .end = should be closed before this

E0003 = this `{ $bracket }` closes nothing
    .at = no open bracket that fits
    .opened = this one is open

E0004 = brackets are nested too deeply
    .at = more than { $limit } levels
    .help = give the inner part a name with `let`

E0005 = a blank is needed next to `{ $keyword }`
    .at = reads as one name
    .insert = write a blank
    .note = a keyword in Chinese ends at a blank or a punctuation mark, so that names may contain it

E0006 = the character `{ $character }` means nothing here
    .at = not part of the language
    .replace = write `{ $replacement }`

E0007 = a text that does not end on its line
    .at = the closing quote is missing

E0008 = something is missing here
    .at = expected { $expected }

E0009 = `{ $escape }` means nothing in a text
    .at = not an escape
    .replace = write the backslash twice
    .help = there are `\"`, `\\`, `\n` (a new line), `\t` and `\u{"{"}4e00{"}"}`

E0010 = this comment is never closed
    .at = opened here
    .help = write `*/` where it ends

E0011 = a name in backticks that does not end, or is empty
    .at = the closing backtick is missing

E0012 = a text stands in double quotes
    .at = single quotes
    .replace = write double quotes

E0013 = `{ $symbol }` is not written here
    .at = { $native ->
        [none] a statement ends with its line
       *[other] write `{ $native }`
    }
    .replace = { $native ->
        [none] remove it
       *[other] write `{ $native }`
    }

E0014 = `{ $text }` does not exist
    .at = no such date or time

E0015 = the file is larger than { $limit } MiB
    .at = the file begins here
    .help = data belongs into a source, not into a program

E0016 = the statement is too long
    .at = more than { $limit } words and signs

E0101 = `{ $found }` does not begin anything
    .at = expected `model`, `source`, `entity`, `fact`, `test` or the like
    .replace = did you mean `{ $suggestion }`?

E0102 = `{ $found }` does not belong here
    .at = did you mean `{ $keyword }`?
    .replace = write `{ $keyword }`

E0103 = `=` gives a name to a value
    .at = `==` compares two values
    .replace = write `==`

E0104 = `{ $name }` has no `from`
    .at = expected `from` and a source
    .insert = write `from`

E0105 = comparisons cannot be chained
    .at = second comparison
    .first = first comparison
    .help = write `a < b and b < c`, or `b in a..c`

E0106 = `{ $name }` stands alone or in parentheses
    .at = write `(` before it and `)` after its last clause
    .help = or give it a name: `let rows = { $name } …`

E0107 = `{ $name }` is a reserved word
    .at = a name is needed here
    .replace = put it in backticks
    .note = operators and the words of clauses are reserved in English and Chinese

E0108 = `{ $clause }` stands twice
    .at = the second one
    .first = the first one

E0109 = `{ $keyword }` does not stand in { $block }
    .at = it belongs into { $belongs }
    .help = perhaps a `{"}"}` is missing or one too many before it

E0110 = `{ $item }` needs a block
    .at = expected `{"{"}` … `{"}"}` after this

E0111 = { $cells } cells for { $columns } columns
    .at = this row
    .help = write `_` for a missing value

E0112 = the expression has too many parts
    .at = more than { $limit } operations one inside the other
    .help = give parts of it a name with `let`

E0113 = { $empty ->
        [true] nothing stands in the braces
       *[other] a brace in a message that has no partner
    }
    .at = { $empty ->
        [true] expected a value
       *[other] no partner in this text
    }
    .help = braces themselves are written `{"{{"}` and `{"}}"}`

E0114 = a list stands only after `in`
    .at = expected one value

E0115 = a new statement begins on a new line
    .at = another statement begins here

E0116 = a `without` with `within` ends the sequence
    .at = it must be the last clause

E0117 = `not` needs parentheses here
    .at = write `(not …)`
