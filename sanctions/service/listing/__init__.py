"""Lists: prior notice, entries, removals, whole files, and how fresh their sources are."""
