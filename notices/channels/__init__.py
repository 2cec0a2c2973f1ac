"""Channels: where a letter goes. Each takes a message and answers Sent, Later or Never."""

from notices.channels.file import FileChannel
from notices.channels.inbox import InboxChannel
from notices.channels.memory import MemoryChannel
from notices.channels.port import Channel
from notices.channels.smtp import SmtpChannel

__all__ = ["Channel", "FileChannel", "InboxChannel", "MemoryChannel", "SmtpChannel"]
