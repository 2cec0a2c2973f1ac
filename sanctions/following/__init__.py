"""Following companies: what happens to watches, webhooks and their messages."""
