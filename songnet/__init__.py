"""songnet: do songs that people put together also sound together?"""

__version__ = "0.1.0"
