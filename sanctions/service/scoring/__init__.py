"""Standing of a company, and everybody's score in a cache."""
