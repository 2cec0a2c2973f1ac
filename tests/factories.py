"""Makers of sample values that are valid by construction and the same in every run."""

from __future__ import annotations

from credit.uscc import ALPHABET, check_digit, org_check_digit


def uscc(n: int, region: str = "370100") -> str:
    """The n-th sample company code of a region: 91 + region + MA9A + four characters + both check digits."""
    digits = "".join(ALPHABET[n // 31**power % 31] for power in (3, 2, 1, 0))
    body = "MA9A" + digits
    first = "91" + region + body + org_check_digit(body)
    return first + check_digit(first)
