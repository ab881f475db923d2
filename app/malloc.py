"""How the C library keeps memory: given back when a request is answered, instead of kept for each thread."""

from __future__ import annotations

import ctypes

# From glibc's malloc.h.
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
_KEPT = 128 * 1024  # bytes at the end of the heap; larger pieces have pages of their own


def give_back() -> None:
    """Let this process, and those that it forks off, give back what they no longer use.

    By default every thread takes memory from a heap of its own, which stays as large as the largest request of that
    thread; hundreds of threads, few of which work at a time, then hold hundreds of MB.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError):
        return  # another C library, which has no such habit
    for option, value in ((_ARENA_MAX, 1), (_MMAP_THRESHOLD, _KEPT), (_TRIM_THRESHOLD, _KEPT)):
        mallopt(option, value)
