"""The versions of what can change a number, a drawing or a page."""

import functools
import platform
from importlib import metadata

from mappa import __version__

#: What can change a number or a drawing, and what can change a page.
COMPUTE = (
    "ipykernel ipython matplotlib nbclient nbformat numpy pandas papermill scipy seaborn "
    "statsmodels"
)
RENDER = "jinja2 nbconvert nbformat openpyxl resvg-py"


@functools.cache
def versions(names: str = COMPUTE) -> dict[str, str]:
    """Return the versions of Python, of this package and of *names* (parted by spaces)."""
    found = {"python": platform.python_version(), "mappa": __version__}
    for name in names.split():
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "absent"
    return found
