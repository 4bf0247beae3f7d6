"""What a whole class handed in: who wrote which file, tables and reports of all of them."""
