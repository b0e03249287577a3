"""What viewers hear: the host at an even loudness, music under the host, and no peak that a platform would cut off."""
