# docker build --build-arg COMMIT=$(git rev-parse HEAD) -t nxt-sync .
# Whoever wants a base that stays what it is adds its digest: --build-arg BASE=eclipse-temurin:25.0.3_9-jre@sha256:…
ARG BASE=run-time
# Named in a line of its own, where tools that propose newer versions look for it.
FROM eclipse-temurin:25.0.3_9-jre AS run-time

# On the processor of this machine, whichever the image is for: jars are the same for all.
FROM --platform=$BUILDPLATFORM maven:3.9.11-eclipse-temurin-25 AS build
WORKDIR /source
COPY mvnw pom.xml LICENSE ./
COPY .mvn/ .mvn/
COPY docs/openapi.yaml docs/
COPY src/main/ src/main/
ARG COMMIT=unknown
RUN ./mvnw package -Dnxt.commit="$COMMIT" -Dmaven.test.skip=true -Dformatter.skip -Dimpsort.skip -Dcompiler.checks=-Xlint:none

# Layers change from rarely to often.
FROM ${BASE} AS application
WORKDIR /opt/nxt-sync
COPY image/jvm-options ./
COPY --from=build /source/target/quarkus-app/lib/ lib/
COPY --from=build /source/target/quarkus-app/*.jar ./
COPY --from=build /source/target/quarkus-app/app/ app/
COPY --from=build /source/target/quarkus-app/quarkus/ quarkus/

# The cache is good for this very JVM and these very jars, so that it is made of them.
FROM application AS training
COPY image/train ./
RUN ["./train"]

FROM application
COPY --from=training /opt/nxt-sync/nxt-sync.aot ./
COPY --from=build /source/target/bom.json ./
COPY LICENSE ./
ARG COMMIT=unknown
LABEL org.opencontainers.image.title="nxt-sync"
LABEL org.opencontainers.image.description="Keeps a company's PostgreSQL database and Visma Business NXT in step"
LABEL org.opencontainers.image.licenses="Apache-2.0"
LABEL org.opencontainers.image.version="0.2.0"
LABEL org.opencontainers.image.revision="$COMMIT"
USER 10001
EXPOSE 8080 9000
ENTRYPOINT ["java", "@jvm-options", "-XX:AOTCache=nxt-sync.aot", "-jar", "quarkus-run.jar"]
