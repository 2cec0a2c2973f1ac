"""Every page and the style sheet, for the application's list of routes."""

from __future__ import annotations

from typing import Any

from api.web import company, desk, letters, pages, people, query, repairing, review, rulebook

ROUTES: list[Any] = [
    query.Query, company.Companies, letters.Letters, rulebook.RulePage, people.SignIn, people.Leaving, people.Account,
    desk.Desk, desk.Chats, repairing.Records, repairing.Repairing, review.Queue, review.Region, review.Seeing,
    review.Reviewing, pages.STATIC,
]
