# The program from the hashed list, run by a user of its own. Built and started by docker-compose.yml.
FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 VENDOR_AI_HOME=/var/lib/vendor-ai

WORKDIR /app
COPY requirements/runtime.txt requirements/
RUN python -m pip install --require-hashes -r requirements/runtime.txt

COPY pyproject.toml README.md ./
COPY vendor_ai vendor_ai
COPY questionnaires questionnaires
COPY contracts contracts
COPY migrations migrations
RUN python -m pip install --no-deps --no-build-isolation . \
    && useradd --uid 10001 --no-create-home --home-dir /var/lib/vendor-ai vendor-ai \
    && install -d -o vendor-ai -g vendor-ai /var/lib/vendor-ai

USER vendor-ai
WORKDIR /var/lib/vendor-ai
VOLUME /var/lib/vendor-ai
EXPOSE 8321
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8321/healthz', timeout=4)"]
ENTRYPOINT ["vendor-ai"]
CMD ["serve"]
