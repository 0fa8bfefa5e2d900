package dev.nxtsync.health;

import java.util.List;

import jakarta.inject.Singleton;

import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;

import io.smallrye.health.api.AsyncHealthCheck;
import io.smallrye.mutiny.Uni;

import dev.nxtsync.process.ThreadFault;
import dev.nxtsync.process.Threads;

/** Live: every thread that must go on does. It is said without one of the threads that requests may use up. */
@Liveness
@Singleton
class ThreadsLive implements AsyncHealthCheck {
    private final Threads threads;

    ThreadsLive(Threads threads) {
        this.threads = threads;
    }

    @Override
    public Uni<HealthCheckResponse> call() {
        return Uni.createFrom().item(() -> response(threads.faults()));
    }

    private static HealthCheckResponse response(List<ThreadFault> faults) {
        var response = HealthCheckResponse.named("threads").status(faults.isEmpty());
        faults.forEach(each -> response.withData(each.thread(), each.what() + " since " + each.since()));
        return response.build();
    }
}
