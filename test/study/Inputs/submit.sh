#!/bin/bash
# submit.sh FOLDER: submits the job and waits until it has left the queue.
set -eu
sbatch "$1/tiny.sbatch"
for _ in $(seq 600); do
  [ -z "$(squeue -h)" ] && exit 0
  sleep 0.5
done
squeue
exit 1
