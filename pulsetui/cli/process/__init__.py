"""What a process that stays needs: logs, signals, a service manager, a successor, its terminal."""
