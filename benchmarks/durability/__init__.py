"""Whether every answered visit is counted, and none twice, while the flusher is killed again and again."""
