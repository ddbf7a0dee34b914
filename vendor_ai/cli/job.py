"""`vendor-ai job`: the scheduled jobs and their ledger."""

from typing import Annotated, Any

import typer
from typer.core import TyperArgument, TyperCommand

from vendor_ai.cli.output import JsonOption, print_json, print_table
from vendor_ai.cli.session import AtOption, open_session, read_instant

job = typer.Typer(no_args_is_help=True, help="Scheduled jobs.")


def register(app: typer.Typer) -> None:
    """Add the noun."""
    app.add_typer(job, name="job")


@job.command("list")
def list_jobs(as_json: JsonOption = False) -> None:
    """List the jobs and their newest runs.

    Example: vendor-ai job list
    """
    from vendor_ai.jobs.scheduler import JOBS
    from vendor_ai.services.job import ledger

    runs = ledger(open_session().records)
    if as_json:
        print_json(
            {
                "jobs": [{"job": entry.key, "label": entry.label, "every_s": entry.every_s} for entry in JOBS.values()],
                "runs": [
                    {
                        "job": run.job,
                        "period": run.period,
                        "state": run.state,
                        "attempt": run.attempt,
                        "started_at": run.started_at.isoformat(),
                        "finished_at": None if run.finished_at is None else run.finished_at.isoformat(),
                        "message": run.message,
                    }
                    for run in runs
                ],
            }
        )
        return
    print_table("Jobs", ["Job", "Does", "Looks every"], [[entry.key, entry.label, f"{entry.every_s} s"] for entry in JOBS.values()])
    rows = [[run.job, run.period, run.state, str(run.attempt), f"{run.started_at:%Y-%m-%d %H:%M} UTC", run.message] for run in runs]
    print_table(
        "Ledger", ["Job", "Period", "State", "Attempt", "Started", "Outcome"], rows, empty="No job has run yet: vendor-ai job run NAME"
    )


class _NamesJobs(TyperCommand):
    """Its help names every job; the folder of jobs is read only when somebody asks for it."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        from vendor_ai.jobs.scheduler import JOBS

        for parameter in self.params:
            if isinstance(parameter, TyperArgument) and parameter.name == "name":
                parameter.help = f"One of {', '.join(JOBS)}."
        super().format_help(ctx, formatter)


@job.command("run", cls=_NamesJobs)
def run(
    name: Annotated[str, typer.Argument(help="A job of `vendor-ai job list`.")],
    at: AtOption = None,
    as_json: JsonOption = False,
) -> None:
    """Run what is due of a job now; what ran before does not run again.

    Example: vendor-ai job run evaluation
    """
    from vendor_ai.jobs.scheduler import run_job

    app = open_session().at(read_instant(at))
    runs = run_job(app, name)
    if as_json:
        print_json([{"job": entry.job, "period": entry.period, "state": entry.state, "message": entry.message} for entry in runs])
    else:
        rows = [[entry.period, entry.state, entry.message] for entry in runs]
        print_table(f"Job {name}", ["Period", "State", "Outcome"], rows, empty=f"Nothing is due for {name}.")
    if any(entry.state == "failed" for entry in runs):
        raise typer.Exit(3)
