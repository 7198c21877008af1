"""The questions: what they are, which files they read, and how much faster than the best peer Watchfire is meant to be."""

TITLES = {
    "W1": "scan: 20 weighted conditions over 8 columns",
    "W2": "30 models over one frame",
    "W3": "impossible travel, > 200 km/h",
    "W4": "distinct people of 7 days, at every event",
    "W5": "sum, mean, count, night share of 24 h, at every event",
    "W6": "A, then B > 5 km away within 2 h, no C between",
    "W7": "people per m², a day's use against 28 days",
    "W8": "addresses folded, 5 owners or more",
    "W7D": "W7, each of its 90 days a query of its own",
    "W3L": "W3 over rows that come late and are corrected",
    "W4L": "W4 over such rows",
    "W5L": "W5 over such rows",
    "W6L": "W6 over such rows",
    "ALL": "W1 to W8 as one package",
}
TABLES = {
    "W1": ["readings"],
    "W2": ["readings"],
    "W3": ["presence"],
    "W4": ["presence"],
    "W5": ["meters"],
    "W6": ["presence"],
    "W7": ["presence", "meters", "registry"],
    "W8": ["titles"],
}
TABLES["W7D"] = TABLES["W7"]
TABLES |= {f"{question}L": [f"late_{table}" for table in TABLES[question]] for question in ("W3", "W4", "W5", "W6")}
TABLES["ALL"] = ["readings", "presence", "meters", "registry", "titles"]
# The range of Watchfire's runs where it is not that of the data: until the midnight after the last day, when W7 looks back
# at it; W8 is one look at a register.
RANGES = {
    "W7": ["--to", "2024-04-01"],
    "W8": ["--from", "2024-04-01", "--to", "2024-04-01"],
    "ALL": ["--to", "2024-04-01"],
}
# Names of the models in watch/; those of W2 are in the answers.
MODELS = {
    "W1": "scan",
    "W3": "travel",
    "W4": "people",
    "W5": "high_use",
    "W6": "moved",
    "W7": "crowded_and_busy",
    "W8": "many_owners",
}
# The questions that are asked again in other ways, which `ALL` leaves out.
AGAIN = ["W7D", "W3L", "W4L", "W5L", "W6L"]
MODELS["W7D"] = MODELS["W7"]
MODELS |= {f"{question}L": f"late_{MODELS[question]}" for question in ("W3", "W4", "W5", "W6")}
ONLY = {question: [model] for question, model in MODELS.items()}
ONLY["W2"] = [f"{form}{number}" for form in "abcdef" for number in range(1, 6)]
ONLY["ALL"] = [model for question, models in ONLY.items() if question not in AGAIN for model in models]
GOALS = {"W1": 2, "W2": 4, "W3": 3, "W4": 6, "W5": 4, "W6": 1.2, "W7": 2, "W8": 3, "W7D": 30, "ALL": 6}
GOALS |= {f"{question}L": GOALS[question] for question in ("W3", "W4", "W5", "W6")}
# The same where the data is already read and ordered.
WARM_GOALS = {"W6": 20}
