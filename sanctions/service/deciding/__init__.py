"""Decisions come in and change: penalties, conduct, parked rows, what a repair lifts."""
