"""The public pages: query, company card, letter check, rules; Chinese first, without script."""
