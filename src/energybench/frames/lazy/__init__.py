"""Lazy tables: polars, DuckDB, Spark and ibis compute, by the same small tables as the kernel."""
