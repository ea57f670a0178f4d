"""What the export of the page needs beyond Reflex's own steps."""

from pathlib import Path
from typing import Any

import reflex as rx

STYLES = Path(__file__).with_name("belfry.css")
SWAGGER = "swagger-ui-dist@5.35.0"
BAKED = "  const endpoint = new URL(url_str);\n"
FROM_ORIGIN = (
    "  const endpoint = new URL(url_str);\n"
    '  if (typeof window === "undefined") return endpoint;\n'
    '  const origin = endpoint.protocol === "ws:" ? location.origin.replace("http", "ws") : location.origin;\n'
    "  return new URL(endpoint.pathname, origin);\n"
)


class Export(rx.plugins.Plugin):
    """Ties the page to wherever it was loaded from, and bundles Belfry's style sheet with hashed names."""

    def get_static_assets(self, **context: Any) -> list[tuple[Path, str | bytes]]:
        return [(Path("styles") / STYLES.name, STYLES.read_text())]

    def get_frontend_dependencies(self, **context: Any) -> list[str]:
        return [SWAGGER]

    def get_stylesheet_paths(self, **context: Any) -> list[str]:
        return [STYLES.name]

    def pre_compile(self, **context: Any) -> None:
        context["add_modify_task"]("utils/state.js", from_origin)

    def update_env_json(self, **context: Any) -> dict[str, Any]:
        return {"EVENT": "ws://origin/_event", "PING": "http://origin/ping"}


def from_origin(script: str) -> str:
    """The client script, made to find its server at the page's own origin: any host, port or TLS proxy works.

    Raises ValueError where the script is not the one this was written for.
    """
    if FROM_ORIGIN in script:
        return script
    if script.count(BAKED) != 1:
        raise ValueError("Reflex's client script has changed: see how it finds its server.")
    return script.replace(BAKED, FROM_ORIGIN)
