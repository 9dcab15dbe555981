"""Fuzzing: any bytes at all, as the text of a unit or as a file. An answer or an error of ours, never another."""
