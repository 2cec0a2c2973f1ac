"""The verbs of sanctions, one file per use: receive, change, files, parked, sources, ask, letters."""
