"""Watched answers, and the webhooks that are told of a change."""
