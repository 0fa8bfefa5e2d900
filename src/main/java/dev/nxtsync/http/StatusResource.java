package dev.nxtsync.http;

import java.util.List;

import jakarta.inject.Singleton;

import dev.nxtsync.http.server.Endpoint;
import dev.nxtsync.http.server.HttpAnswer;
import dev.nxtsync.http.server.HttpResource;
import dev.nxtsync.status.ReplicaReport;
import dev.nxtsync.status.StatusJson;
import dev.nxtsync.status.StatusReport;

/** How everything stands. Closed without an operator key. */
@Singleton
class StatusResource implements HttpResource {
    private final StatusReport status;
    private final ReplicaReport process;
    private final OperatorKey operator;

    StatusResource(StatusReport status, ReplicaReport process, OperatorKey operator) {
        this.status = status;
        this.process = process;
        this.operator = operator;
    }

    /** 200 also without a database; then it says that, and what this process knows by itself. */
    @Override
    public List<Endpoint> addresses() {
        return operator.those(operator.address("GET", "/api/status",
                call -> HttpAnswer.json(200, StatusJson.tree(status.ask(process))).with("Cache-Control", "no-store")));
    }
}
