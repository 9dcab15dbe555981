"""Tables of any kind are opened: text, Parquet, Excel, JSON, frames; whole as the form that they are, or in batches."""

from __future__ import annotations

import codecs
import json
import re
import zipfile
from collections.abc import Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from energybench.errors import (
    MissingPackageError,
    OptionError,
    TableError,
    TableNotFoundError,
    did_you_mean,
    quoted,
    requiring,
)
from energybench.frames.columns import COVERAGE, REQUIRED, Layout, column_of, column_with_unit
from energybench.frames.encode import is_missing
from energybench.frames.form_rows import (
    Reading,
    read_forms,
    several,
    several_sheets,
    with_constants,
    without_example,
    without_notes,
    without_repeated_headers,
)
from energybench.frames.forms import SUBTRACTED, Grid, find_form, refuse_near, role_of
from energybench.frames.meters import with_coefficient_units
from energybench.frames.native import from_arrow, kind_of, to_pandas
from energybench.frames.sources import (
    BATCH_ROWS,
    FIRST_ROW,
    Batch,
    EngineSource,
    StreamSource,
    collected,
    content_of,
    headers_of,
    is_lazy,
    open_parquet,
    readable,
)
from energybench.tables.names import normalise_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas

    from energybench.frames.sources import ParquetSource

    Source: TypeAlias = "Reading | StreamSource | EngineSource | CsvSource | ParquetSource"

#: Files of this many bytes, or of a sixteenth where Parquet packs them, are read in batches where nobody says how.
LARGE = 256 * 2**20
#: Encodings of CSV text, in the order in which they are tried.
ENCODINGS = ("utf-8-sig", "gb18030")
_READABLE = ".csv, .parquet or .xlsx (.txt, .tsv, .json)"
_TEXTS = (".csv", ".txt", ".tsv")
_LONGEST_PATH = 250
#: Sheets whose name begins so hold an answer, and are not read.
OWN_SHEETS = "energybench"
#: Rows of a frame that may be a form.
_MOST_ROWS = 100_000
#: Bytes that are decoded at a time while the encoding is looked for.
_BLOCK = 1 << 22


def open_file(
    path: str | Path, batch_rows: int | None, layout: Layout | None = None
) -> CsvSource | ParquetSource | Reading:
    """Look at a meter file or folder; a small file is read whole where nobody says in which batches."""
    file, shown = Path(path), shown_path(path)
    folder = _kind(file) == "folder" and path != ""  # an empty text would be the folder at work
    if not folder and ((batch_rows is None and not is_large(path)) or _ending(file, shown) in (".xlsx", ".json")):
        return read_form(path, "meters", layout or Layout())
    if folder or _ending(file, shown) == ".parquet":
        return open_parquet(file, shown, batch_rows or BATCH_ROWS)
    return open_csv(file, batch_rows or BATCH_ROWS)


def _ending(file: Path, shown: str) -> str:
    if _kind(file) != "file":
        fix = f"Give the path of a {_READABLE} file, or of a folder of .parquet files as meters"
        raise TableNotFoundError(f"{shown} is not a file that exists", shown, fix)
    if file.stat().st_size == 0:
        raise TableError(f"{shown} is empty", shown, "Give a file with a header and rows")
    if file.suffix.lower() not in (*_TEXTS, ".parquet", ".xlsx", ".json"):
        raise TableError(
            f"{shown} ends in {quoted(file.suffix)}, expected {_READABLE}", shown, f"Save it as {_READABLE}"
        )
    return file.suffix.lower()


def read_table(path: str | Path, sheet: str | None = None) -> pandas.DataFrame:
    """Read a tidy table from a file; the index is the row number in the file, the header being row 1."""
    file = Path(path)
    shown = shown_path(path)
    if _kind(file) == "folder":
        fix = f"Give the path of a {_READABLE} file; a folder of .parquet files can be the meters"
        raise TableNotFoundError(f"{shown} is a folder, and one file is read here", shown, fix)
    ending = _ending(file, shown)
    if ending in _TEXTS:
        with file.open("rb") as text:
            return next(open_csv(file, 0).frames(text, 1 << 40))
    if ending == ".json":
        return _read_json(file)
    if ending == ".xlsx":
        return _read_excel(_sheets(file), file, sheet)
    table = _read_parquet(file)
    table.index += FIRST_ROW
    return table


