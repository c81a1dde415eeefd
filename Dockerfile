# Naast on Debian, with the system's libpq (and so with TLS to the database), as an unprivileged user.

FROM rust:1-trixie AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpq-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY . .
RUN cargo build --release --locked --no-default-features --bin naast

FROM debian:trixie-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates libpq5 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --user-group --home-dir /data --shell /usr/sbin/nologin naast \
    && install -d -m 700 -o naast -g naast /data /keys
COPY --from=build /source/target/release/naast /usr/local/bin/naast
COPY --chmod=755 deploy/entrypoint.sh /usr/local/bin/naast-entrypoint
COPY --chmod=755 deploy/healthcheck.sh /usr/local/bin/naast-healthcheck
COPY --chmod=755 deploy/seed-keys.sh /usr/local/bin/naast-seed-keys

ENV NAAST_DATA=/data \
    NAAST_LISTEN=0.0.0.0:8080 \
    RUST_LOG=warn,naast_api=info
USER naast
WORKDIR /data
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s --retries=3 CMD ["naast-healthcheck"]
ENTRYPOINT ["naast-entrypoint"]
CMD ["serve"]
