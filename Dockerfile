# syntax=docker/dockerfile:1
FROM python:3.13-slim AS build
WORKDIR /src
# The message path is compiled here; the image itself has no compiler.
RUN apt-get update && apt-get install --no-install-recommends -y gcc libc6-dev
ENV HATCH_BUILD_HOOK_ENABLE_MYPYC=1
COPY pyproject.toml README.md ./
COPY quotas quotas
COPY chatserver chatserver
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /wheels .

FROM python:3.13-slim
COPY --from=build /wheels /wheels
RUN pip install --no-cache-dir /wheels/*.whl \
    && rm -r /wheels \
    && useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin chatserver \
    && install -d -o chatserver -g chatserver -m 0700 /data
ENV PYTHONUNBUFFERED=1 \
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
