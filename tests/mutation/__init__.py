"""Mutation testing: small faults are put into one module at a time, in memory, and the tests have to notice."""
