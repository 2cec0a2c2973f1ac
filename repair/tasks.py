"""What repair does when something happens: nothing by itself. Limits are computed when somebody looks."""

from __future__ import annotations

from collections.abc import Mapping

REACTIONS: Mapping[str, tuple[str, ...]] = {
    "repair_opened": (),
    "repair_paper_added": (),
    "repair_promised": (),
    "repair_submitted": (),
    "repair_withdrawn": (),
}
"""Event kind → subscribers; the kinds that letters follow are decided beside notices."""
