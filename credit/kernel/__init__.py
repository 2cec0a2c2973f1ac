"""Clock, canonical JSON, the Merkle log, units of work, tasks, dated rules, working days, files, settings."""
