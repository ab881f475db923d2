# The web page; see docs/page.md. The wheel that it serves is made when the server starts.
FROM python:3.12-slim

ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /srv/omniopt
COPY pyproject.toml README.md LICENSE ./
# Before the page itself, so that they are kept when it changes.
RUN python -c "import tomllib; print('\n'.join(tomllib.load(open('pyproject.toml', 'rb'))['project']['optional-dependencies']['gui']))" >/tmp/requirements.txt \
    && pip install --no-cache-dir --requirement /tmp/requirements.txt
COPY app app
COPY worker worker
COPY templates templates
COPY static static
COPY docs docs
# numpy, scipy and hyperopt belong to a run, not to the page: --no-deps leaves them out.
RUN pip install --no-cache-dir --no-deps . && useradd --system --no-create-home omniopt
USER omniopt
WORKDIR /
EXPOSE 8000
HEALTHCHECK CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz')"]
CMD ["python", "-m", "app", "--bind", "0.0.0.0:8000"]
