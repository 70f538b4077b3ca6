"""What the Makefile runs; no part of the package d2lutils."""

import sys

# Where this package is installed, jsonschema compiles its 38 grammars of addresses at each start,
# which takes two seconds. What is read here has no use for them.
SLOW = "rfc3987_syntax"
sys.modules.setdefault(SLOW, None)
