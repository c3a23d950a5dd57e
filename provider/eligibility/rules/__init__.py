"""The rules, a module per entity. Each offers a `Rules` table; nothing decides anywhere else."""
