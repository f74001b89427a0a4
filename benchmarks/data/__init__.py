"""How often the checks of data are right about data sets of kinds that nobody had in mind when they were written."""
