# One image for the API, the conductor and the Ray nodes: workers must have the very code that the conductor has.
FROM python:3.11-slim

# Where torch comes from. The default is the CPU build; for GPUs: --build-arg TORCH_INDEX=https://pypi.org/simple
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu

RUN groupadd --gid 10001 hpsearch \
    && useradd --uid 10001 --gid hpsearch --create-home --shell /usr/sbin/nologin hpsearch

WORKDIR /opt/hpsearch
COPY pyproject.toml README.md ./
COPY hpsearch ./hpsearch
RUN pip install --no-cache-dir --extra-index-url "${TORCH_INDEX}" . \
    && install --directory --owner=hpsearch --group=hpsearch /var/lib/hpsearch /data

ENV HPSEARCH_HOME=/var/lib/hpsearch \
    HPSEARCH_DATA=/data \
    PYTHONUNBUFFERED=1
USER hpsearch
WORKDIR /var/lib/hpsearch
EXPOSE 8000
CMD ["hpsearch", "serve", "--api-only", "--host", "0.0.0.0", "--port", "8000"]
