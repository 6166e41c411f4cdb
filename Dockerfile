# Lederbrev in a container: one binary, a user without rights, one volume.
#   docker build -t lederbrev .
#   docker run -p 8080:8080 -v lederbrev:/data -e LEDERBREV_PUBLIC_URL=https://nyt.example.dk \
#     -e LEDERBREV_MAIL_URL='smtp://relay.example.dk?tls=required' lederbrev

FROM rust:1.95-bookworm AS build
RUN apt-get update \
 && apt-get install -y --no-install-recommends libssl-dev pkg-config \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /source
# What we build on changes seldom and is built in a layer of its own.
COPY Cargo.toml Cargo.lock rust-toolchain.toml ./
RUN mkdir -p src tests/it && touch src/lib.rs && echo 'fn main() {}' > src/main.rs \
 && echo > tests/it/main.rs && cargo build --release --locked && rm -r src tests
COPY . .
RUN touch src/lib.rs src/main.rs && cargo build --release --locked

FROM debian:bookworm-slim AS run
# ca-certificates: to know the relay by its certificate.
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --home-dir /data --create-home lederbrev
COPY --from=build /source/target/release/lederbrev /usr/local/bin/lederbrev
USER 10001
WORKDIR /data
VOLUME /data
# In a container all addresses are the container's own; publish the port only where it may be reached.
ENV LEDERBREV_DATABASE_URL=sqlite:///data/lederbrev.db \
    LEDERBREV_DATA_DIR=/data \
    LEDERBREV_BIND=0.0.0.0:8080 \
    LEDERBREV_LOG_FORMAT=json
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["lederbrev", "health"]
# A stop finishes the messages that are on the line.
STOPSIGNAL SIGTERM
ENTRYPOINT ["lederbrev"]
CMD ["serve"]
