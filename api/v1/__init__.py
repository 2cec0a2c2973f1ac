"""Version 1 of the HTTP interface: one controller per noun."""
