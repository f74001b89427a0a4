"""How well the training engine uses a GPU: members against one by one, share of the matrix rate, images per second."""
