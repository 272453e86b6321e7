"""songnet against its peers: the same input, in the same run, each in a process of its own.

A stage (`load`, `project`, `communities`, `compare`, `neighbors`, `embed`) is an input, contenders
that do the same work on it, and a judge of what they found. `runner` races them, `report` tells.
"""
