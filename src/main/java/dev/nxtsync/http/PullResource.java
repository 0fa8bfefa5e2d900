package dev.nxtsync.http;

import static dev.nxtsync.http.DatabaseAway.unlessAway;

import java.sql.SQLException;
import java.util.List;

import jakarta.inject.Singleton;

import dev.nxtsync.config.Pulls;
import dev.nxtsync.config.Settings;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.http.server.Endpoint;
import dev.nxtsync.http.server.HttpAnswer;
import dev.nxtsync.http.server.HttpCall;
import dev.nxtsync.http.server.HttpResource;
import dev.nxtsync.pull.state.AbsentPull;
import dev.nxtsync.pull.state.PullControl;
import dev.nxtsync.token.Connections;

/** What an operator tells a pull. Closed without an operator key. */
@Singleton
class PullResource implements HttpResource {
    private final Pulls configured;
    private final AbsentPull absent;
    private final PullControl control;
    private final Connections connections;
    private final OperatorKey operator;

    PullResource(Pulls configured, AbsentPull absent, PullControl control, Connections connections,
            OperatorKey operator) {
        this.configured = configured;
        this.absent = absent;
        this.control = control;
        this.connections = connections;
        this.operator = operator;
    }

    /** What is told to a pull in all its companies. */
    @FunctionalInterface
    private interface PullOrder {
        void give(Settings.Pull pull) throws SQLException;
    }

    @Override
    public List<Endpoint> addresses() {
        return operator.those(address("run", pull -> {
            // first, so that what runs waits for a token that is there in a moment
            connections.retry(pull.connection());
            control.run(pull.name(), pull.connection());
        }), address("pause", pull -> control.pause(pull.name())),
                address("resume", pull -> control.resume(pull.name(), pull.connection())));
    }

    private Endpoint address(String order, PullOrder given) {
        return operator.address("POST", "/api/pulls/{name}/" + order, unlessAway(call -> give(call, given)));
    }

    private record OrderGiven(String pull) {}

    private HttpAnswer give(HttpCall call, PullOrder order) throws SQLException {
        String name = call.parameter("name");
        var pull = configured.all().get(name);
        if (pull == null) {
            return HttpAnswer.problem(404, ErrorCode.NOT_FOUND, absent.reason(name));
        }
        order.give(pull);
        return HttpAnswer.json(202, new OrderGiven(pull.name()));
    }
}
