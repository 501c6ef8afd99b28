"""A small channel of its own: people drop letters (JSON files) into a folder, answers are put into
another. It shows what adding a channel takes: this folder, and one line in the registry."""
