# A search in a container, with the packages of requirements.lock.
#
#   docker build -t lstnet-search .                              # CPUs alone
#   docker build -t lstnet-search --build-arg DEVICE=cuda .      # NVIDIA GPUs, and CPUs
#   docker run --rm --init --shm-size 2g --cpus 4 --memory 8g -v "$PWD/results:/home/search/results" lstnet-search search --trials 6
#
# The process is the user 1000, to whom the mounted folder must belong: `--user "$(id -u)"` takes another.

FROM python:3.11-slim-bookworm

# Trials compile lstnet_search/models/fused.c; KubeRay's probes call wget, Ray's launcher ps.
RUN apt-get update \
    && apt-get install -y --no-install-recommends gcc libc6-dev procps wget \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /app
ARG DEVICE=cpu
COPY requirements.lock deploy/install_lock.sh ./
RUN bash install_lock.sh "$DEVICE" requirements.lock

COPY . .
RUN pip install --no-cache-dir --no-deps --no-build-isolation . && pip check

# Users other than 1000 have a place for caches and Ray's token too.
RUN useradd --uid 1000 --create-home search && install --directory --owner=search --mode=0777 /home/search
USER search
WORKDIR /home/search
ENV HOME=/home/search PYTHONUNBUFFERED=1 RAY_USAGE_STATS_ENABLED=0
ENTRYPOINT ["lstnet-search"]
CMD ["--help"]
