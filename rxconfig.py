"""What Reflex builds and serves; `frontend/build.py` and `belfry_ui.site` use it."""

import reflex as rx

from belfry_ui.export import Export
from belfry_ui.theme import theme

config = rx.Config(
    app_name="belfry_ui",
    app_module_import="belfry_ui.app",
    telemetry_enabled=False,
    state_manager_mode="memory",
    cors_allowed_origins=(),
    show_built_with_reflex=False,
    plugins=[rx.plugins.RadixThemesPlugin(theme=theme()), Export()],
    disable_plugins=[rx.plugins.SitemapPlugin],
)
