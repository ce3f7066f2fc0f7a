# Two stages: one that compiles, one that ships. No `# syntax=` line, which would pull a frontend before anything else.
# Works on Alpine (the default) and on Debian: --build-arg PYTHON_IMAGE=python:3.13-slim. What differs between the two
# stands in os-packages below and nowhere else.
# Behind a company CA: --secret id=ca,src=/etc/ssl/certs/ca-certificates.crt; it is not in any layer.
ARG PYTHON_IMAGE=python:3.13.16-alpine3.24

FROM ${PYTHON_IMAGE} AS base
COPY --chmod=755 <<'EOS' /usr/local/sbin/os-packages
#!/bin/sh
# Installs what a stage needs: a compiler to build mysqlclient, or the library it then runs with. The library brings
# MySQL's caching_sha2_password plugin along.
set -eu
# shellcheck source=/dev/null
case "$1:$(. /etc/os-release && echo "$ID")" in
    build:alpine) apk add --no-cache gcc musl-dev mariadb-connector-c-dev pkgconf ;;
    run:alpine) apk add --no-cache mariadb-connector-c tzdata ca-certificates ;;
    build:debian) packages="gcc libc6-dev libmariadb-dev pkg-config" ;;
    run:debian) packages="libmariadb3 tzdata ca-certificates" ;;
    *) echo "os-packages: Alpine or Debian is needed as base; add a line here for others" >&2; exit 1 ;;
esac
if [ -n "${packages:-}" ]; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $packages >/dev/null
    rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/cache/debconf/*-old /var/log/*
fi
EOS

FROM base AS dependencies
RUN --mount=type=secret,id=ca,target=/run/ca \
    if [ -s /run/ca ]; then export SSL_CERT_FILE=/run/ca; fi; os-packages build
RUN python -m venv --without-pip /venv
# Apart from the others: redis-py imports what it finds of OpenTelemetry, in every process, traced or not.
ENV TRACING_PACKAGES=/venv/lib/tracing
COPY requirements/app.txt requirements/mysql.txt requirements/tracing.txt /requirements/
# Left out: what the app never reads. Of Django's 100 languages the pages use one, and of ninja's two API browsers one.
# Byte code is made here, because nothing can be written at run time; by hash, so that it depends on no file's date.
RUN --mount=type=secret,id=ca,target=/run/ca \
    if [ -s /run/ca ]; then export PIP_CERT=/run/ca; fi; \
    python -m pip --python /venv/bin/python install --quiet --no-cache-dir --no-compile --require-hashes \
        --disable-pip-version-check --root-user-action=ignore -r /requirements/app.txt -r /requirements/mysql.txt \
    && python -m pip --python /venv/bin/python install --quiet --no-cache-dir --no-compile --require-hashes \
        --disable-pip-version-check --root-user-action=ignore --target ${TRACING_PACKAGES} -r /requirements/tracing.txt \
    && find /venv -type d -path '*/locale/*' -prune ! -name en ! -name 'en_*' -exec rm -r '{}' + \
    && find /venv -type d -name tests -prune -exec rm -r '{}' + \
    && find /venv -path '*/static/*' \( -name '*.map' -o -name 'redoc*' \) -delete \
    && find /venv -path '*/static/*' \( -name '*.js' -o -name '*.css' \) -exec sed -i 's,/[/*]# sourceMappingURL=.*,,' '{}' + \
    && /venv/bin/python -m compileall -q --invalidation-mode unchecked-hash /venv/lib

FROM dependencies AS code
WORKDIR /app
COPY webapp /app
ENV PATH=/venv/bin:$PATH STATIC_ROOT=/app/staticfiles
RUN SECRET_KEY=only-while-the-image-is-built-0123456789-0123456789-0123456789 ADMIN_ENABLED=true \
        DATABASE_URL=mysql://build/none PUBLIC_URL=https://build.invalid PYTHONDONTWRITEBYTECODE=1 \
        sh -c 'python manage.py check --deploy && python manage.py collectstatic --no-input --verbosity 0' \
    && python -m compileall -q --invalidation-mode unchecked-hash /app

FROM base
RUN --mount=type=secret,id=ca,target=/run/ca \
    if [ -s /run/ca ]; then export SSL_CERT_FILE=/run/ca; fi; \
    os-packages run && rm /usr/local/sbin/os-packages \
    && find / -xdev -type f -perm /6000 -exec chmod a-s '{}' + \
    && install -d -o 10001 -g 10001 /secrets/app /secrets/mysql /secrets/redis /secrets/mysql-exporter \
        /secrets/redis-exporter /secrets/grafana
COPY --from=dependencies /venv /venv
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 TRACING_PACKAGES=/venv/lib/tracing
# The base comes without byte code. Importing makes it for what is imported, and not for the rest of the library.
RUN python -c "import django.core.wsgi, django.db.models, gunicorn.workers.gthread, http.client, limits, redis, segno"
COPY --from=code /app /app
WORKDIR /app
ENV PYTHONDONTWRITEBYTECODE=1 STATIC_ROOT=/app/staticfiles

ARG VERSION=dev
ARG REVISION=unknown
ENV VERSION=${VERSION}
LABEL org.opencontainers.image.title="strata" \
      org.opencontainers.image.description="A link shortener" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"

# By number: Kubernetes' runAsNonRoot cannot know a name.
USER 10001:10001
EXPOSE 8000 8001
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --start-interval=1s --retries=3 \
    CMD ["python", "-m", "ops.probe"]
CMD ["gunicorn", "-c", "python:config.server", "config.wsgi"]
