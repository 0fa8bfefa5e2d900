# Build first: ./mvnw package. Layers change from rarely to often.
FROM eclipse-temurin:25-jre

WORKDIR /opt/nxt-sync
COPY target/quarkus-app/lib/ lib/
COPY target/quarkus-app/*.jar ./
COPY target/quarkus-app/app/ app/
COPY target/quarkus-app/quarkus/ quarkus/

USER 10001
EXPOSE 8080 9000
ENTRYPOINT ["java", "-XX:MaxRAMPercentage=50", "-jar", "quarkus-run.jar"]