def read_form(path: str | Path, kind: str, layout: Layout) -> Reading:
    """Read a table of a kind from a file: a tidy one as it stands, any other as the form that it is."""
    file, shown = Path(path), shown_path(path)
    ending = file.suffix.lower()
    if _kind(file) == "file" and file.stat().st_size and ending in _TEXTS:
        source = open_csv(file, 0)
        if not _is_tidy(source.headers, kind, layout):
            grid = Grid(_text_cells(file, source.options["encoding"], source.options["sep"]))
            if form := find_form(grid, kind, layout):
                return read_forms([form], layout, shown)
            refuse_near([grid], kind, layout)
    if _kind(file) == "file" and file.stat().st_size and ending == ".xlsx":
        return _read_workbook(file, kind, layout)
    return read_frame(read_table(path), kind, layout)


def read_frame(frame: pandas.DataFrame, kind: str, layout: Layout) -> Reading:
    """Read a frame whose headers are its first row: a tidy one as it stands, any other as a form."""
    headers = list(frame.columns)
    if _is_tidy(headers, kind, layout):
        return _with_own(frame, kind, layout)
    rows = frame.itertuples(index=False, name=None)
    cells: list[list[Any]] = [list(map(str, headers))]
    cells += ([None if is_missing(cell) else cell for cell in row] for row in rows)
    form = find_form(Grid(cells), kind, Layout(None, 1, layout.columns)) if len(frame) <= _MOST_ROWS else None
    if form is None:
        refuse_near([Grid(cells[:1])], kind, layout)
        return Reading(frame)
    found = read_forms([form], layout, kind)
    # The rows of the grid are those of the frame below one header.
    found.frame.index = [frame.index[row - FIRST_ROW] for row in found.frame.index]
    return Reading(found.frame, found.notes[1:], found.used, found.read_as)


def _is_tidy(headers: Sequence[object], kind: str, layout: Layout) -> bool:
    pairs = [(header, column_of(header, kind)) for header in headers]
    known = [column for _, column in pairs if column]
    stated = any(normalise_name(str(header)) in COVERAGE for header in headers)
    whole = set(REQUIRED[kind][1]) <= set(known) | set(layout.constants)
    plain = layout.header_row in (None, 1) and not set(layout.columns) & set(map(str, headers))
    plain &= all(column or column_with_unit(header, kind) in (None, *known) for header, column in pairs)
    # What a column subtracts is a row of its own.
    plain &= kind == "outputs" or not any(role_of(str(header)) in SUBTRACTED for header in headers)
    return plain and ((whole and len(known) == len(set(known))) or stated)


def _with_own(frame: pandas.DataFrame, kind: str, layout: Layout) -> Reading:
    """Add the constants of the caller to a tidy table, and leave its notes and signatures out."""
    notes: list[str] = []
    names = {header: column for header in frame.columns if (column := column_of(header, kind))}
    value, other = ("amount", "carrier") if kind == "meters" else ("output", "product")
    places = {column: header for header, column in names.items()}
    if value in places and other in places:
        # A signalling NaN, or a type that pandas compares with no text: the row is read as any other.
        with suppress(ArithmeticError, NotImplementedError):
            frame, notes = without_repeated_headers(frame, places, value, kind)
            empty = frame[places[value]].isna()
            if empty.any() and (empty := empty & frame[places[other]].isna()).any():
                frame, said = without_notes(frame, empty.to_numpy(), kind)
                notes += said
    if "plant" in places:
        frame, examples = without_example(frame, places["plant"], kind)
        notes += examples
    if {"coefficient", "unit"} <= places.keys() and "coefficient_unit" not in places:
        header, unit = places["coefficient"], places["unit"]
        frame, said = with_coefficient_units(frame, str(header), header, unit)
        notes += said
    if not layout.constants:
        return Reading(frame, tuple(notes))
    headers = {str(header): names.get(header, "not used") for header in frame.columns}
    frame, used = with_constants(frame.rename(columns=names), layout, {}, notes, kind)
    return Reading(frame, tuple(notes), frozenset(used), headers)


