"""约谈: what happens to talks."""
