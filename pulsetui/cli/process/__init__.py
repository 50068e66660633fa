"""What a process that stays needs of the system: logs, signals, a service manager, a successor, its terminal."""
