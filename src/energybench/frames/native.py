"""Frames of other libraries to pandas and back: codes stay codes, texts stay where they are."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from energybench import __version__
from energybench.errors import TableError, quoted, requiring
from energybench.frames.encode import encode
from energybench.tables.store import data_version

if TYPE_CHECKING:
    import pandas


def kind_of(table: Any) -> str:
    """Return the kind of frame that answers a table: its own if it is of polars or pyarrow, else pandas."""
    home = type(table).__module__.partition(".")[0]
    return home if home in ("polars", "pyarrow") else "pandas"


def to_pandas(table: Any, name: str) -> pandas.DataFrame:
    """Return any eager table as pandas, and refuse what is none."""
    import pandas

    if isinstance(table, pandas.DataFrame):
        return table
    kind = kind_of(table)
    if kind == "polars" and hasattr(table, "to_arrow") and hasattr(table, "columns"):
        with requiring("pyarrow", "polars", f"Reading {name} of polars"):
            return from_arrow(_without_wide_integers(table).to_arrow())
    if kind == "pyarrow" and hasattr(table, "column_names"):
        return from_arrow(table)
    if isinstance(table, Mapping):
        return _from_mapping(table, name)
    import narwhals.stable.v2 as narwhals
    from narwhals.exceptions import NarwhalsError

    try:
        frame: pandas.DataFrame = narwhals.from_native(table, eager_only=True).to_pandas()
    except (TypeError, NarwhalsError) as error:
        forms = (
            "pandas, polars or pyarrow frame, a mapping of headers to columns, or the path of a .csv, .parquet or .xlsx"
        )
        fix = "It is lazy: collect it first" if hasattr(table, "collect") else f"Give a {forms} file"
        raise TableError(f"{name} is {quoted(type(table).__name__)}, expected a table", name, fix) from error
    return frame


def _without_wide_integers(table: Any) -> Any:
    """Return a polars frame without integers of 128 bits, which Arrow has not: narrower, or as texts."""
    import polars

    for name, kind in table.schema.items():
        if str(kind) in ("Int128", "UInt128"):
            narrow = table[name].cast(polars.Int64, strict=False)
            fits = narrow.null_count() == table[name].null_count()
            table = table.with_columns(narrow if fits else table[name].cast(polars.String))
    return table


def from_arrow(table: Any) -> pandas.DataFrame:
    """Return an Arrow table as pandas: texts without a copy, dictionaries as categories."""
    import pandas
    import pyarrow  # type: ignore[import-untyped]

    if isinstance(table, pyarrow.RecordBatch):
        table = pyarrow.Table.from_batches([table])
    for number, column in enumerate(table.columns):
        if pyarrow.types.is_dictionary(column.type) and any(map(_is_odd, column.chunks)):
            plain = column.cast(column.type.value_type)
            name = table.schema.field(number).name
            table = table.set_column(number, name, plain if _is_readable(plain) else _mended(plain))
        elif pyarrow.types.is_dictionary(column.type) and pyarrow.types.is_unsigned_integer(column.type.index_type):
            # pyarrow 15 takes no unsigned codes to pandas.
            table = table.set_column(number, table.schema.field(number).name, _with_signed_codes(column))
    headers = table.column_names
    twice = len(set(headers)) < len(headers)
    if twice:  # pyarrow 15 refuses headers that stand twice; what they mean is judged later
        table = table.replace_schema_metadata().rename_columns([str(number) for number in range(len(headers))])

    texts = {kind: pandas.ArrowDtype(kind) for kind in (pyarrow.string(), pyarrow.large_string())}
    frame: pandas.DataFrame = table.to_pandas(types_mapper=texts.get)
    return frame.set_axis(headers, axis=1) if twice else frame


def _with_signed_codes(column: Any) -> Any:
    import pyarrow

    make = pyarrow.DictionaryArray.from_arrays
    chunks = [make(chunk.indices.cast(pyarrow.int32()), chunk.dictionary) for chunk in column.chunks]
    return pyarrow.chunked_array(chunks, pyarrow.dictionary(pyarrow.int32(), column.type.value_type))


def _is_readable(column: Any) -> bool:
    import pyarrow

    try:
        column.validate(full=True)
    except pyarrow.ArrowInvalid:
        return False
    return True


def _mended(column: Any) -> Any:
    """Return a column of texts with U+FFFD for bytes that are no UTF-8, each distinct text decoded once."""
    import pyarrow

    coded = column.cast(pyarrow.large_binary()).dictionary_encode().combine_chunks()
    texts = [cell.decode(errors="replace") for cell in coded.dictionary.to_pylist()]
    return pyarrow.array(texts, column.type).take(coded.indices)


def _is_odd(chunk: Any) -> bool:
    """Say whether a dictionary cannot be the categories of pandas: null, an entry twice, no UTF-8; or is long."""
    known = chunk.dictionary
    return len(known) > len(chunk) or known.null_count or len(known.unique()) < len(known) or not _is_readable(known)


def _from_mapping(table: Mapping[Any, Any], name: str) -> pandas.DataFrame:
    import pandas

    # A single value would stand for every row.
    single = [
        cell for cell in table.values() if isinstance(cell, str | bytes | Mapping) or not hasattr(cell, "__len__")
    ]
    try:
        if single:
            raise TypeError(f"{quoted(single[0])} is no column")
        return pandas.DataFrame(dict(table))
    except (ValueError, TypeError) as error:
        raise TableError(
            f"{name} is a mapping whose values are not columns of one length: {error}",
            name,
            "Give every header a list or an array with a cell per row",
        ) from error


def described(frame: pandas.DataFrame) -> pandas.DataFrame:
    """Say in ``attrs`` of a frame by which versions it was made, and the unit of each column or the column with it."""
    beside = {"output": "output_unit", "amount": "unit", "intensity": "unit"}
    for name in map(str, frame.columns):
        kind, _, step = name.partition("_")
        if kind == "margin":
            beside |= {name: "unit", step: "unit"}
        elif kind == "saving" and step != "unit":
            beside[name] = "saving_unit"
    columns = set(frame.columns)
    frame.attrs["energybench"] = {
        "package_version": __version__,
        "data_version": data_version(),
        "units": {name: unit for name, unit in (("tce", "tce"), ("electricity_kwh", "kWh")) if name in columns},
        "unit_columns": {name: unit for name, unit in beside.items() if {name, unit} <= columns},
    }
    return frame


def to_kind(frame: pandas.DataFrame, kind: str, strict: bool = False) -> Any:
    """Return a pandas frame as a frame of another library, missing cells as null, odd ones as text unless strict."""
    if kind == "pandas":
        return frame
    import pyarrow

    names = [str(name) for name in frame.columns]
    arrays = [_to_arrow(column, strict) for _, column in frame.items()]
    told = frame.attrs.get("energybench", {})
    fields = []
    for name, array in zip(names, arrays, strict=True):
        said = {word: told[f"{word}s"][name] for word in ("unit", "unit_column") if name in told.get(f"{word}s", ())}
        fields.append(pyarrow.field(name, array.type, metadata=said or None))
    metadata = {"energybench": json.dumps(told, ensure_ascii=False)} if told else None
    table = pyarrow.table(arrays, schema=pyarrow.schema(fields, metadata))
    if kind == "pyarrow":
        return table
    import polars

    return polars.from_arrow(table)


def _to_arrow(column: pandas.Series[Any], strict: bool) -> Any:
    import pyarrow

    try:
        array = pyarrow.Array.from_pandas(column)
    except pyarrow.ArrowException:
        if strict:
            raise
        array = pyarrow.array(encode(column).map(str, None), pyarrow.string())
    # A column without a single class is still one of texts.
    return array.cast(pyarrow.string()) if pyarrow.types.is_null(array.type) else array
