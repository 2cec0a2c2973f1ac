"""What runs as long as the process: following the log, working tasks, keeping checkpoints and scores."""
