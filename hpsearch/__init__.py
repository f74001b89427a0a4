"""hpsearch: staged hyperparameter search for convolutional networks."""
