"""One page of a long list; which one, and what filters it, is in the page's address."""

from typing import Any
from urllib.parse import urlencode

import reflex as rx

SIZE = 25


class Paged(rx.State, mixin=True):
    """The page and the filters of a list, kept in its address."""

    page: int = 0
    last_page: int = 0
    told: str = ""
    is_filtered: bool = False

    def _filters(self, *names: str, sort: str) -> str:
        """The address's filters, as the API takes them."""
        asked = {name: value for name in names if (value := self._query(name))}
        page = self._query("page", "0")
        asked |= {"sort": self._query("sort", sort), "page": page if page.isdigit() else "0", "size": str(SIZE)}
        return urlencode(asked)

    def _page_of(self, listed: dict[str, Any]) -> None:
        first, total = listed["page"] * listed["size"], listed["total"]
        more = "more than " if listed.get("total_is_lower_bound") else ""
        self.page = listed["page"]
        self.last_page = max(0, -(-total // listed["size"]) - 1)
        self.told = f"{first + 1:,}–{first + len(listed['items']):,} of {more}{total:,}"
        self.is_filtered = bool(set(self.router.url.query_parameters) - {"page", "sort"})

    @rx.event
    def filter(self, name: str, value: str) -> Any:
        """Show what has this value, from the first page on."""
        return rx.redirect(self._link(**{name: value}), replace=name == "q")

    @rx.event
    def turn(self, page: int) -> Any:
        """Show another page."""
        return rx.redirect(self._link(page=page or ""))
