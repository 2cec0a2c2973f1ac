"""Every page and the style sheet, for the application's list of routes."""

from __future__ import annotations

from typing import Any

from api.web import company, letters, pages, people, query, rulebook

ROUTES: list[Any] = [
    query.Query, company.Companies, letters.Letters, rulebook.RulePage, people.SignIn, people.Leaving, people.Account,
    pages.STATIC,
]
