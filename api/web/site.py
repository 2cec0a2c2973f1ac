"""Every page and the style sheet, for the application's list of routes."""

from __future__ import annotations

from typing import Any

from api.web import (
    company,
    conduct,
    desk,
    draw_desk,
    draws,
    exchange,
    extracts,
    letters,
    office_letters,
    pages,
    people,
    profiles,
    proposals,
    query,
    receipt,
    recording,
    registering,
    repairing,
    report,
    review,
    rulebook,
    score,
    screening,
    talks,
    verifier,
    watches,
    webhooks,
)

ROUTES: list[Any] = [
    query.Query, company.Companies, letters.Letters, receipt.Receipts, verifier.Verifier, rulebook.RulePage,
    people.SignIn, people.Leaving, people.Account, desk.Desk, desk.Chats, score.OwnScore, repairing.Records,
    repairing.Repairing, review.Queue, review.Region, review.Seeing, review.Reviewing, conduct.OwnConduct,
    recording.Recording, screening.ScreeningDesk, registering.Registering, registering.Proving, profiles.OwnProfile,
    profiles.OfficeProfiles,
    office_letters.OfficeLetters, proposals.OfficeProposals, proposals.OwnProposals, draws.PublicDraws,
    extracts.PublicExtracts,
    draw_desk.OfficeDraws, draw_desk.OwnInstructions, talks.OfficeTalks, talks.OwnTalks, report.Verify, report.Asking,
    exchange.ExchangeDesk, watches.OwnWatches, webhooks.OwnWebhooks,
    pages.STATIC,
]
