# Build first: ./mvnw package -Dnxt.commit=$(git rev-parse --short HEAD). Layers change from rarely to often.
# A release adds the digest of what it was tried with: --build-arg BASE=eclipse-temurin:25.0.3_9-jre@sha256:…
ARG BASE=run-time
# Named in a line of its own, where tools that propose newer versions look for it.
FROM eclipse-temurin:25.0.3_9-jre AS run-time

FROM ${BASE} AS application
WORKDIR /opt/nxt-sync
COPY image/jvm-options ./
COPY target/quarkus-app/lib/ lib/
COPY target/quarkus-app/*.jar ./
COPY target/quarkus-app/app/ app/
COPY target/quarkus-app/quarkus/ quarkus/

# The cache is good for this very JVM and these very jars, so that it is made of them.
FROM application AS training
COPY image/train ./
RUN ["./train"]

FROM application
LABEL org.opencontainers.image.title="nxt-sync"
LABEL org.opencontainers.image.description="Keeps a company's PostgreSQL database and Visma Business NXT in step"
LABEL org.opencontainers.image.licenses="Apache-2.0"
LABEL org.opencontainers.image.version="0.1.0-SNAPSHOT"
COPY --from=training /opt/nxt-sync/nxt-sync.aot ./
COPY target/bom.json LICENSE ./
USER 10001
EXPOSE 8080 9000
ENTRYPOINT ["java", "@jvm-options", "-XX:AOTCache=nxt-sync.aot", "-jar", "quarkus-run.jar"]
