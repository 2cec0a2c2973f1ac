"""API: HTTP, pages and the command line; the only place where the folders are wired together."""
