"""Files of companies answered as of one log position."""
