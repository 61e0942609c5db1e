"""How a method trains: networks, objective, one step."""
