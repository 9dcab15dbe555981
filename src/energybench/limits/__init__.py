"""Which limit applies, and which class a value has."""
