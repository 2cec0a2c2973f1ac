"""The words of the 承诺书 for those who sign it where no file is shown: the same as in the PDF."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from api.papers.repair_letters import RepairLetters
from notices.letters import compose
from notices.model import LetterKind, Paragraph
from repair.model import Case


def promises(letters: RepairLetters) -> Callable[[Case, str], Awaitable[str]]:
    """What answers the promise of one record of a case, paragraph by paragraph, without its signer."""

    async def words(case: Case, record_id: str) -> str:
        letter = compose(LetterKind.COMMITMENT, await letters.commitment(case, record_id))
        return "\n".join(block.text for block in letter.blocks if isinstance(block, Paragraph))

    return words
