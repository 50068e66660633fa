"""checks.toml: read and judged whole, edited in place, watched for edits made by others.

Nothing is imported here: ``pulsetui.config.paths`` stays cheap for the commands that run beside a job.
"""
