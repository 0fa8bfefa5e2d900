package dev.nxtsync.schedule;

import java.util.Optional;

import dev.nxtsync.error.Problem;

/** A heartbeat of tests. */
public final class HeartbeatFixture {
    private HeartbeatFixture() {}

    /** One of a process that nothing keeps from taking part. */
    public static Heartbeat steady() {
        return new Heartbeat(null, null, null) {
            @Override
            public Optional<Problem> problem() {
                return Optional.empty();
            }
        };
    }
}
