"""Arguments and help of all commands. Slow imports are done inside the commands."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

app = typer.Typer(
    name="aixsim",
    help="Can South Korea reach 500 AI factories by 2030, and what would it take? Simulates, firm by firm, how AI manufacturing diffuses.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # Importing rich would double the time of --help, and rich removes [default: …] as markup.
)

Config = Annotated[
    Path, typer.Argument(metavar="CONFIG", help="TOML file of a config, or the name of a packaged config, such as korea-2030.")
]
Overrides = Annotated[list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Change a setting; can be repeated.")]
Replicates = Annotated[int | None, typer.Option("-n", "--replicates", min=1, help="Number of replicates, instead of the config's.")]
Seed = Annotated[int | None, typer.Option(min=0, help="Monte Carlo seed, instead of the config's.")]
Figures = Annotated[Literal["none", "main", "all"], typer.Option(help="Figures to draw; main: adoption, probability and money.")]
Workers = Annotated[int, typer.Option(min=1, help="Worker processes; the results do not depend on it.")]
Json = Annotated[bool, typer.Option("--json", help="Print only one JSON document.")]
Plugins = Annotated[list[Path] | None, typer.Option("--plugin", metavar="FILE", help="Python file with your own mechanism or lever.")]
AllowPlugins = Annotated[bool, typer.Option("--allow-plugins", help="Execute the Python files that the config names in [plugins].")]
Results = Annotated[list[Path], typer.Argument(metavar="RESULT...", help="Folders of runs or sweeps.")]
CORES = os.cpu_count() or 1


def _say_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        sys.stdout.write(f"aixsim {version('aixsim')}\n")
        raise typer.Exit


@app.callback()
def about(
    version: Annotated[bool, typer.Option("--version", is_eager=True, callback=_say_version, help="Show the version.")] = False,
) -> None:
    """Options of the program itself."""


@app.command()
def run(
    config: Config,
    out: Annotated[Path | None, typer.Option("-o", "--out", metavar="DIR", help="Result folder [default: results/NAME/ID].")] = None,
    replicates: Replicates = None,
    seed: Seed = None,
    engine: Annotated[Literal["kernel", "mesa"], typer.Option(help="Engine of the simulation; both give the same results.")] = "kernel",
    workers: Workers = CORES,
    overrides: Overrides = None,
    trace: Annotated[
        int | None, typer.Option(metavar="FIRM", min=0, help="Trace one firm through the first replicate; nothing else is run.")
    ] = None,
    verify: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Run the first N replicates on both engines and report any difference.")
    ] = None,
    figures: Figures = "all",
    allow_plugins: AllowPlugins = False,
    json: Json = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Print months, shortfalls, definitions and the track record as well.")] = False,
) -> None:
    """Run a config and write a result folder.

    Runs the Monte Carlo simulation and writes tables, goals, provenance and figures. The same command resumes an interrupted run. With a
    larger -n it extends a finished run.
    """
    from aixsim.cli.run import run as command

    flags = {"allow_plugins": allow_plugins, "as_json": json, "verbose": verbose}
    raise typer.Exit(command(config, out, replicates, seed, engine, workers, overrides or [], trace, verify, figures, **flags))


@app.command()
def sweep(
    study: Annotated[Path, typer.Argument(metavar="STUDY", help="TOML file of the sweep, such as experiments/NAME/study.toml.")],
    out: Annotated[Path | None, typer.Option("-o", "--out", metavar="DIR", help="Folder [default: results/NAME].")] = None,
    lasting: Annotated[str | None, typer.Option("--for", metavar="TIME", help="Stop after this time, such as 8h; can be resumed.")] = None,
    until: Annotated[str | None, typer.Option(metavar="CLOCK", help="Stop at this time, such as 07:00; can be resumed.")] = None,
    workers: Workers = CORES,
    cluster: Annotated[str | None, typer.Option(metavar="ADDRESS", help="Dask scheduler: tcp://HOST:PORT or its scheduler file.")] = None,
    notify: Annotated[str | None, typer.Option(metavar="COMMAND", help="Run a command at the end.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Estimate time, disk and memory from five replicates, and stop.")] = False,
    fork: Annotated[bool, typer.Option("--fork", help="If the folder holds another study, use a new folder next to it.")] = False,
    allow_plugins: AllowPlugins = False,
    json: Json = False,
) -> None:
    """Run or resume a design over policies and factors.

    Crash-safe and resumable: the same command resumes, and the results are those of an uninterrupted run.
    """
    from aixsim.cli.sweep import sweep as command

    raise typer.Exit(
        command(study, out, lasting, until, workers, cluster, notify, dry_run=dry_run, fork=fork, allow_plugins=allow_plugins, as_json=json)
    )


@app.command()
def status(folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of a run or a sweep.")], json: Json = False) -> None:
    """Show the progress of a run or a sweep, from another terminal."""
    from aixsim.cli.status import status as command

    command(folder, as_json=json)


@app.command()
def plot(
    results: Results,
    kind: Annotated[str | None, typer.Option("-k", "--kind", help="Which figure [default: all of them].")] = None,
    out: Annotated[Path | None, typer.Option("-o", "--out", metavar="FILE", help="PNG or SVG file, or a folder.")] = None,
    size: Annotated[str, typer.Option("--size", metavar="SIZE", help="page, slide (16:9) or column (of a paper).")] = "page",
    lang: Annotated[str, typer.Option("--lang", metavar="LANG", help="en or ko.")] = "en",
) -> None:
    """Draw figures of results; nothing is simulated."""
    from aixsim.cli.plot import plot as command

    command(results, kind, out, CORES, size, lang)


@app.command()
def compare(
    results: Annotated[
        list[Path], typer.Argument(metavar="RESULT...", help="Result folders, or configs (run first), or the folder of one sweep.")
    ],
    out: Annotated[Path | None, typer.Option("-o", "--out", metavar="DIR", help="Folder for figures, text and JSON.")] = None,
    replicates: Replicates = None,
    workers: Workers = CORES,
    reference: Annotated[
        int | None, typer.Option(metavar="NUMBER", min=0, help="Point of a sweep to compare with [default: the first policy, or point 0].")
    ] = None,
    json: Json = False,
    full: Annotated[bool, typer.Option("--full", help="Also print months, money, firms and groups.")] = False,
) -> None:
    """Compare results with the first one, or the points of a sweep, paired by replicate."""
    from aixsim.cli.compare import compare as command

    command(results, out, replicates, workers, reference, as_json=json, full=full)


@app.command()
def check(
    config: Annotated[
        Path | None, typer.Argument(metavar="[CONFIG]", help="TOML file of the study, or a packaged config; not needed with --plugin.")
    ] = None,
    plugin: Plugins = None,
    overrides: Overrides = None,
    workers: Workers = CORES,
) -> None:
    """Validate a config and test its expectations, or check a plugin.

    Prints what would run, and whether the model satisfies the [[expect]] statements of the config. With --plugin, checks that your own
    mechanism or lever meets the requirements for all mechanisms and levers.
    """
    from aixsim.cli.check import check as command

    raise typer.Exit(command(config, overrides or [], workers, plugin or []))


@app.command()
def describe(
    name: Annotated[
        str | None, typer.Argument(metavar="[WORD]", help="A name, or a word to search for in names and meanings; with --ledger a config.")
    ] = None,
    plugin: Plugins = None,
    ledger: Annotated[bool, typer.Option("--ledger", help="List every parameter with range, unit, source, date and grade.")] = False,
    out: Annotated[Path | None, typer.Option("-o", "--out", metavar="FILE", help="File of the ledger: .csv, .html or .txt.")] = None,
) -> None:
    """Show parameters with units and sources.

    Without a word, lists everything. With the name of a mechanism, lever or section, shows unit, range, source and confidence of every
    setting. Any other word is searched for in the names and meanings of settings, outcomes and columns of results.
    """
    from aixsim.cli.describe import describe as entries
    from aixsim.cli.describe import ledger as every_number

    if ledger or out is not None:
        every_number(Path(name) if name is not None else None, out, plugin or [])
    else:
        entries(name, plugin or [])


@app.command()
def calibrate(
    config: Config,
    out: Annotated[Path | None, typer.Option("-o", "--out", metavar="DIR", help="Folder [default: results/NAME/calibration-ID].")] = None,
    self_check: Annotated[
        int | None, typer.Option(metavar="N", min=20, help="Run simulation-based calibration with N synthetic data sets instead.")
    ] = None,
    with_held_out: Annotated[
        list[str] | None,
        typer.Option("--with-held-out", metavar="size|park", help="Also use these held-out shares."),
    ] = None,
    verified_only: Annotated[bool, typer.Option("--verified-only", help="Leave out observations marked verified = false.")] = False,
    workers: Workers = CORES,
    overrides: Overrides = None,
    allow_plugins: AllowPlugins = False,
    json: Json = False,
) -> None:
    """Calibrate uncertain parameters to observed counts.

    Writes an ensemble that any config can use, and prints prior and posterior. The same command resumes.
    """
    from aixsim.cli.calibrate import calibrate as command
    from aixsim.cli.calibrate import check_method

    if self_check is not None:
        check_method(config, out, self_check, workers, overrides or [], allow_plugins=allow_plugins)
    else:
        command(
            config,
            out,
            workers,
            overrides or [],
            with_held_out=with_held_out or [],
            verified_only=verified_only,
            allow_plugins=allow_plugins,
            as_json=json,
        )


@app.command()
def backtest(
    config: Config,
    as_of: Annotated[str | None, typer.Option(metavar="YYYY-12", help="Origin of the forecast [default: every possible year].")] = None,
    out: Annotated[Path | None, typer.Option("-o", "--out", metavar="DIR", help="Folder [default: results/NAME/backtest-ID].")] = None,
    workers: Workers = CORES,
    overrides: Overrides = None,
    allow_plugins: AllowPlugins = False,
    json: Json = False,
) -> None:
    """Backtest with the data available at each origin.

    Compares the forecasts with simpler ones from the same data, such as the Bass model. The same command resumes.
    """
    from aixsim.cli.backtest import backtest as command

    command(config, out, as_of, workers, overrides or [], allow_plugins=allow_plugins, as_json=json)


@app.command()
def update(
    result: Annotated[Path, typer.Argument(metavar="RESULT", help="Result folder of a run.")],
    observe: Annotated[list[str], typer.Option(metavar="[OUTCOME:]YYYY-MM=COUNT", help="A new observed count; can be repeated.")],
    error: Annotated[float, typer.Option(min=0.001, max=1.0, help="Relative error of a count (one standard deviation).")] = 0.18,
    json: Json = False,
) -> None:
    """Update a finished run with a new observed count.

    Reports how the probabilities change; nothing is simulated. Stops with an error if too few replicates are near the count.
    """
    from aixsim.cli.update import update as command

    command(result, observe, error, as_json=json)


@app.command()
def schema() -> None:
    """Print the JSON schema of the config.

    Editors use it to complete and check configs.
    """
    from aixsim.cli.output import print_json
    from aixsim.config import schema as json_schema

    print_json(json_schema())


@app.command()
def init(
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="Name of the study.")] = "my-study",
    base: Annotated[str, typer.Option("--from", metavar="CONFIG", help="Packaged config to start from.")] = "korea-2030",
) -> None:
    """Write a commented config to start from.

    The new config uses a packaged config as base, and lists its levers as comments.
    """
    from aixsim.cli.init import init as command

    command(name, base)


@app.command(name="help")
def show_help(command: Annotated[str | None, typer.Argument(metavar="[COMMAND]", help="Command whose options are shown.")] = None) -> None:
    """Show this help, or the help of a command."""
    app(args=[command, "--help"] if command else ["--help"], prog_name="aixsim")
