"""The local planner: commands in Chinese and English without a model on the network."""
