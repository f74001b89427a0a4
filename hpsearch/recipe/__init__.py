"""The recipe: what each stage trains and how it is judged. Pure functions over records; nothing here trains."""
