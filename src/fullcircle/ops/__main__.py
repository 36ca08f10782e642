"""`python -m fullcircle.ops`: the command line without its script."""

import sys

from fullcircle.ops.cli import main

sys.exit(main())
