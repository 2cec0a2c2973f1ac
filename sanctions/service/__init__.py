"""The verbs of sanctions, a room per matter; a room with tables of its own has its store and model."""
