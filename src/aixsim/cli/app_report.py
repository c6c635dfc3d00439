"""Arguments and help of the command that writes a report. Slow imports are done inside the command."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from aixsim.cli.app import app


@app.command()
def report(
    results: Annotated[
        list[Path],
        typer.Argument(
            metavar="RESULT...", help="Result folder; or results, the baseline first; or the folder of a sweep or a comparison."
        ),
    ],
    out: Annotated[Path | None, typer.Option("-o", "--out", metavar="FILE", help="HTML file [default: report-LANG.html].")] = None,
    lang: Annotated[Literal["en", "ko"], typer.Option(help="Language: English or Korean.")] = "en",
    config: Annotated[
        Path | None, typer.Option(metavar="CONFIG", help="Config whose table [report] is used instead of that of the result.")
    ] = None,
    tornado: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder of aixsim tornado [default: newest of the same config beside the result or in results]."),
    ] = None,
    pdf: Annotated[bool, typer.Option("--pdf", help="Write a PDF; needs pip install 'aixsim[pdf]'.")] = False,
    verify: Annotated[bool, typer.Option("--verify", help="Also run the test plan on this installation (minutes).")] = False,
) -> None:
    """Write a report for those who decide, as one HTML file.

    A page with the answer, then options, distribution, sensitivity, counting rules, assumptions, quality statement and how to repeat it.
    Of several results, the first is the baseline and the second is what the first page is about. Nothing is simulated.
    """
    from aixsim.cli.report import report as command

    command(results, out, lang, config, tornado, pdf=pdf, verify=verify)
