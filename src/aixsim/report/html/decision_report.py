"""The report for those who decide: one HTML file without scripts and without anything from the network."""

from __future__ import annotations

import base64
import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from markupsafe import Markup

from aixsim.answers.one_at_a_time import Tornado
from aixsim.config.variant import variant_of
from aixsim.errors import UserError
from aixsim.escapes import visible
from aixsim.report.figures.drawing import figures_of, picture, table_of
from aixsim.report.figures.font_families import missing
from aixsim.report.figures.subjects import KOREAN
from aixsim.report.html.design_tables import index_tables, money_tables
from aixsim.report.html.formats import Formats
from aixsim.report.html.option_tables import clear_levels, comparison_tables, reference_goals, sweep_tables
from aixsim.report.html.pages import environment
from aixsim.report.html.pictures import Pictures
from aixsim.report.html.record_tables import record_tables
from aixsim.report.html.result_tables import LEVELS, answer_tables, answers_of, result_tables, shown_numbers
from aixsim.report.html.sourced_values import DataTable, Printer
from aixsim.report.html.texts import texts_of
from aixsim.report.html.verification_plan import checks
from aixsim.results.comparison import Comparison
from aixsim.results.result import Result
from aixsim.results.source import parse_json
from aixsim.results.sweep_result import Sweep
from aixsim.runs.progress import read_status

SECTIONS: Final = (
    "options", "distribution", "sensitivity", "counting", "timeline", "logs", "quality", "duplication", "reproduce", "glossary",
)  # fmt: skip
"""Sections after the brief, in order; each has a template and texts of its name."""
_FLOW: Final = ("duplication", "glossary")
"""Sections that begin on the page of the one before when printed."""
_FEW: Final = 3
"""Switching values and numbers to research next that the brief shows."""
_GOALS, _SIGNS = 2, 4
"""Goals of which the brief shows signposts, and how many signposts."""
Tables = dict[str, DataTable]


@dataclass
class Report:
    """Content of a report, before it is written in a language.

    Attributes:
        title: of the study.
        about: version and identity, one line.
        tables: all that is printed is from them.
        config: name of the config, for commands.
        subjects: of the figures: place in the report, what it is a figure of, and its kind.
        notes: ``interrupted`` and ``is_sample``.
    """

    title: str
    about: str
    tables: Tables
    config: str
    subjects: list[tuple[str, Any, str]] = field(default_factory=list)
    notes: dict[str, bool] = field(default_factory=dict)


def report_of(
    subject: Result | Sweep | Comparison,
    tornado: Tornado | None = None,
    stated: Mapping[str, Any] | None = None,
    tested: DataTable | None = None,
) -> Report:
    """Returns the content of a report. Nothing is simulated.

    Args:
        subject: a run; results compared with the first one, of which the second is what the brief is about; or a sweep.
        tornado: stored answer for the same config, if there is one.
        stated: table ``report`` of a config, instead of that of the result.
        tested: results of the test plan on this installation, if it was run.

    Raises:
        UserError: no replicate has finished.
    """
    if isinstance(subject, Sweep):
        return _of_sweep(subject, stated, tested)
    result = subject.policies[0].pair.other if isinstance(subject, Comparison) else subject
    if not result.provenance["replicates_done"]:
        raise UserError(f"{result.where}: no replicate has finished, so there is nothing to report; see failures.jsonl in this folder")
    answers, told = answers_of(result)
    tables = result_tables(result) | told
    config = dict(result.config) | ({"report": dict(stated)} if stated is not None else {})
    numbers = tables["numbers"].rows if "numbers" in tables else ()
    tables |= record_tables(config, result.provenance, numbers) | checks(tested)
    subjects: list[tuple[str, Any, str]] = [("brief", result, "adoption")]
    if isinstance(subject, Comparison):
        tables |= comparison_tables(subject)
        change = subject.policies[0]
        subjects = [("brief", change, "against-baseline"), ("courses", subject, "courses"), ("difference", change, "fan")]
    subjects += [
        ("map", result, "map"),
        ("counting", result, "counting"),
        ("probability", result, "probability"),
    ]
    known = (("signposts", "corridors"), ("numbers", "matters-known"))
    subjects += [(name, answers[name], kind) for name, kind in known if name in answers]
    if tornado is not None:
        tables |= answer_tables(tornado, list(tornado.tables))
        subjects.append(("tornado", tornado, "tornado"))
    tables |= _data(subjects)
    p = result.provenance
    notes = {"interrupted": bool(p["interrupted"]), "is_sample": result.is_sample}
    about = f"aixsim {p.get('aixsim', '')}, run {p['run_id']}"
    return Report(result.title, about, tables, _config_of(result), subjects, notes)


