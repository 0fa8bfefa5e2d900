package dev.nxtsync.operate;

import java.util.List;

import jakarta.inject.Singleton;

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
    private final OperatorKey operator;

    StatusResource(Overview overview, Myself myself, OperatorKey operator) {
        this.overview = overview;
        this.myself = myself;
        this.operator = operator;
    }

    /** 200 also without a database; then it says that, and what this process knows by itself. */
    @Override
    public List<Address> addresses() {
        return operator.those(operator.address("GET", "/api/status",
                call -> Answer.json(200, overview.of(myself).toString()).with("Cache-Control", "no-store")));
    }
}
