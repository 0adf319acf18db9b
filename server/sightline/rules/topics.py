"""Find the rules that look at the messages of a topic: names by one look, filters once a topic."""

from __future__ import annotations

from collections.abc import Sequence

from sightline.model.filters import matches

_MOST = 20_000
"""Topics of which it is remembered who looks at them."""


class TopicNumbers:
    """The filters of all rules about numbers."""

    def __init__(self) -> None:
        self._filters: dict[str, str] = {}
        self._found: dict[str, tuple[str, ...]] = {}

    def __len__(self) -> int:
        return len(self._filters)

    def filters(self) -> Sequence[str]:
        """Return what must be subscribed to, each once."""
        return sorted(set(self._filters.values()))

    def put(self, rule: str, name: str) -> None:
        """Look at the topics of this filter for a rule."""
        self._filters[rule] = name
        self._found.clear()

    def drop(self, rule: str) -> None:
        """Look at nothing for a rule any more."""
        if self._filters.pop(rule, None) is not None:
            self._found.clear()

    def rules(self, topic: str) -> tuple[str, ...]:
        """Return the rules that look at a topic."""
        if not self._filters:
            return ()
        found = self._found.get(topic)
        if found is None:
            if len(self._found) >= _MOST:
                self._found.clear()
            found = tuple(key for key, name in self._filters.items() if matches(name, topic))
            self._found[topic] = found
        return found
