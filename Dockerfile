# A tag names what changes beneath it. Who builds for production pins it: `docker buildx imagetools inspect python:3.13-slim` prints
# the digest, and `--build-arg PYTHON=python:3.13-slim@sha256:…` takes it.
ARG PYTHON=python:3.13-slim

FROM ${PYTHON} AS build
WORKDIR /src
# The message path is compiled here; the image itself has no compiler.
RUN apt-get update && apt-get install --no-install-recommends -y gcc libc6-dev
ENV HATCH_BUILD_HOOK_ENABLE_MYPYC=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1
COPY locks/compile.lock locks/
RUN pip install --require-hashes -r locks/compile.lock
COPY pyproject.toml hatch_build.py README.md ./
COPY quotas quotas
COPY chatserver chatserver
RUN pip wheel --no-deps --no-build-isolation --wheel-dir /wheels .

FROM ${PYTHON}
COPY locks/server.lock /tmp/
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes -r /tmp/server.lock && rm /tmp/server.lock
COPY --from=build /wheels /wheels
RUN pip install --no-cache-dir --disable-pip-version-check --no-deps /wheels/*.whl \
    && rm -r /wheels \
    && useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin chatserver \
    && install -d -o chatserver -g chatserver -m 0700 /data
ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    CHATSERVER_HOST=0.0.0.0 \
    CHATSERVER_PORT=8080 \
    CHATSERVER_DATA_DIR=/data
USER chatserver
VOLUME /data
EXPOSE 8080
# Alive, not ready: a container is not to be replaced because its store is away.
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/livez', timeout=2).close()"]
ENTRYPOINT ["chatserver"]
CMD ["serve"]
