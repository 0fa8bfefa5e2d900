package dev.nxtsync.http.server;

import java.net.SocketAddress;
import java.util.Optional;
import java.util.function.Consumer;

import io.netty.handler.codec.http.HttpRequest;

import dev.nxtsync.error.Wordless;
import dev.nxtsync.http.server.Refusal.Reason;
import dev.nxtsync.process.OutOfMemory;
import dev.nxtsync.process.Threads;

/** Finds what stands at the address of a request, and has the work for a call done. Safe for any number of threads. */
final class Dispatcher {
    /** The kind of thread whose failures what is unexpected counts as. */
    static final String THREAD = "public-port";

    private final Directory directory;
    private final Refusals refusals;
    private final Workers workers;
    private final Threads threads;

    Dispatcher(Directory directory, Refusals refusals, Workers workers, Threads threads) {
        this.directory = directory;
        this.refusals = refusals;
        this.workers = workers;
        this.threads = threads;
    }

    /** As {@link Directory#find}. */
    Optional<Directory.Match> find(HttpRequest request, SocketAddress remote) {
        return directory.find(request, remote);
    }

    Refusals refusals() {
        return refusals;
    }

    /** Whether the work for a call has begun, or will begin; then there will be an answer, on any thread. */
    boolean begin(Address address, HttpCall call, Consumer<HttpAnswer> reply) {
        try {
            return begin(address.work(), address, call, reply);
        } catch (RuntimeException | Error e) {
            reply.accept(fault(address, call, e));
            return true;
        }
    }

    private boolean begin(Address.Handling work, Address address, HttpCall call, Consumer<HttpAnswer> reply) {
        if (work instanceof Address.Waiting waiting) {
            return workers.take(address.known(), () -> reply.accept(guarded(address, call, waiting)));
        }
        if (work instanceof Address.Depending depending) {
            return begin(depending.of(call), address, call, reply);
        }
        ((Address.Swift) work).of(call, reply);
        return true;
    }

    private HttpAnswer guarded(Address address, HttpCall call, Address.Waiting work) {
        try {
            return work.of(call);
        } catch (RuntimeException | Error e) {
            return fault(address, call, e);
        }
    }

    private HttpAnswer fault(Address address, HttpCall call, Throwable thrown) {
        unexpected(call.toString(), thrown);
        return address.objection().of(call, Reason.UNEXPECTED
                .because("A fault of nxt-sync itself (unexpected); its log says more. Please report it."));
    }

    /** @param what without anything that a caller has sent */
    void unexpected(String what, Throwable thrown) {
        OutOfMemory.endIfCauseOf(thrown);
        threads.failed(THREAD, Wordless.strictly(thrown), what);
    }
}
