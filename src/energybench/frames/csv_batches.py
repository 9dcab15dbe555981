"""A CSV file a batch at a time, in the two encodings that whole files are read in."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas

from energybench.frames.files import ENCODINGS, csv_options, no_encoding, refusing_ragged

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

#: Bytes that are decoded at a time while the encoding is looked for.
_BLOCK = 1 << 22


@dataclass(frozen=True)
class CsvSource:
    """A CSV file: its headers as they stand, and how pandas is to read it."""

    path: Path
    headers: list[str]
    options: dict[str, Any]
    many: bool = False
    notes: tuple[str, ...] = ()

    def batches(self, columns: Mapping[str, str], rows: int) -> Iterator[tuple[str, pandas.DataFrame, float]]:
        """Yield the rows in batches."""
        places = [self.headers.index(header) for header in columns.values()]
        size = self.path.stat().st_size
        with (
            self.path.open("rb") as file,
            refusing_ragged(self.path),
            pandas.read_csv(file, chunksize=rows, **self.options) as chunks,
        ):
            # The header is the first row of the first batch, so that row numbers begin with 1 there.
            header = 1
            while (chunk := next(chunks, None)) is not None:
                chunk.index += 1
                filled = chunk.iloc[header:].dropna(how="all")
                header = 0
                yield "", filled[places].set_axis(list(columns), axis=1), file.tell() / size
                del chunk, filled


def open_csv(path: Path) -> CsvSource:
    """Look at a CSV file."""
    options = csv_options(path, _encoding(path))
    with refusing_ragged(path):
        first = pandas.read_csv(path, nrows=1, **options)
    return CsvSource(path, ["" if cell != cell else str(cell) for cell in first.iloc[0]], options)


def _encoding(path: Path) -> str:
    """Return the first encoding in which the whole file is text."""
    for encoding in ENCODINGS:
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            with path.open("rb") as file:
                while block := file.read(_BLOCK):
                    decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return encoding
    raise no_encoding(path)
