"""The public lists as signed files, whole and as deltas."""
