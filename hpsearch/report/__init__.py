"""What is told of a study: documents for machines, text and Markdown for people. Pure functions over records."""
