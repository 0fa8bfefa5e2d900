package dev.nxtsync.operate;

import java.sql.SQLException;
import java.util.List;

import jakarta.inject.Singleton;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.nxtsync.port.Address;
import dev.nxtsync.port.Addresses;
import dev.nxtsync.port.Answer;
import dev.nxtsync.status.Myself;
import dev.nxtsync.status.Overview;

/** How everything stands. Closed without an operator key. */
@Singleton
class StatusResource implements Addresses {
    private final Overview overview;
    private final Myself myself;
    private final NeededKeys keys;
    private final OperatorKey operator;

    StatusResource(Overview overview, Myself myself, NeededKeys keys, OperatorKey operator) {
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
