"""The charts, a subject a module; each function takes and returns matplotlib Axes."""
