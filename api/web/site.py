"""Every page and the style sheet, for the application's list of routes."""

from __future__ import annotations

from typing import Any

from api.web import company, letters, pages, query, rulebook

ROUTES: list[Any] = [query.Query, company.Companies, letters.Letters, rulebook.RulePage, pages.STATIC]
