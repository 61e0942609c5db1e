"""What commands show of a study on a terminal, as text of a given width. Nothing is printed here."""
