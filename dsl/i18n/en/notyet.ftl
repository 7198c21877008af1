### Constructs that are understood but cannot run yet.

E0901 = `{ $construct }` cannot run yet
    .at = understood, but not in this version
    .note = the rest of the package is checked all the same
