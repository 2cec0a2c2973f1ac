"""Sanctions: penalties, the bars they state, and the answer to "may it bid?"."""
