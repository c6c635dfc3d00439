"""The reference engine: the model as Mesa agents, written to be read beside the ODD.

Slow on purpose: every firm looks at every partner every month and nothing is kept up to date by increments, so that it can verify the
faster engine.

A firm is built up class by class: ``Site`` is what it is and where it stands, ``ProjectOwner`` carries out a project, ``Applicant`` looks
for money, and ``Firm`` senses and decides. ``Country`` holds what all agents share, and ``DiffusionModel`` steps them through the months.
"""
