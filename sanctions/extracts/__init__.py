"""Extracts of the public lists: rows and deltas, signed manifests, the check of a stranger."""
