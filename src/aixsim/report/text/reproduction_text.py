"""Text of a reproduction: the sentence, what differs, and the versions that differ."""

from __future__ import annotations

from aixsim.report.text.text_layout import Block, page, table, title
from aixsim.sharing.repetition import Reproduction


def reproduction_text(answer: Reproduction, width: int | None = None) -> str:
    """Returns the sentence and the tables of differences, ``width`` columns wide."""
    blocks: list[Block] = [[answer.sentence], [*title(answer.about)]]
    wrong = [(row["name"], row["first_difference"]) for row in answer.tables["compared"].rows if not row["same"]]
    versions = [(row["name"], str(row["then"]), str(row["now"])) for row in answer.tables["versions"].rows if not row["same"]]
    blocks.append([table(("differs", "first difference"), wrong)] if wrong else [])
    blocks.append([table(("version", "then", "now"), versions)] if versions else [])
    return page(blocks, width)
