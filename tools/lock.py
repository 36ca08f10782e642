"""Write the hashed requirement files anew: `make lock`, or `make lock UP=1` for newer versions.

The files carry names, versions and hashes, and no address of any registry: whoever installs decides where from.
"""

import sys

from tools.bootstrap import ROOT, ensure_uv, run

PLAIN = ("--quiet", "--universal", "--generate-hashes", "--no-header", "--no-annotate", "--python-version", "3.11")
CORE = ("pyproject.toml", "-o", "requirements/core.txt")
DEV = (
    *("pyproject.toml", "--extra", "scale", "--extra", "ml", "--group", "dev"),
    *("-c", "requirements/core.txt", "-o", "requirements/dev.txt"),
)


def main() -> int:
    uv = ensure_uv(ROOT)
    for wanted in (CORE, DEV):
        run(uv, "pip", "compile", *PLAIN, *sys.argv[1:], *wanted)
        print(f"wrote {wanted[-1]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
