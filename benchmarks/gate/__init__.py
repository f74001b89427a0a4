"""What ``hpsearch check`` says of faulty and of sound projects."""
