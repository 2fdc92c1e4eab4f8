"""The tests of this folder need Wine: `python3 dev.py test --windows` runs them."""

from __future__ import annotations

import os

collect_ignore_glob = [] if "WINEPREFIX" in os.environ else ["test_*.py"]
