# The web page; see docs/administration.md. The wheel that it serves is made when the server starts.
# Everything that is fetched has the exact version and checksum of scripts/lock; only the last stage is kept.
FROM python:3.12-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /build
COPY app/requirements.txt app/requirements-build.txt ./
# Before the page itself, so that they are kept when it changes.
RUN pip install --require-hashes --requirement requirements-build.txt \
    && pip install --require-hashes --no-compile --target /srv/omniopt --requirement requirements.txt
COPY pyproject.toml README.md LICENSE ./
COPY app app
COPY worker worker
COPY templates templates
COPY static static
COPY docs docs
# numpy, scipy and hyperopt belong to a run, not to the page: --no-deps leaves them out.
RUN pip install --no-build-isolation --no-deps --no-compile --target /srv/omniopt .

FROM python:3.12-slim
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PYTHONPATH=/srv/omniopt
COPY --from=build /srv/omniopt /srv/omniopt
RUN useradd --system --no-create-home omniopt
USER omniopt
WORKDIR /
EXPOSE 8000
HEALTHCHECK CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz')"]
CMD ["python", "-m", "app", "--bind", "0.0.0.0:8000"]
