package dev.nxtsync.process;

import java.util.List;
import java.util.stream.Stream;

import org.jboss.logging.Logger;

import io.micrometer.core.instrument.MeterRegistry;

import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.RedactedFault;

/** What was thrown on a thread and nobody caught: counted by the kind of thread, and told. Safe for any number of threads. */
final class ThreadFailures {
    private final MeterRegistry metrics;
    private final Logger log;
    private final LogThrottle<Place> throttle = new LogThrottle<>();

    /**
     * Where something failed.
     *
     * @param lines of code, so many that whoever has called a library is among them, and few enough to be a closed set
     */
    private record Place(String thread, List<StackTraceElement> lines) {
        static Place of(String thread, Throwable fault) {
            return new Place(thread, Stream.of(fault.getStackTrace()).limit(3).toList());
        }
    }

    ThreadFailures(MeterRegistry metrics, Logger log) {
        this.log = log;
        this.metrics = metrics;
    }

    /** Has the count of a kind of thread stand at zero from the beginning. */
    void expect(String thread) {
        count(thread, 0);
    }

    /** As {@code Threads.failed}. */
    void failed(String thread, Throwable fault, String what) {
        OutOfMemory.endIfCauseOf(fault);
        count(thread, 1);
        throttle.due(Place.of(thread, fault))
                .ifPresent(since -> log.errorf(RedactedFault.of(fault),
                        "%s failed in a way that should not happen (%s). %s%s", what, ErrorCode.UNEXPECTED.code(),
                        ErrorCode.UNEXPECTED.nextStep(), LogThrottle.more(since)));
    }

    private void count(String thread, int failures) {
        metrics.counter("nxt_thread_failures", "thread", thread).increment(failures);
    }
}
