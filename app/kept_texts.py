"""Texts that are the same for many requests, each made once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock


class KeptTexts:
    """The texts that were asked for last, by what they hang on; several threads may ask at once."""

    def __init__(self, most: int = 32) -> None:
        """most: how many are kept."""
        self._most = most
        self._texts: OrderedDict[Hashable, str] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], str]) -> str:
        """The text for `key`, made where it is not kept. Raises what `make` raises."""
        with self._lock:
            if key in self._texts:
                self._texts.move_to_end(key)
                return self._texts[key]
        text = make()
        with self._lock:
            self._texts[key] = text
            if len(self._texts) > self._most:
                self._texts.popitem(last=False)
        return text
