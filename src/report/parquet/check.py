# python3 -m venv venv && venv/bin/pip install pyarrow==26.0.1 pandas==3.1.1 polars==2.1.0 duckdb==2.0.1; venv/bin/python check.py
"""Other readers read small.parquet as it was meant; the values are those of `small` in tests.rs."""

import json
import math
import pathlib
import struct

import duckdb
import pandas
import polars
import pyarrow.parquet

FILE = str(pathlib.Path(__file__).with_name("small.parquet"))
WANT = {
    "protocol": ["debate", "débat 討論 🗣", None, "", "debate", 'a,"b"\n', "debate", None, "debate", "debate"],
    "trials": [0, 2**64 - 1, None, 2**63, 2**63 - 1, 7, None, 7, 8, 8],
    "accuracy": [0.1, math.nan, None, -0.0, math.inf, -math.inf, 5e-324, 1.5e-300, 2.0**53, 0.0],
}


def bits(value):
    """A value that is equal to itself alone: a float as its bits."""
    return ("float", struct.pack("<d", value)) if isinstance(value, float) else value


def check(reader, types, want_types, columns):
    assert types == want_types, (reader, types)
    for name, want in WANT.items():
        got = [bits(value) for value in columns[name]]
        assert got == [bits(value) for value in want], (reader, name, columns[name])
    print(f"{reader}: types and values as meant: {types}")


def check_pyarrow():
    table = pyarrow.parquet.read_table(FILE)
    table.validate(full=True)
    types = {field.name: str(field.type) for field in table.schema}
    want = {"protocol": "string", "trials": "uint64", "accuracy": "double"}
    check(f"pyarrow {pyarrow.__version__}", types, want, table.to_pydict())
    metadata = pyarrow.parquet.read_metadata(FILE)
    assert metadata.created_by == "elenchus version 1"
    said = json.loads(metadata.metadata[b"elenchus.columns"])
    assert [list(column) for column in said] == [["name", "type", "unit", "meaning"]] * 3
    assert [column["name"] for column in said] == list(WANT)
    group = metadata.row_group(0)
    trials = group.column(1).statistics
    assert (trials.min, trials.max, trials.null_count) == (0, 2**64 - 1, 2)
    # Of doubles it knows no order that NaN has a place in, and leaves their bounds alone.
    assert group.column(2).statistics.null_count == 1


def check_pandas():
    frame = pandas.read_parquet(FILE, dtype_backend="pyarrow")
    types = {name: str(frame[name].dtype.pyarrow_dtype) for name in frame}
    want = {"protocol": "string", "trials": "uint64", "accuracy": "double"}
    columns = {name: frame[name].array._pa_array.to_pylist() for name in frame}
    check(f"pandas {pandas.__version__}, pyarrow types", types, want, columns)
    # Its own types have no null of a whole number: counts with nulls become floats. A column without any stays whole.
    frame = pandas.read_parquet(FILE)
    print(f"pandas {pandas.__version__}, default types: { {name: str(frame[name].dtype) for name in frame} }")


def check_polars():
    frame = polars.read_parquet(FILE)
    types = {name: str(kind) for name, kind in frame.schema.items()}
    want = {"protocol": "String", "trials": "UInt64", "accuracy": "Float64"}
    check(f"polars {polars.__version__}", types, want, frame.to_dict(as_series=False))
    # A filter that the statistics answer: unsigned, and NaN not lost.
    lazy = polars.scan_parquet(FILE)
    assert lazy.filter(polars.col("trials") > 2**63).collect().height == 1
    assert lazy.filter(polars.col("accuracy").is_nan()).collect().height == 1


def check_duckdb():
    relation = duckdb.read_parquet(FILE)
    types = dict(zip(relation.columns, map(str, relation.types), strict=True))
    want = {"protocol": "VARCHAR", "trials": "UBIGINT", "accuracy": "DOUBLE"}
    columns = dict(zip(relation.columns, zip(*relation.fetchall(), strict=True), strict=True))
    check(f"duckdb {duckdb.__version__}", types, want, columns)
    count = lambda where: duckdb.sql(f"select count(*) from '{FILE}' where {where}").fetchall()[0][0]
    assert count("trials > 9223372036854775808") == 1
    assert count("isnan(accuracy)") == 1
    assert count("accuracy > 1e300") == 2  # duckdb orders NaN above infinity


check_pyarrow()
check_pandas()
check_polars()
check_duckdb()
