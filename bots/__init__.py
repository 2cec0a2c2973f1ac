"""Bots: conversations on Telegram, WeChat and the terminal, on one dialogue core."""
