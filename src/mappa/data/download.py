"""Ask for the Ministry's area tables at their addresses."""

import os
import time
from urllib.parse import urlsplit, urlunsplit

import pandas as pd

from mappa.data.load import Data
from mappa.data.sheets import LARGEST_FILE
from mappa.errors import DataError, UnknownName, UsageError

#: Replaces scheme and host of every address: a mirror, or the tests' own server.
BASE_VARIABLE = "MAPPA_OFFICIAL_BASE"
CONNECT_SECONDS, READ_SECONDS, WHOLE_SECONDS = 10.0, 30.0, 120.0
#: The Ministry's server is said to answer only who names itself.
HEADERS = {"User-Agent": "mappa (research on MAPPA area tables)"}


def addresses(data: Data, years: list[int]) -> pd.DataFrame:
    """Return the rows of official_tables.csv for *years* (all, where none is named).

    Raises UnknownName (exit status 2) for a year without an address.
    """
    table = data.official_tables
    known = [str(d.year) for d in table["stock_date"]]
    for year in years:
        if str(year) not in known:
            raise UnknownName("official table for the year", str(year), known)
    return table[table["stock_date"].dt.year.isin(years)] if years else table


def resolve(url: str) -> str:
    """Return the address to ask: *url*, with the mirror's scheme and host where one is named."""
    base = os.environ.get(BASE_VARIABLE)
    if not base:
        return url
    mirror, parts = urlsplit(base), urlsplit(url)
    if not mirror.scheme or not mirror.netloc:
        raise UsageError(f"{BASE_VARIABLE} must be an address such as https://mirror.example.")
    path = mirror.path.rstrip("/") + parts.path
    return urlunsplit((mirror.scheme, mirror.netloc, path, parts.query, ""))


def download(url: str) -> bytes:
    """Return the bytes at *url*.

    Raises DataError, one sentence, for a time-out, a refused connection, a redirect, a missing
    page or a file that is too large. A redirect is not followed: a person looks at an address that
    has moved before its figures are taken.
    """
    import requests

    address = resolve(url)
    deadline = time.monotonic() + WHOLE_SECONDS
    limits = CONNECT_SECONDS, READ_SECONDS
    try:
        with requests.get(
            address, headers=HEADERS, timeout=limits, allow_redirects=False, stream=True
        ) as answer:
            _check_status(answer.status_code, answer.headers.get("Location", ""), address)
            content = bytearray()
            for piece in answer.iter_content(65_536):
                content += piece
                if len(content) > LARGEST_FILE:
                    raise DataError(f"{address} sends more than a table of areas needs.")
                if time.monotonic() > deadline:
                    raise requests.Timeout
    except requests.Timeout:
        raise DataError(f"{address} did not answer in time: try again later.") from None
    except requests.RequestException as error:
        raise DataError(f"{address} cannot be reached ({type(error).__name__}).") from None
    return bytes(content)


def _check_status(status: int, location: str, address: str) -> None:
    if 300 <= status < 400:
        raise DataError(
            f"{address} redirects to {location or 'no address'}: if the table is there now, "
            "put that address into official_tables.csv."
        )
    if status in {404, 410}:
        raise DataError(
            f"{address} has no table any more (status {status}): find its new address and put "
            "it into official_tables.csv."
        )
    if status != 200:
        raise DataError(f"{address} answers with status {status} in place of a workbook.")
