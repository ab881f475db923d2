"""Where `omniopt` and `python -m worker` begin; nothing is imported before Ctrl-C has an answer."""

import sys


def main() -> int:
    """Run the command line; returns the exit code."""
    try:
        from worker.cli import main as run

        code = run()
        # Everything is done and said; Ctrl-C while Python takes itself apart must not change what came out.
        import signal

        signal.signal(signal.SIGINT, signal.SIG_IGN)
        return code
    except KeyboardInterrupt:
        print("\nomniopt: Stopped by Ctrl-C.", file=sys.stderr)
        return 4  # EXIT_INTERRUPTED of worker.errors, which was perhaps being imported


if __name__ == "__main__":
    sys.exit(main())
