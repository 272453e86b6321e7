"""Write cypher/browser/favourites.zip anew, from the pictures and the query library.

    python scripts/write_browser_favourites.py

To be run when a query of cypher/queries or cypher/browser/pictures has changed.
"""

from __future__ import annotations

import sys

from songnet.store.browser import favourites, favourites_zip
from songnet.store.library import cypher_folder


def main() -> int:
    path = cypher_folder() / "browser" / "favourites.zip"
    path.write_bytes(favourites_zip())
    print(f"{path}: {len(favourites())} favourites")
    return 0


if __name__ == "__main__":
    sys.exit(main())
