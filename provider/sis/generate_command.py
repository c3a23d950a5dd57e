"""`homeroom generate`: writes a synthetic district as SIS CSV files."""

from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress


@click.command("generate")
@click.option("--students", type=click.IntRange(1, 10_000_000), required=True, help="How many students.")
@click.option("--schools", type=click.IntRange(1), help="How many schools (default: one for each 833 students).")
@click.option("--seed", type=int, default=1, show_default=True, help="Same numbers and seed: same files.")
@click.option(
    "--line-items",
    type=click.IntRange(0, 1000),
    default=0,
    show_default=True,
    help="Assignments of each section, each with a score of every student.",
)
@click.argument("path", type=click.Path(path_type=Path, file_okay=False))
def generate_command(students: int, schools: int | None, seed: int, line_items: int, path: Path) -> None:
    """Write a synthetic district into the folder PATH, which must be empty or not there yet."""
    from provider.sis.generating import Plan, generate

    if path.exists() and any(path.iterdir()):
        raise click.ClickException(f"{path} is not empty; name a new folder")
    try:
        plan = Plan.of(students, schools, seed, line_items)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    console = Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task("students", total=students)
        rows = generate(plan, path, lambda done: bar.update(task, completed=done))
    click.echo(f"{path}: {plan.students} students, {plan.schools} schools, {rows} rows")
