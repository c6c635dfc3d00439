"""What each command does once the command line is parsed: one file a command, imported when it is called."""
