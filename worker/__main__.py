"""`python -m worker` is the same as `omniopt`."""

import sys

from worker.cli import main

sys.exit(main())
