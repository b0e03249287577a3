"""Which version runs."""

from importlib.metadata import PackageNotFoundError, version

try:
    VERSION = version("zhibo")
except PackageNotFoundError:  # run from a folder that was never installed
    VERSION = "0+unknown"