def shown_path(path: str | Path) -> str:
    """Return a path in full; a text that is no path is cut."""
    text = str(path)
    return text if len(text) <= _LONGEST_PATH else quoted(text)


def files_of(path: Path) -> list[Path]:
    """Return a file, or the files of a folder; nothing where a text is no path of either."""
    kind = _kind(path)
    return sorted(path.rglob("*.parquet")) if kind == "folder" else [path] if kind else []


def stamp_of(path: str) -> tuple[Any, ...]:
    """Return what changes when a file or folder is written again: names, sizes and times."""
    stats = [(str(one), one.stat()) for one in files_of(Path(path))]
    return tuple((name, stat.st_size, stat.st_mtime_ns) for name, stat in stats)


def is_large(path: str | Path) -> bool:
    """Say whether meters are read in batches: a folder, or a long .parquet or .csv file."""
    file = Path(path)
    if _kind(file) != "file":
        return _kind(file) == "folder"
    most = {".parquet": LARGE // 16, **dict.fromkeys(_TEXTS, LARGE)}.get(file.suffix.lower())
    return most is not None and file.stat().st_size >= most


def _kind(path: Path) -> str:
    """Return "file", "folder", or nothing for what is neither; a text that can be no path is neither."""
    try:
        return "file" if path.is_file() else "folder" if path.is_dir() else ""
    except (OSError, ValueError):
        return ""


def _headers(table: pandas.DataFrame) -> list[str]:
    return ["" if header != header else str(header) for header in table.iloc[0]]


@dataclass(frozen=True)
class CsvSource:
    """A CSV file: its headers as they stand, and how pandas is to read it."""

    path: Path
    headers: list[str]
    options: dict[str, Any]
    rows: int
    #: Whether the file has a quote at all: only within quotes does a cell have a line break.
    quotes: bool
    kind = "pandas"
    whole = False
    notes = ()

    def batches(self, places: Mapping[str, int], row_by_row: bool) -> Iterator[Batch]:  # noqa: ARG002 - as every source
        size = self.path.stat().st_size
        with self.path.open("rb") as file:
            for chunk in self.frames(file, self.rows):
                table = chunk.iloc[:, list(places.values())].set_axis(list(places), axis=1)
                yield Batch(table, file.tell() / size)
                del chunk, table

    def frames(self, file: Any, rows: int) -> Iterator[pandas.DataFrame]:
        """Yield so many rows at a time, numbered as in the file, without those that are empty."""
        import pandas

        # The header is the first row of the first chunk.
        header = 1
        with refusing_ragged(self.path), pandas.read_csv(file, chunksize=rows, **self.options) as chunks:
            while (chunk := next(chunks, None)) is not None:
                chunk.index += 1
                if self.quotes:
                    self._refuse_swallowed(chunk)
                filled = chunk.iloc[header:].dropna(how="all")
                header = 0
                yield filled.set_axis(self.headers, axis=1)
                del chunk, filled

    def _refuse_swallowed(self, chunk: pandas.DataFrame) -> None:
        """Refuse a cell that holds further lines of the file, which a stray quote makes of them."""
        for place, name in enumerate(chunk.columns):
            cells = chunk[name]
            for row, cell in cells[cells.str.contains("[\r\n]", na=False)].items():
                beyond = max(line.count(self.options["sep"]) for line in cell.splitlines()[1:] or [""])
                if beyond >= max(place, 1):
                    what = f"has a quote in row {row} that opens a cell of several lines: {quoted(cell)}"
                    fix = 'Remove the quote ("): the lines that it takes up would be lost rows'
                    raise TableError(f"{shown_path(self.path)} {what}", quoted(cell), fix)


def open_csv(path: Path, rows: int) -> CsvSource:
    import pandas

    encoding, quotes = _encoding(path)
    options = csv_options(path, encoding)
    with refusing_ragged(path):
        first = pandas.read_csv(path, nrows=1, **options)
    return CsvSource(path, _headers(first), options, rows, quotes)


def _text_cells(path: Path, encoding: str, separator: str) -> list[list[Any]]:
    import csv

    with path.open(encoding=encoding, newline="") as file:
        rows: list[list[Any]] = [
            [cell.strip() or None for cell in row] for row in csv.reader(file, delimiter=separator)
        ]
    width = max(map(len, rows), default=0)
    return [[*row, *[None] * (width - len(row))] for row in rows]


def _encoding(path: Path) -> tuple[str, bool]:
    """Return the encoding in which the whole file is text, and whether it has a quote.

    UTF-16 is told by its first bytes. Big5 is tried where the text is one in GB18030 without a header that is known.
    """
    found = _first_encoding(path)
    if found[0] == "gb18030" and not _knows_header(path, "gb18030") and _knows_header(path, "big5"):
        return "big5", found[1]
    return found


def _knows_header(path: Path, encoding: str) -> bool:
    try:
        text = path.read_bytes()[:_BLOCK].decode(encoding)
    except UnicodeDecodeError:
        return False
    words = [word.strip(' "') for line in text.splitlines()[:40] for word in re.split("[,;\t]", line)]
    return len({column_of(word, kind) for word in words for kind in REQUIRED} - {None}) > 2


def _first_encoding(path: Path) -> tuple[str, bool]:
    with path.open("rb") as file:
        wide = file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    for encoding in ("utf-16",) if wide else ENCODINGS:
        decoder, quotes = codecs.getincrementaldecoder(encoding)(), False
        try:
            with path.open("rb") as file:
                while block := file.read(_BLOCK):
                    quotes |= '"' in decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return encoding, quotes
    raise TableError(f"{shown_path(path)} is text neither in UTF-8 nor in GB18030", str(path), "Save it as CSV UTF-8")


def csv_options(file: Path, encoding: str) -> dict[str, Any]:
    with file.open(encoding=encoding) as text:
        # The header may stand below titles: the line with most separators says which one it is.
        lines = [text.readline() for _ in range(20)]
    first = max(map(lines[0].count, ",;\t"))
    header = lines[0] if first else max(lines, key=lambda line: max(map(line.count, ",;\t")))
    return {
        "sep": max(",;\t", key=header.count),
        "header": None,
        "encoding": encoding,
        "dtype": str,
        "keep_default_na": False,
        "na_values": [""],
        "skip_blank_lines": False,
    }


@contextmanager
def refusing_ragged(file: Path) -> Iterator[None]:
    """Turn what pandas says of a CSV file that is no table into an error of ours."""
    from pandas.errors import EmptyDataError, ParserError

    try:
        yield
    except (ParserError, EmptyDataError) as error:
        raise TableError(
            f"{shown_path(file)} is not a table: {error}".strip(),
            str(file),
            "Give every row as many cells as the header",
        ) from error


def _read_parquet(file: Path) -> pandas.DataFrame:
    shown = shown_path(file)
    with requiring("pyarrow", "arrow", f"Reading {shown}"):
        from pyarrow import parquet  # type: ignore[import-untyped]
    with readable(shown):
        texts = [column.name for column in parquet.read_schema(file) if content_of(column.type) == "text"]
        with parquet.ParquetFile(file, read_dictionary=texts) as source:
            table = source.read()
            return from_arrow(table.select(headers_of(table.schema)).replace_schema_metadata())


def _read_json(file: Path) -> pandas.DataFrame:
    import pandas

    try:
        found = json.loads(file.read_text("utf-8-sig"))
    except ValueError as error:
        raise TableError(f"{shown_path(file)} is not JSON: {error}", str(file), "Give a list of records") from error
    if not isinstance(found, list) or not found or not all(isinstance(one, dict) for one in found):
        what = f"{shown_path(file)} holds no records"
        raise TableError(what, str(file), 'Give a list of objects, [{"企业": "甲厂", "期间": 2023, …}, …]')
    return pandas.DataFrame(found, index=range(1, len(found) + 1), dtype=object)


def _read_workbook(file: Path, kind: str, layout: Layout) -> Reading:
    """Read a workbook: a tidy first sheet as it stands, any other by its cells, ranges and sheets."""
    shown = shown_path(file)
    sheets = _sheets(file)
    frame = None if layout.sheet is None and len(sheets) > 1 else _read_excel(sheets, file, layout.sheet)
    del sheets
    if frame is not None and _is_tidy(list(frame.columns), kind, layout) and not _is_form(file, frame, kind):
        return _with_own(frame, kind, layout)
    grids = _grids(file, layout.sheet)
    forms = [form for grid in grids if (form := find_form(grid, kind, layout)) is not None]
    if not forms:
        refuse_near(grids, kind, layout)
        if frame is None:
            raise several_sheets([grid.sheet for grid in grids], shown)
        return Reading(frame)
    return read_forms(forms, layout, shown)


def _is_form(file: Path, frame: pandas.DataFrame, kind: str) -> bool:
    """Say whether cells of a workbook with tidy headers are merged, hidden, or empty where they are needed."""
    needed = [place for place, header in enumerate(frame.columns) if column_of(header, kind) in REQUIRED[kind][1]]
    if bool(frame.iloc[:, needed].isna().to_numpy().any()):
        return True
    with zipfile.ZipFile(file) as book:
        sheets = [name for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
        if _has_percent(book):
            return True
        return any(mark in book.read(name) for name in sheets for mark in (b"<mergeCell ", b'hidden="1"'))


def _has_percent(book: zipfile.ZipFile) -> bool:
    """Say whether a format of cells shows numbers in percent."""
    styles = book.read("xl/styles.xml") if "xl/styles.xml" in book.namelist() else b""
    own = re.findall(rb'<numFmt [^>]*numFmtId="(\d+)"[^>]*formatCode="[^"]*%', styles)
    formats = styles.partition(b"<cellXfs")[2].partition(b"</cellXfs>")[0]
    return any(b'numFmtId="%s"' % one in formats for one in (b"9", b"10", *own))


def _grids(file: Path, sheet: str | None) -> list[Grid]:
    """Return the sheets of a workbook that have cells; of several those that are not hidden."""
    import openpyxl  # type: ignore[import-untyped]

    book = openpyxl.load_workbook(file, data_only=True)
    shown = [
        page for page in book.worksheets if page.sheet_state == "visible" and not page.title.startswith(OWN_SHEETS)
    ]
    shown += [page for page in book.worksheets if page not in shown and page.title == sheet]
    pages = [page for page in shown if sheet in (None, page.title)]
    formulas: Any = None
    grids = []
    for page in pages:
        cells = [[_plain_cell(cell) for cell in row] for row in page.iter_rows()]
        if not any(cell is not None for row in cells for cell in row):
            continue
        notes = _hidden(page)
        if _has_formulas(file):
            formulas = formulas or openpyxl.load_workbook(file)
            notes += _name_formulas(cells, formulas[page.title])
        merged = tuple(
            (one.min_row - 1, one.min_col - 1, one.max_row - 1, one.max_col - 1) for one in page.merged_cells.ranges
        )
        grids.append(Grid(cells, page.title, merged, tuple(notes)))
    return grids


def _plain_cell(cell: Any) -> Any:
    """Return the value of a cell; a number that is shown in percent is a text of it."""
    value = cell.value
    if isinstance(value, int | float) and not isinstance(value, bool) and "%" in cell.number_format:
        return f"{Decimal(repr(value)) * 100:f}%"
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _hidden(page: Any) -> list[str]:
    rows = [str(number) for number, row in page.row_dimensions.items() if row.hidden]
    columns = [name for name, column in page.column_dimensions.items() if column.hidden]
    found = [("rows", rows), ("columns", columns)]
    return [f"hidden {what} count: {', '.join(names[:5])}{' …' * (len(names) > 5)}" for what, names in found if names]


def _has_formulas(file: Path) -> bool:
    with zipfile.ZipFile(file) as book:
        return any(b"<f" in book.read(name) for name in book.namelist() if name.startswith("xl/worksheets/sheet"))


def _name_formulas(cells: list[list[Any]], page: Any) -> list[str]:
    """Put formulas without a saved value where their values would be, and say so."""
    found = []
    for row in page.iter_rows():
        for cell in row:
            if cell.data_type == "f" and cells[cell.row - 1][cell.column - 1] is None:
                cells[cell.row - 1][cell.column - 1] = str(cell.value)
                found.append(cell.coordinate)
    shown = ", ".join(found[:5]) + (" …" if len(found) > 5 else "")
    fix = "open the workbook once in Excel and save it"
    return [f"{several(len(found), 'formula')} without a saved value ({shown}): {fix}"] if found else []


def _sheets(file: Path) -> dict[str, pandas.DataFrame]:
    import zlib

    import pandas

    broken = (zipfile.BadZipFile, zlib.error, ValueError, LookupError, OSError, EOFError, SyntaxError)
    try:
        with requiring("openpyxl", "excel", f"Reading {shown_path(file)}"):
            sheets = pandas.read_excel(
                file,
                sheet_name=None,
                engine="openpyxl",
                header=None,
                dtype=object,
                keep_default_na=False,
                na_values=[""],
            )
    except MissingPackageError:
        raise
    except (*broken, TypeError, AttributeError, RuntimeError) as error:  # the last for what seems encrypted
        raise TableError(f"{shown_path(file)} is not an Excel table: {error}", str(file), "Save it as .xlsx") from error
    read = {name: table for name, table in sheets.items() if not str(name).startswith(OWN_SHEETS)}
    filled = {name: table for name, table in read.items() if not table.dropna(how="all").empty}
    if not filled:
        raise TableError(f"{shown_path(file)} is empty", str(file), "Give a file with a header and rows")
    return filled


def _read_excel(sheets: dict[str, pandas.DataFrame], file: Path, sheet: str | None) -> pandas.DataFrame:
    names = list(sheets)
    if sheet is not None and sheet not in names:
        fix = did_you_mean(sheet, names, f"Pass one of {', '.join(map(quoted, names))}")
        raise OptionError(f"{shown_path(file)} has no filled sheet {quoted(sheet)}", quoted(sheet), fix)
    if sheet is None and len(names) > 1:
        raise several_sheets(names, shown_path(file))
    table = sheets[sheet or names[0]]
    table = table.iloc[1:].reset_index(drop=True).set_axis(_headers(table), axis=1).infer_objects()
    table.index += FIRST_ROW
    return table.dropna(how="all")


def open_meters(meters: Any, batch_rows: int | None, layout: Layout) -> Source:
    """Return a meter table of any kind as it is read, or as a source of batches."""
    if isinstance(meters, str | Path):
        return open_file(meters, batch_rows, layout)
    if is_lazy(meters):
        return EngineSource.of(meters)
    home = type(meters).__module__.partition(".")[0]
    in_memory = home in ("pandas", "polars") or hasattr(meters, "column_names")
    if hasattr(meters, "__arrow_c_stream__") and not in_memory:
        return StreamSource.of(meters)
    return replace(read_frame(to_pandas(meters, "meters"), "meters", layout), kind=kind_of(meters))


def open_outputs(outputs: Any, kind: str, layout: Layout) -> tuple[Reading, str]:
    """Return an output table of any kind as it is read, and its kind; of a file or a mapping that of the meters."""
    if isinstance(outputs, str | Path):
        return read_form(outputs, "outputs", layout), kind
    if is_lazy(outputs):
        frame, kind = collected(outputs), EngineSource.of(outputs).kind
    elif is_dask_frame(outputs):
        frame, kind = outputs.compute(), "pandas"
    else:
        frame = to_pandas(outputs, "outputs")
        kind = kind if isinstance(outputs, Mapping) else kind_of(outputs)
    return read_frame(frame, "outputs", layout), kind


def same_table(meters: Any, outputs: Any) -> bool:
    """Say whether the outputs are in the table of the meters: none are given, or the same file."""
    return outputs is None or (isinstance(outputs, str | Path) and str(outputs) == str(meters))


def is_dask_frame(table: Any) -> bool:
    """Say whether a table is a Dask frame; Dask is not imported to ask."""
    kind = type(table)
    return kind.__module__.startswith("dask.") and kind.__name__ == "DataFrame"
