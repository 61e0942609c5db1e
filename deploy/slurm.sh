#!/bin/bash
# A search on the nodes of one Slurm job. The first node is Ray's head and runs the search, the others join it.
#
#   sbatch deploy/slurm.sh NAME STORAGE [options of run_search.py]
#
# NAME     name of the search. Results are in results/NAME below the folder in which sbatch was called.
# STORAGE  a folder that every node mounts, or s3://BUCKET/FOLDER.
#
# If the job is submitted again with the same NAME, or requeued, the search resumes. If STORAGE is a bucket and results/NAME
# is gone, add --resume. Five minutes before its time limit, the job stops the search, which saves everything that was
# reported. Then the job requeues itself. In an array, %a in NAME and in the options stands for the task's number:
#
#   sbatch --array=1-4 deploy/slurm.sh seed-%a /shared/searches --seed %a
#
# Adapt the #SBATCH lines to your cluster. --gpus-per-node=4 and --gres=gpu:4 request four GPUs per node, --gres=gpu:a100:4 four
# of one type. A cluster without GPUs refuses that line: delete it, or give `sbatch --gpus-per-node=0 …`.

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
name=${name//%a/${SLURM_ARRAY_TASK_ID:-}}
set -- "${@//%a/${SLURM_ARRAY_TASK_ID:-}}"

fail() {
  echo "error: $1" >&2
  exit 1
}

for tool in scontrol srun od tr grep tail sed sleep rm; do
  command -v "$tool" >/dev/null || fail "no $tool in this job's PATH ($PATH); submit it from a shell that has it"
done
cd "$SLURM_SUBMIT_DIR" # the repository with its .venv, on a disk that every node mounts
[[ -x .venv/bin/ray ]] || fail "$PWD has no .venv; run \`make setup\` there, or call sbatch in the repository's folder"
ray=$PWD/.venv/bin/ray

# Everyone who can connect and has the token can run code as you, so each job makes a new token, and no command line shows it.
RAY_AUTH_TOKEN=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
export RAY_AUTH_MODE=token RAY_AUTH_TOKEN
export RAY_GRACEFUL_SHUTDOWN_DRAIN_TIMEOUT_S=0 # nothing is left to wait for when the nodes stop

export SRUN_CPUS_PER_TASK=${SLURM_CPUS_PER_TASK:-1} # srun does not inherit it from sbatch
unset SLURM_EXPORT_ENV # sbatch --export=NONE sets it, and then the nodes would not get the token

# Jobs that share a node must not share ports, so each job has ten of its own.
port=$((20000 + SLURM_JOB_ID % 1000 * 10))
hosts=($(scontrol show hostnames "$SLURM_JOB_NODELIST"))
head=${hosts[0]}
on_each=(--block --log-color false --disable-usage-stats --num-cpus "${SLURM_CPUS_PER_TASK:-1}"
  --num-gpus "${SLURM_GPUS_ON_NODE:-0}" --temp-dir "/tmp/ray-$SLURM_JOB_ID"
  --min-worker-port 0 --max-worker-port 0)

# Runs on each node: starts a Ray node, and again if it ends, until SIGUSR1. srun passes SIGUSR1 on to all processes; SIGTERM
# would abort the step. Ray gives itself half a minute to start, which may be too short on a busy machine.
node() { # HOST RAY OPTIONS...
  local host=$1 ray=$2 log=/tmp/ray-$SLURM_JOB_ID.$1.log stopped= attempt
  shift 2
  if [[ ! -x $ray ]]; then
    echo "error: node $host has no $ray; mount its disk there" >&2
    return 1
  fi
  trap 'stopped=yes; kill -TERM "$!" 2>/dev/null' USR1 TERM
  for attempt in 1 2 3; do
    (trap '' USR1 && exec "$ray" start "$@" --node-name "$host" >"$log" 2>&1) &
    [[ -z $stopped ]] || kill -TERM "$!" # the signal came between two attempts
    wait "$!" || true
    if [[ -n $stopped ]]; then # the signal interrupted the wait
      wait "$!" || true
      rm -rf "/tmp/ray-$SLURM_JOB_ID" "$log"
      return 0
    fi
    echo "node $host: Ray ended (attempt $attempt of 3). Its last lines:" >&2
    tail -n 5 "$log" | sed "s/^/  $host: /" >&2
  done
  return 1
}

declare -A step # host -> process of its srun
start() { # HOST OFFSET OPTIONS...: start a node that runs until it is stopped
  local host=$1 offset=$2
  shift 2
  srun --nodes=1 --ntasks=1 --overlap --nodelist="$host" /bin/bash -c "$(declare -f node); node \"\$@\"" node \
    "$host" "$ray" "$@" "${on_each[@]}" --dashboard-agent-listen-port $((port + offset)) </dev/null &
  step[$host]=$!
}

stop() { # HOST...: stop nodes, and wait until they have ended
  local host
  for host; do [[ -z ${step[$host]:-} ]] || kill -USR1 "${step[$host]}" 2>/dev/null || true; done
  for host; do [[ -z ${step[$host]:-} ]] || wait "${step[$host]}" || true; done
}

end() { # CODE: stop all nodes, the head last because the others need it, and requeue a job that was interrupted
  trap - EXIT
  stop "${hosts[@]:1}"
  stop "$head"
  if (($1 == 143)); then scontrol requeue "$SLURM_JOB_ID"; fi
  exit "$1"
}

answers() { # whether the head accepts connections
  (exec 3<>"/dev/tcp/$head/$port") 2>/dev/null
}

joined() { # HOST: whether it has joined
  "$ray" list nodes --address "http://127.0.0.1:$((port + 1))" --filter state=ALIVE --limit 1000 --format json \
    2>/dev/null | grep -q "\"node_name\": \"$1\""
}

wait_for() { # HOST CONDITION...: wait until the condition holds
  local host=$1
  shift
  until "$@"; do
    [[ -z $stopped ]] || end 143
    kill -0 "${step[$host]}" 2>/dev/null || fail "Ray did not start on node $host; see above"
    ((SECONDS < 900)) || fail "node $host has not joined in 15 minutes; see whether it can connect to $head:$port"
    sleep 1
  done
}

stopped=
trap 'stopped=yes' TERM
trap 'end $?' EXIT
start "$head" 3 --head --port "$port" --dashboard-host 127.0.0.1 --dashboard-port $((port + 1)) \
  --ray-client-server-port $((port + 2))
wait_for "$head" answers
for host in "${hosts[@]:1}"; do start "$host" 4 --address "$head:$port"; done
for host in "${hosts[@]}"; do wait_for "$host" joined "$host"; done

if ((${SLURM_RESTART_COUNT:-0})); then # trials were added when the job first ran
  options=()
  while (($#)); do
    case $1 in
    --add-trials) (($# < 2)) || shift ;;
    --add-trials=*) ;;
    *) options+=("$1") ;;
    esac
    shift
  done
  set -- "${options[@]}"
fi

resume=()
if [[ -e results/$name/search.yaml || -e $storage/$name/search.yaml ]]; then resume=(--resume); fi
.venv/bin/python run_search.py --name "$name" --storage "$storage" --address "$head:$port" "${resume[@]}" "$@" &
search=$!

trap 'stopped=yes; kill -TERM "$search"' TERM
[[ -z $stopped ]] || kill -TERM "$search" # the signal came before this trap
code=0
wait "$search" || code=$?
if [[ -n $stopped ]]; then # the signal interrupted the wait; the search saves its state and exits with 143
  code=0
  wait "$search" || code=$?
fi
end "$code"
