# One image for every process type; the command decides which. Nothing is compiled: all packages come as wheels.
FROM python:3.11-slim-bookworm
RUN useradd --create-home --uid 10001 deskwarden && mkdir -p /data /srv/deskwarden && chown deskwarden /data
WORKDIR /srv/deskwarden
COPY requirements.lock pyproject.toml README.md LICENSE ./
RUN pip install --no-cache-dir --no-deps --require-hashes --only-binary :all: -r requirements.lock
COPY app app
COPY workers workers
COPY rules rules
RUN pip install --no-cache-dir --no-deps --no-build-isolation --editable .
USER deskwarden
ENV DESKWARDEN_HOME=/data PYTHONUNBUFFERED=1
VOLUME /data
EXPOSE 8080
CMD ["deskwarden", "web", "--host", "0.0.0.0"]
