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
