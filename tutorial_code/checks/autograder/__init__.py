"""Archives for services that grade each submission when it is handed in."""
