"""Accounts: organisations with their competences, roles and API keys."""
