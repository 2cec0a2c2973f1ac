"""Chinese company names: folded for equality, taken apart, compared with reasons, found among a million. Pure."""

from __future__ import annotations

from credit.names.components import Component
from credit.names.folding import fold, plain, same
from credit.names.index import Found, NameIndex
from credit.names.matching import Match, Verdict, compare
from credit.names.parts import Parts, parse
from credit.names.places import Region

__all__ = [
    "Component",
    "Found",
    "Match",
    "NameIndex",
    "Parts",
    "Region",
    "Verdict",
    "compare",
    "fold",
    "parse",
    "plain",
    "same",
]
