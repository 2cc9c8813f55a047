"""``python -m sumptuary``."""

import sys

from sumptuary.cli import main

sys.exit(main())
