"""The arguments of all commands, which delegate. Nothing heavy is imported before a command needs it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

app = typer.Typer(
    name="aixsim",
    help="Can South Korea reach 500 AI factories by 2030, and what would it take? Simulates firm by firm how AI manufacturing diffuses.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # importing rich takes longer than all else that --help does, and it swallows [default: …] as markup
)

Config = Annotated[
    Path, typer.Argument(metavar="CONFIG", help="TOML file of the study, or a packaged config by its name, such as korea-2030.")
]
Overrides = Annotated[list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Change a setting; may be given several times.")]
Replicates = Annotated[int | None, typer.Option("-n", "--replicates", min=1, help="Number of replicates, instead of the config's.")]
Seed = Annotated[int | None, typer.Option(min=0, help="Monte Carlo seed, instead of the config's.")]
Workers = Annotated[int, typer.Option(min=1, help="Worker processes; the results do not depend on it.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
Plugins = Annotated[list[Path] | None, typer.Option("--plugin", metavar="FILE", help="Python file with a mechanism or lever of your own.")]
AllowPlugins = Annotated[bool, typer.Option("--allow-plugins", help="Execute the Python files that the config names in [plugins].")]
Results = Annotated[list[Path], typer.Argument(metavar="RESULT...", help="Folders of results or of sweeps.")]
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
        int | None, typer.Option(metavar="FIRM", min=0, help="Trace one firm through the first replicate instead of running all.")
    ] = None,
    verify: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Run the first N replicates on both engines and report any difference.")
    ] = None,
    allow_plugins: AllowPlugins = False,
    json: Json = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Print months, shortfalls, definitions and the track record as well.")] = False,
) -> None:
    """Run a config and write a result folder.

    Runs the Monte Carlo simulation: tables, goals, provenance and figures. The same command resumes a run that was interrupted, and with a
    larger -n extends one that is finished.
    """
    from aixsim.cli.run import run as command

    flags = {"allow_plugins": allow_plugins, "as_json": json, "verbose": verbose}
    raise typer.Exit(command(config, out, replicates, seed, engine, workers, overrides or [], trace, verify, **flags))


@app.command()
def sweep(
    study: Annotated[Path, typer.Argument(metavar="STUDY", help="TOML file of the sweep, such as experiments/NAME/study.toml.")],
    out: Annotated[Path | None, typer.Option("-o", "--out", metavar="DIR", help="Folder [default: results/NAME].")] = None,
    lasting: Annotated[str | None, typer.Option("--for", metavar="TIME", help="Stop after this time, such as 8h; can be resumed.")] = None,
    until: Annotated[str | None, typer.Option(metavar="CLOCK", help="Stop at this time, such as 07:00; can be resumed.")] = None,
    workers: Workers = CORES,
    cluster: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Dask scheduler, tcp://HOST:PORT, or its scheduler file; instead of processes.")
    ] = None,
    notify: Annotated[str | None, typer.Option(metavar="COMMAND", help="Run a command at the end.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Estimate time, disk and memory from five replicates, and stop.")] = False,
    fork: Annotated[bool, typer.Option("--fork", help="If the folder holds another study, use a new one beside it.")] = False,
    allow_plugins: AllowPlugins = False,
    json: Json = False,
) -> None:
    """Run or resume a design over policies and factors.

    Crash-safe: the same command resumes where it stopped, and the results are those of an uninterrupted run.
    """
    from aixsim.cli.sweep import sweep as command

    raise typer.Exit(
        command(study, out, lasting, until, workers, cluster, notify, dry_run=dry_run, fork=fork, allow_plugins=allow_plugins, as_json=json)
    )


@app.command()
def status(folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of a sweep.")], json: Json = False) -> None:
    """Show the progress of a sweep, from another terminal."""
    from aixsim.cli.status import status as command

    command(folder, as_json=json)


@app.command()
def plot(
    results: Results,
    kind: Annotated[str | None, typer.Option("-k", "--kind", help="Which figure [default: all of them].")] = None,
    out: Annotated[Path | None, typer.Option("-o", "--out", metavar="FILE", help="PNG or SVG file, or a folder.")] = None,
) -> None:
    """Draw figures from results alone."""
    from aixsim.cli.plot import plot as command

    command(results, kind, out)


@app.command()
def compare(
    results: Annotated[
        list[Path], typer.Argument(metavar="RESULT...", help="Result folders, or configs, which are run first; or the folder of one sweep.")
    ],
    out: Annotated[Path | None, typer.Option("-o", "--out", metavar="DIR", help="Folder for figures, text and JSON.")] = None,
    replicates: Replicates = None,
    workers: Workers = CORES,
    reference: Annotated[
        int | None, typer.Option(metavar="NUMBER", min=0, help="Point of a sweep to compare with [default: the first policy, or point 0].")
    ] = None,
    json: Json = False,
    full: Annotated[bool, typer.Option("--full", help="After the verdict, print everything: months, money, firms and groups.")] = False,
) -> None:
    """Compare results with the first one, or points of a sweep, paired by replicate."""
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
    """Validate a config and test what it expects, or check a plugin.

    Prints what would run, and whether the model satisfies the [[expect]] statements of the file. With --plugin, checks that a mechanism or
    lever of your own meets the requirements that those of the package meet.
    """
    from aixsim.cli.check import check as command

    raise typer.Exit(command(config, overrides or [], workers, plugin or []))


@app.command()
def describe(
    name: Annotated[
        str | None, typer.Argument(metavar="[WORD]", help="A name, or a word to search names and meanings for; with --ledger a config.")
    ] = None,
    plugin: Plugins = None,
    ledger: Annotated[bool, typer.Option("--ledger", help="Every number with range, unit, source, date and grade.")] = False,
    out: Annotated[Path | None, typer.Option("-o", "--out", metavar="FILE", help="Of the ledger: .csv, .html or .txt.")] = None,
) -> None:
    """Show parameters with units and sources.

    Without a word, lists everything; with the name of a mechanism, lever or section, shows unit, range, source and confidence of every
    setting. Any other word is searched for in names and meanings of settings, outcomes and columns of results.
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
        int | None, typer.Option(metavar="N", min=20, help="Instead: simulation-based calibration with N synthetic data sets.")
    ] = None,
    with_held_out: Annotated[
        list[str] | None,
        typer.Option("--with-held-out", metavar="size|park", help="Use shares that are held out, too."),
    ] = None,
    verified_only: Annotated[bool, typer.Option("--verified-only", help="Leave out observations marked verified = false.")] = False,
    workers: Workers = CORES,
    overrides: Overrides = None,
    allow_plugins: AllowPlugins = False,
    json: Json = False,
) -> None:
    """Calibrate uncertain parameters to observed counts.

    Writes an ensemble that any config can use, with prior and posterior. Resumes where it was interrupted.
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
    as_of: Annotated[str | None, typer.Option(metavar="YYYY-12", help="Forecast from here [default: from every possible year].")] = None,
    out: Annotated[Path | None, typer.Option("-o", "--out", metavar="DIR", help="Folder [default: results/NAME/backtest-ID].")] = None,
    workers: Workers = CORES,
    overrides: Overrides = None,
    allow_plugins: AllowPlugins = False,
    json: Json = False,
) -> None:
    """Backtest with the data available at each origin.

    Compares the forecasts with simpler ones from the same data, such as the Bass model. Resumes where it was interrupted.
    """
    from aixsim.cli.backtest import backtest as command

    command(config, out, as_of, workers, overrides or [], allow_plugins=allow_plugins, as_json=json)


@app.command()
def update(
    result: Annotated[Path, typer.Argument(metavar="RESULT", help="Result folder of a run.")],
    observe: Annotated[
        list[str], typer.Option(metavar="[OUTCOME:]YYYY-MM=COUNT", help="A new observed count; may be given several times.")
    ],
    error: Annotated[float, typer.Option(min=0.001, max=1.0, help="Relative error of a count, one standard deviation.")] = 0.18,
    json: Json = False,
) -> None:
    """Update a finished run with a new observed count.

    Reports how the probabilities change, without running anything; refused when too few replicates are near the count.
    """
    from aixsim.cli.update import update as command

    command(result, observe, error, as_json=json)


@app.command()
def schema() -> None:
    """Print the JSON schema of the config.

    Editors complete and check a config with it.
    """
    from aixsim.cli.output import print_json
    from aixsim.config import schema as json_schema

    print_json(json_schema())


@app.command()
def init(
    name: Annotated[str, typer.Argument(help="Name of the study.")] = "my-study",
    base: Annotated[str, typer.Option("--from", metavar="CONFIG", help="Packaged config to start from.")] = "korea-2030",
) -> None:
    """Write a commented config to start from.

    It takes everything from a packaged config, and lists its levers for you to change.
    """
    from aixsim.cli.init import init as command

    command(name, base)


@app.command(name="help")
def show_help(command: Annotated[str | None, typer.Argument(metavar="[COMMAND]", help="Show the options of one.")] = None) -> None:
    """Show this help, or that of a command."""
    app(args=[command, "--help"] if command else ["--help"], prog_name="aixsim")
