"""What is kept of a training that is set aside, and how it goes on."""
