"""What a record shows in a notebook: small tables of HTML, escaped, without script and without outside resources."""
