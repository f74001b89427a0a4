"""What steering the fine search by its findings gains."""
