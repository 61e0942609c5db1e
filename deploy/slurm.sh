#!/bin/bash
# A search on the nodes of one Slurm job. The first node is Ray's head and runs the search, the others join it.
#
#   sbatch deploy/slurm.sh NAME STORAGE [options of run_search.py]
#
# NAME     name of the search. Results are in results/NAME below the folder in which sbatch was called.
# STORAGE  a folder that every node mounts, or s3://BUCKET/FOLDER.
#
# Submitted again with the same NAME, or after a requeue, the search resumes. If STORAGE is a bucket and results/NAME is
# gone, add --resume. Five minutes before its time limit, the job stops the search, which saves everything that was
# reported. Then the job requeues itself. Adapt the #SBATCH lines to your cluster.

#SBATCH --job-name=lstnet-search
#SBATCH --nodes=2
#SBATCH --ntasks-per-node=1
#SBATCH --cpus-per-task=16
#SBATCH --gpus-per-node=4
#SBATCH --time=12:00:00
#SBATCH --signal=B:TERM@300
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=%x-%j.log

set -euo pipefail
name=${1:?"usage: sbatch deploy/slurm.sh NAME STORAGE [options of run_search.py]"}
storage=${2:?"a folder that every node mounts, or s3://BUCKET/FOLDER"}
shift 2

cd "$SLURM_SUBMIT_DIR" # the repository with its .venv, on a disk that every node mounts
ray=$PWD/.venv/bin/ray

# Everyone who can connect and has the token can run code as you: each job makes a new token, and no command line shows it.
RAY_AUTH_TOKEN=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
export RAY_AUTH_MODE=token RAY_AUTH_TOKEN

export SRUN_CPUS_PER_TASK=${SLURM_CPUS_PER_TASK:-1} # srun does not take this from sbatch

# Jobs that share a node must not share ports, so each job has ten of its own.
port=$((20000 + SLURM_JOB_ID % 1000 * 10))
hosts=($(scontrol show hostnames "$SLURM_JOB_NODELIST"))
head=${hosts[0]}
on_each=(--block --disable-usage-stats --num-cpus "${SLURM_CPUS_PER_TASK:-1}"
  --num-gpus "${SLURM_GPUS_ON_NODE:-0}" --temp-dir "/tmp/ray-$SLURM_JOB_ID"
  --min-worker-port 0 --max-worker-port 0)

start() { # HOST OFFSET OPTIONS...: start a node that runs until the job ends
  local host=$1 offset=$2
  shift 2
  srun --nodes=1 --ntasks=1 --overlap --nodelist="$host" \
    "$ray" start "$@" "${on_each[@]}" --dashboard-agent-listen-port $((port + offset)) </dev/null &
}

alive() { # print how many nodes have joined: 0 while Ray does not answer (`|| true`: grep fails if it finds nothing)
  "$ray" list nodes --address "http://127.0.0.1:$((port + 1))" --filter state=ALIVE --limit 1000 --format json \
    2>/dev/null | grep -c '"node_id"' || true
}

start "$head" 3 --head --port "$port" --dashboard-host 127.0.0.1 --dashboard-port $((port + 1)) \
  --ray-client-server-port $((port + 2))
for _ in {1..60}; do (($(alive) < 1)) || break; sleep 2; done
for host in "${hosts[@]:1}"; do start "$host" 4 --address "$head:$port"; done
for _ in {1..150}; do (($(alive) < ${#hosts[@]})) || break; sleep 2; done
if (($(alive) < ${#hosts[@]})); then
  echo "only $(alive) of ${#hosts[@]} nodes joined" >&2
  exit 1
fi

resume=()
if [[ -e results/$name/search.yaml || -e $storage/$name/search.yaml ]]; then resume=(--resume); fi
.venv/bin/python run_search.py --name "$name" --storage "$storage" --address "$head:$port" "${resume[@]}" "$@" &
search=$!

stopped=
trap 'stopped=yes; kill -TERM "$search"' TERM
code=0
wait "$search" || code=$?
if [[ -n $stopped ]]; then # the signal interrupted the wait; the search saves its state and exits with 143
  code=0
  wait "$search" || code=$?
fi
if ((code == 143)); then scontrol requeue "$SLURM_JOB_ID"; fi
exit "$code"
