"""Draws, talks and hints of relapse: they steer supervision and bar nobody."""
