"""The study as a Slurm job array: a script whose array tasks each run a share of the cells.

Every array task calls this tool on the shared results folder, so that locks, resume and results are
the same as on one machine: whatever is missing after a job is run by submitting it again.
"""
import os

from .messages import INPUT_OUTPUT, StudyError, counted, note
from .runner import quoted
from .store import make_folder, write_atomically

MOST_TASKS = 200

_SCRIPT = """#!/bin/bash
# {title}: {cells} to run, in an array of {tasks}.
#
#     sbatch {script}
#
# Options of sbatch go before the script, such as --partition=NAME or --array=0-{last}%16 for at
# most 16 at a time. Each array task runs its share of the cells; submitted again, the job goes on
# with what is not finished. The page of what there is, at any time:
#
#     {present}
#
#SBATCH --job-name={name}
#SBATCH --array=0-{last}
#SBATCH --ntasks=1
#SBATCH --cpus-per-task={threads}
#SBATCH --output={logs}/%A_%a.log
#SBATCH --open-mode=append
#SBATCH --requeue

exec {command} \
  --share "$SLURM_ARRAY_TASK_ID/{tasks}"
"""


def write_job(options, study, left, compiler):
    """Writes DIR/NAME.sbatch and DIR/NAME.cells; `left` are the cells that are not finished."""
    if not left:
        note("every cell is finished; there is no job to write")
        return
    tasks = min(options.slurm_tasks or min(len(left), MOST_TASKS), len(left))
    folder = os.path.abspath(options.slurm)
    logs = os.path.join(folder, "logs")
    make_folder(logs)
    for path in (folder, options.file, options.results, compiler.path, study.name):
        if "\n" in path:
            raise StudyError(f"a path of a job script must be of one line: {path!r}", INPUT_OUTPUT)
    tool = [compiler.path, "study", os.path.abspath(options.file), "--results",
            os.path.abspath(options.results)]
    command = [*tool, "--cores", str(options.threads_per_cell), "--threads-per-cell",
               str(options.threads_per_cell), "--checkpoint-every", options.checkpoint_every]
    listed = os.path.join(folder, study.name + ".cells")
    command += ["--cells", listed]
    write_atomically(listed, "".join(f"{cell.key} {cell.name}\n" for cell in left))
    script = os.path.join(folder, study.name + ".sbatch")
    text = _SCRIPT.format(
        title=" ".join(study.title.split()), cells=counted(len(left), "cell"), tasks=tasks,
        last=tasks - 1, script=quoted(script), present=" ".join(map(quoted, [*tool, "--present"])),
        name="".join(c if c.isalnum() or c in "_.-" else "_" for c in study.name),
        threads=options.threads_per_cell, logs=logs, command=" ".join(map(quoted, command)))
    write_atomically(script, text)
    print(script, flush=True)
    note(f"{counted(len(left), 'cell')} in {counted(tasks, 'array task')}; submit it with: "
         f"sbatch {quoted(script)}")
