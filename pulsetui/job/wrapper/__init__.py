"""The parts of ``pulsetui run``: the job's process, its lock, what it says while it runs, its numbers."""
