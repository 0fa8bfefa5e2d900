package dev.nxtsync.status;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

import org.junit.jupiter.api.Test;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.signin.EncryptionKeys;
import dev.nxtsync.status.StatusTables.PullRow;
import dev.nxtsync.status.StatusTables.ReplicaRow;
import dev.nxtsync.status.StatusTables.ReportRow;
import dev.nxtsync.status.StatusTables.SignInRow;

class StatusJsonTest {
    private static final String AT = "2026-11-27T12:00:00Z";
    private static final ConnectionStatus MAIN = new ConnectionStatus("main", "signed_in", AT, null, "a b",
            new ConnectionStatus.MinuteBudget(540, 3), null);
    private static final Finding LATE = new Finding("pull orders, late",
            new Problem(ErrorCode.PULL_LATE, "It is late."), true, Optional.of(Instant.parse(AT)));

    private static JsonNode json(Status status) throws Exception {
        return new ObjectMapper().readTree(StatusJson.tree(status).toString());
    }

    @Test
    void withoutADatabaseItIsWhatTheProcessKnows() throws Exception {
        var finding = ShownFinding.of(Finding.remark("database", ErrorCode.DATABASE_ENCODING, "It is LATIN1."));
        assertThat(StatusJson.tree(new Status(AT, List.of(finding), List.of(MAIN), Optional.empty(), List.of())))
                .hasToString("{\"at\":\"" + AT + "\",\"state\":\"well\",\"findings\":[{\"subject\":\"database\","
                        + "\"code\":\"database_encoding\",\"alarm\":false,\"reason\":\"It is LATIN1.\",\"next_step\":"
                        + new ObjectMapper().writeValueAsString(ErrorCode.DATABASE_ENCODING.nextStep())
                        + ",\"next_attempt_at\":null,\"since\":null}],\"connections\":[{\"name\":\"main\","
                        + "\"state\":\"signed_in\",\"expires_at\":\"" + AT
                        + "\",\"next_renewal_at\":null,\"scope\":\"a b\",\"budget\":{\"limit_per_minute\":540,"
                        + "\"used\":3}}]}");
    }

    @Test
    void anAlarmIsTroubleAndEachSubjectHasItsList() throws Exception {
        var pull = new PullRow("orders", 7, "ok", null, null, null, 0, 3_000_000_000L, AT, null, AT, 12, "load", 5L,
                null, 0);
        var signIn = new SignInRow("shop", "needed", "sign_in_needed", "x", null, null, null, null, null, null, null,
                null);
        var tables = new StatusTables(List.of(new ReplicaRow("1", "pod", AT, AT, "alive")),
                List.of(new ReportRow("1", "pod", new ProcessReport(List.of(), List.of()))), List.of(), List.of(pull),
                List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), List.of(signIn), List.of(),
                List.of());
        var status = json(new Status(AT, List.of(ShownFinding.of(LATE).since(AT)), List.of(MAIN.on("pod")),
                Optional.of(tables), List.of(new EncryptionKeys.Need("k1", OptionalInt.of(1), List.of("shop")),
                        new EncryptionKeys.Need("k2", OptionalInt.empty(), List.of()))));
        assertThat(status.path("state").asText()).isEqualTo("in_trouble");
        assertThat(status.path("findings").get(0).path("since").asText()).isEqualTo(AT);
        assertThat(status.path("connections").get(0).path("host").asText()).isEqualTo("pod");
        assertThat(status.fieldNames()).toIterable().containsExactly("at", "state", "findings", "connections",
                "replicas", "pulls", "left_out", "units", "runs", "pushes", "dead_letters", "lost_calls", "sign_ins",
                "keys_set_aside", "webhooks", "encryption_keys");
        assertThat(status.path("pulls").get(0).fieldNames()).toIterable().containsExactly("job", "company", "state",
                "code", "reason", "held", "failures", "rows", "due_at", "retry_at", "complete_as_of", "lag_seconds",
                "under_way", "under_way_rows", "under_way_expected", "rows_set_aside");
        assertThat(status.path("pulls").get(0).path("rows").asLong()).isEqualTo(3_000_000_000L);
        assertThat(status.path("pulls").get(0).path("under_way_expected").isNull()).isTrue();
        assertThat(status.path("sign_ins").get(0).has("ends_at")).isTrue();
        assertThat(status.path("encryption_keys").toString()).isEqualTo(
                "[{\"id\":\"k1\",\"place\":1,\"needed_by\":[\"shop\"]},{\"id\":\"k2\",\"place\":null,\"needed_by\":[]}]");
    }

    @Test
    void whatAProcessTellsIsWhatTheOthersHear() {
        var report = new ProcessReport(List.of(MAIN), List.of(ShownFinding.of(LATE)));
        var heard = StatusJson.report(StatusJson.text(report));
        assertThat(heard).isEqualTo(report);
        assertThat(heard.findings().get(0).finding()).isEqualTo(LATE);
    }

    @Test
    void aProcessOfALaterVersionMayTellMore() {
        var heard = StatusJson.report("""
                {"connections": [], "more": 1, "findings": [{"subject": "a", "code": "of_tomorrow", "alarm": true,
                "reason": "r", "next_step": "n", "next_attempt_at": null, "colour": "red"}]}""");
        var finding = heard.findings().get(0).finding();
        assertThat(finding.reason().errorCode()).isEqualTo(ErrorCode.UNEXPECTED);
        assertThat(finding.reason().message()).isEqualTo("r");
        assertThat(finding.alarm()).isTrue();
        assertThat(finding.nextAttempt()).isEmpty();
    }
}