def _config_of(result: Result) -> str:
    """Returns the config for commands: its name, or the stored one where ``--set`` has changed the former."""
    name, own = str(result.provenance.get("config") or "CONFIG"), variant_of(result.provenance)
    return f"{result.where}/config.toml" if own.differs and own.base == name and result.source.path is not None else name


def _of_sweep(sweep: Sweep, stated: Mapping[str, Any] | None, tested: DataTable | None) -> Report:
    if not sweep.n_done:
        raise UserError(f"{sweep.path}: no replicate has finished, so there is nothing to report; give the sweep command again")
    comparison = None
    if len(sweep.points) > 1:
        comparison = sweep.compare()
    reference = next(point for point in sweep.points if point.n_done)
    config = tomllib.loads(reference.config) | ({"report": dict(stated)} if stated is not None else {})
    answer, indices = index_tables(sweep)
    tables = sweep_tables(sweep, comparison) | money_tables(sweep, comparison) | indices
    notes = {"interrupted": not sweep.is_complete, "is_sample": sweep.scale < 1.0}
    if len(sweep.facts["policies"]) > 1 and not sweep.factors:
        tables["goals"] = reference_goals(sweep, reference)
    tables |= record_tables(config, _about_sweep(sweep)) | checks(tested)
    curves: tuple[str, Any, str] = ("brief", sweep, "curves")
    subjects = [curves, ("ranking", sweep, "ranking"), ("effects", sweep, "effects")]
    subjects += [] if answer is None else [("indices", answer, "design-measures")]
    tables |= _data(subjects)
    return Report(sweep.title, f"aixsim sweep {sweep.facts['name']}", tables, "CONFIG", subjects, notes)


def _about_sweep(sweep: Sweep) -> dict[str, Any]:
    """Returns what is known of how a sweep was made; a part of it while it is running."""
    found: dict[str, Any] = {"config": sweep.facts["name"], "scale": sweep.scale, "replicates_failed": sweep.n_failed}
    if (status := read_status(sweep.path)) is not None:
        found["written"] = status.updated
    if (path := sweep.path / "provenance.json").is_file():
        held = parse_json(path.read_text(encoding="utf-8"))
        found |= {name: value for name, value in held.items() if name != "identity"} | {"seed": held["identity"]["seed"]}
    return found


def html_of(report: Report, language: str = "en", *, with_data: bool = True) -> str:
    """Returns a report as one HTML page.

    Args:
        report: its content.
        language: of ``LANGUAGES``.
        with_data: add the data of tables and figures, folded and as CSV; paper cannot unfold them.
    """
    texts = texts_of(language)
    p, pictures = Printer(report.tables, texts, Formats(texts), with_data), Pictures()
    figures = {place: _figure(p, pictures, place, *rest) for place, *rest in report.subjects if _is_drawn(*rest)}
    css = f"{environment().get_template('report.css').render()}\n{pictures.css()}"
    return (
        environment()
        .get_template("report.html")
        .render(
            t=texts,
            p=p,
            title=report.title,
            about=report.about,
            config=report.config,
            css=Markup(css),  # noqa: S704 - of the package
            csp=policy(css),
            figures=figures,
            sections=SECTIONS,
            flow=_FLOW,
            **report.notes,
            **_choices(report.tables),
        )
    )


def policy(css: str) -> str:
    """Returns the content security policy of a page with this style sheet: nothing else may be loaded or executed."""
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode("ascii")
    return f"default-src 'none'; style-src 'sha256-{digest}'; font-src data:; img-src data:; base-uri 'none'; form-action 'none'"


def _is_drawn(subject: Any, kind: str) -> bool:
    found = figures_of(subject).get(kind)
    return found is not None and found.applies(subject)


