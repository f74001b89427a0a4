"""How many members train in a second, stacked and one by one."""
