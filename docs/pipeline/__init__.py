"""From the chapters, the catalogue and the recorded runs to the pages and notebooks of the site.

``python docs/pipeline/generate.py FOLDER`` writes them all; only ``hooks.py`` depends on MkDocs.
"""

from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
CACHE = ROOT / ".cache" / "site"
