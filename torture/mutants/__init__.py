"""Mutation testing: small errors are put into a package, and its tests should see each of them.

``python -m torture mutants --package agreement --sample 500`` writes
``results/mutants-agreement.md``. It needs mutmut, which makes the errors; ``make mutants`` has it.
"""

from torture.mutants._run import main

__all__ = ["main"]
