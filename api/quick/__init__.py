"""Answers about bidders before the framework is entered."""
