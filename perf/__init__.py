"""Benchmarks of speed: ``python -m perf`` prints medians and ratios of one run."""