def _data(subjects: Sequence[tuple[str, Any, str]]) -> Tables:
    """Returns the drawn numbers of figures by place, as ``figure_PLACE``."""
    found = {}
    for place, subject, kind in subjects:
        if _is_drawn(subject, kind) and (table := table_of(subject, kind)) is not None:
            found[f"figure_{place}"] = DataTable(list(table.rows), f"aixsim plot -k {kind}", table.units)
    return found


def _figure(p: Printer, pictures: Pictures, place: str, subject: Any, kind: str) -> Markup:
    """Returns a figure with its caption and its data; in the language of the page if it has texts in it, else in English."""
    key, data = _CAPTIONS[place, kind], f"figure_{place}"
    is_translated = figures_of(subject)[kind].of in KOREAN and not missing(p.texts.of("brief.heading"))
    drawn = picture(subject, kind, language=p.texts.language if is_translated else "en")
    text = Markup("<figure>{}<figcaption>{}. {}</figcaption></figure>{}")
    return text.format(pictures.inline(drawn), p.texts(key), p.texts(f"{key}_text"), p.folded(data) if p.has(data) else "")


_CAPTIONS: Final = {
    ("brief", "adoption"): "brief.figure",
    ("brief", "against-baseline"): "brief.figure_against",
    ("brief", "curves"): "brief.figure_sweep",
    ("courses", "courses"): "options.figure_courses",
    ("difference", "fan"): "options.figure_difference",
    ("ranking", "ranking"): "options.figure_ranking",
    ("effects", "effects"): "options.figure_effects",
    ("map", "map"): "distribution.figure_map",
    ("counting", "counting"): "counting.figure",
    ("probability", "probability"): "timeline.figure",
    ("tornado", "tornado"): "sensitivity.figure_tornado",
    ("numbers", "matters-known"): "sensitivity.figure_numbers",
    ("indices", "design-measures"): "sensitivity.figure_indices",
    ("signposts", "corridors"): "sensitivity.figure_signposts",
}
"""Text of the caption, by place in the report and kind of figure."""


def _choices(tables: Tables) -> dict[str, Any]:
    """Returns which rows are shown where the data hold more."""
    rows = {name: table.rows for name, table in tables.items()}
    switching = [at for at, row in enumerate(rows.get("switching", ())) if row["value"] is not None]
    signs = [at for at, row in enumerate(rows.get("signposts", ())) if row["count"] is not None]
    research = sorted((at for at, row in enumerate(rows.get("research", ())) if row["next"]), key=lambda at: -rows["research"][at]["share"])
    named = {rows["research"][at]["number"]: at for at in reversed(research)}
    names = dict.fromkeys(row["option"] for row in rows.get("options", ()))
    return {
        "switching": switching[:_FEW],
        "signs": signs,
        "watch": _watch(rows.get("signposts", ())),
        "next_": [at for at in research if named[rows["research"][at]["number"]] == at][:_FEW],
        "numbers": shown_numbers(tables["numbers"]) if "numbers" in tables else [],
        "clear": {visible(name): clear_levels(tables["groups"], name, "launched") for name in names},
        "indices": _measures(rows.get("indices", ())),
        "shown": [at for at, row in enumerate(rows.get("points", ())) if row["is_shown"]],
    }


def _measures(indices: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Returns the columns of the indices of a sweep: those of its design."""
    known = {"first": "estimate percent", "total": "estimate percent", **dict.fromkeys(("mean_size", "mean", "spread"), "estimate number")}
    own = {name: form for name, form in known.items() if indices and name in indices[0]}
    return {"goal": "text", "number": "setting", "quantity": "label"} | own


def _watch(signs: Sequence[Mapping[str, Any]]) -> list[int]:
    """Returns the signposts of the brief: for each of the first goals those of its next year end, at the lowest and highest level."""
    found: list[int] = []
    for goal in list(dict.fromkeys(sign["goal"] for sign in signs))[:_GOALS]:
        own = [
            at
            for at, sign in enumerate(signs)
            if sign["goal"] == goal and sign["count"] is not None and sign["level"] in (LEVELS[0], LEVELS[-1])
        ]
        found += own[: _SIGNS // _GOALS]
    return found
