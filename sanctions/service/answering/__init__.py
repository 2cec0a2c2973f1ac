"""Questions: now from the register, in the past from the database, with names, counts and receipts."""
