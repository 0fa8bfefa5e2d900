package dev.nxtsync.http;

import java.sql.SQLException;
import java.util.List;

import jakarta.inject.Singleton;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.nxtsync.http.server.Address;
import dev.nxtsync.http.server.Addresses;
import dev.nxtsync.http.server.Answer;
import dev.nxtsync.status.NeededKeys;
import dev.nxtsync.status.ReplicaReport;
import dev.nxtsync.status.StatusReport;

/** How everything stands. Closed without an operator key. */
@Singleton
class StatusResource implements Addresses {
    private final StatusReport overview;
    private final ReplicaReport myself;
    private final NeededKeys keys;
    private final OperatorKey operator;

    StatusResource(StatusReport overview, ReplicaReport myself, NeededKeys keys, OperatorKey operator) {
        this.overview = overview;
        this.myself = myself;
        this.keys = keys;
        this.operator = operator;
    }

    /** 200 also without a database; then it says that, and what this process knows by itself. */
    @Override
    public List<Address> addresses() {
        return operator.those(operator.address("GET", "/api/status",
                call -> Answer.json(200, status().toString()).with("Cache-Control", "no-store")));
    }

    private ObjectNode status() {
        var status = overview.of(myself);
        try {
            return keys.addTo(status);
        } catch (SQLException e) {
            // which it says already
            return status;
        }
    }
}
