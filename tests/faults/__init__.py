"""Proof that faults cost nothing: kills, full disks, jumping clocks, hostile input, and books that notice a loss."""
