"""Piccolo's configuration: the apps, and the engine that `database.bind` sets (Piccolo's own commands: settings)."""

from __future__ import annotations

from importlib import import_module

from piccolo.conf.apps import AppConfig, AppRegistry

from credit.kernel.database import Engine, make_engine
from credit.kernel.settings import from_environment

_APPS = [
    "credit.piccolo_app",
    "credit.accounts.piccolo_app",
    "sanctions.piccolo_app",
    "repair.piccolo_app",
    "notices.piccolo_app",
    "bots.piccolo_app",
]

_settings = from_environment()
DB: Engine = make_engine(_settings.database.url, _settings.data)
APP_REGISTRY = AppRegistry(apps=_APPS)


def apps() -> list[AppConfig]:
    """The configuration of every app, in dependency order."""
    return [import_module(name).APP_CONFIG for name in _APPS]
