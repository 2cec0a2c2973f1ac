"""Notices: official letters, their numbers, their delivery."""
