"""Disk images and the file systems on them."""
