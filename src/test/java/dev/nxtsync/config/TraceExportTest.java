package dev.nxtsync.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TraceExportTest {
    private static final String COLLECTOR = "http://collector:4318";

    @Test
    void thereAreNoTracesUnlessACollectorIsNamed() {
        assertThat(TraceExport.of(Map.of())).isEqualTo(TraceExport.OFF);
        assertThat(TraceExport.of(Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", " ", "OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")))
                .isEqualTo(TraceExport.OFF);
        assertThat(TraceExport.of(Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", COLLECTOR, "OTEL_SDK_DISABLED", "TRUE")))
                .isEqualTo(TraceExport.OFF);
        assertThat(TraceExport.of(Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", COLLECTOR, "OTEL_TRACES_EXPORTER", "none")))
                .isEqualTo(TraceExport.OFF);
    }

    @ParameterizedTest
    @ValueSource(strings = {COLLECTOR, COLLECTOR + "/", " " + COLLECTOR + "// "})
    void spansGoToThePathThatTheProtocolHas(String endpoint) {
        var export = TraceExport.of(Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint));
        assertThat(export.address()).isEqualTo(COLLECTOR + "/v1/traces");
        assertThat(export.headers()).containsOnly(Map.entry("Content-Type", "application/x-protobuf"));
    }

    @Test
    void headersAreSentAsTheyAreMeantAndNeverShown() {
        var export = TraceExport.of(Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", COLLECTOR, "OTEL_EXPORTER_OTLP_HEADERS",
                "content-type=text/plain, authorization=Basic%20c2Vj+cmV0Og==, x-key = s3cret\n"));
        assertThat(export.headers().keySet()).as("what is sent is what it is").hasSize(3);
        assertThat(export.headers()).containsEntry("Content-Type", "application/x-protobuf");
        assertThat(export.headers()).containsEntry("authorization", "Basic c2Vj+cmV0Og==").containsEntry("x-key",
                "s3cret");
        assertThat(export.toString()).doesNotContain("s3cret").doesNotContain("c2Vj");
    }

    @ParameterizedTest
    @ValueSource(strings = {"s3cret", "=s3cret", "a b=s3cret", "x=s3cret,", "x=s3cret%0Ay: z", "x=%zz s3cret", "x="})
    void whatIsNoHeaderIsWarnedOfWithoutAWordOfIt(String headers) {
        var export = TraceExport
                .of(Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", COLLECTOR, "OTEL_EXPORTER_OTLP_HEADERS", headers));
        assertThat(export.endpoint()).isEmpty();
        assertThat(export.warnings()).singleElement().asString().contains("OTEL_EXPORTER_OTLP_HEADERS")
                .endsWith("There are no traces.").doesNotContain("s3cret");
    }

    @ParameterizedTest
    @ValueSource(strings = {"collector:4318", "ftp://x:s3cret@collector", "http://", "http:// collector", "4318",
            "http://me:s3cret@collector:4318", "http://collector:4318?key=s3cret", "http://collector:4318#s3cret"})
    void whatIsNoAddressIsWarnedOfWithoutAPasswordThatItMayHold(String endpoint) {
        var export = TraceExport.of(Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint));
        assertThat(export.endpoint()).isEmpty();
        assertThat(export.warnings()).singleElement().asString().contains("OTEL_EXPORTER_OTLP_ENDPOINT")
                .doesNotContain("s3cret");
    }
}
