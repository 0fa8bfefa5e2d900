package dev.nxtsync.http.server;

import java.net.SocketAddress;
import java.util.Optional;
import java.util.function.Consumer;

import io.netty.handler.codec.http.HttpRequest;

import dev.nxtsync.error.RedactedFault;
import dev.nxtsync.http.server.Refusal.RefusalReason;
import dev.nxtsync.process.OutOfMemory;
import dev.nxtsync.process.Threads;

/** Finds what stands at the address of a request, and has the work for a call done. Safe for any number of threads. */
record Dispatcher(Router router, Refusals refusals, Workers workers, Threads threads) {
    /** The kind of thread whose failures what is unexpected counts as. */
    static final String THREAD = "public-port";

    /** As {@link Router#find}. */
    Optional<Router.Match> find(HttpRequest request, SocketAddress remote) {
        return router.find(request, remote);
    }

    /** Whether the work for a call has begun, or will begin; then there will be an answer, on any thread. */
    boolean begin(Endpoint endpoint, HttpCall call, Consumer<HttpAnswer> reply) {
        try {
            return begin(endpoint.work(), endpoint, call, reply);
        } catch (RuntimeException | Error e) {
            reply.accept(fault(endpoint, call, e));
            return true;
        }
    }

    private boolean begin(Endpoint.Handling work, Endpoint endpoint, HttpCall call, Consumer<HttpAnswer> reply) {
        if (work instanceof Endpoint.Waiting waiting) {
            return workers.take(endpoint.known(), () -> reply.accept(guarded(endpoint, call, waiting)));
        }
        if (work instanceof Endpoint.Depending depending) {
            return begin(depending.of(call), endpoint, call, reply);
        }
        ((Endpoint.Swift) work).of(call, reply);
        return true;
    }

    private HttpAnswer guarded(Endpoint endpoint, HttpCall call, Endpoint.Waiting work) {
        try {
            return work.of(call);
        } catch (RuntimeException | Error e) {
            return fault(endpoint, call, e);
        }
    }

    private HttpAnswer fault(Endpoint endpoint, HttpCall call, Throwable thrown) {
        unexpected(call.toString(), thrown);
        return endpoint.objection().of(call, RefusalReason.UNEXPECTED
                .because("A fault of nxt-sync itself (unexpected). Report it, with what its log says."));
    }

    /** @param what without anything that a caller has sent */
    void unexpected(String what, Throwable thrown) {
        OutOfMemory.endIfCauseOf(thrown);
        threads.failed(THREAD, RedactedFault.strictly(thrown), what);
    }
}
