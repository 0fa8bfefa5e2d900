package dev.nxtsync.pull;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ExecutorService;

import org.jboss.logging.MDC;

import dev.nxtsync.process.Threads;
import dev.nxtsync.tenant.Tenant;
import dev.nxtsync.trace.TraceSpan;

/**
 * Who reads one walk: the run's own thread, and others as long as the company has room for them. Nobody is interrupted but where
 * the run itself is: a request that is cut off takes a slot of the company for half an hour.
 */
final class WalkCrew {
    private static final ExecutorService READERS = Threads.cachedPool("page-reader");

    private final ReaderPlaces places;
    private final Tenant tenant;
    private final ReadingStep step;
    // guarded by this
    private final Set<Thread> others = new HashSet<>();
    private int invited;

    /** What each reader does again and again. */
    interface ReadingStep {
        /**
         * Reads a page, if there is one to read. It throws nothing.
         *
         * @param isInvited whether the reader is none but the run's own thread
         * @return whether there may be one more for this reader
         */
        boolean next(boolean isInvited);
    }

    WalkCrew(ReaderPlaces places, Tenant tenant, ReadingStep step) {
        this.places = places;
        this.tenant = tenant;
        this.step = step;
    }

    /** Reads until there is nothing more, and waits until nobody reads. If this thread is interrupted, so are the others. */
    void read() {
        places.first(tenant);
        try {
            readOn(false);
        } finally {
            places.left(tenant);
            awaitOthers();
        }
    }

    /** How many read and could read. */
    synchronized int most() {
        return 1 + invited + places.free(tenant);
    }

    /** Whether other walks have begun, so that those who are invited had better leave. */
    boolean isCrowded() {
        return places.isCrowded(tenant);
    }

    /** Has up to so many others read too, as far as there is room. */
    synchronized void invite(int more) {
        var labels = MDC.getMap();
        for (int i = 0; i < more && places.another(tenant); i++) {
            invited++;
            var unused = READERS.submit(TraceSpan.carried(() -> {
                labels.forEach(MDC::put);
                readAlong();
                return true;
            }));
        }
    }

    private void readAlong() {
        enter();
        try {
            readOn(true);
        } finally {
            MDC.clear();
            places.left(tenant);
            leave();
        }
    }

    private void readOn(boolean isInvited) {
        boolean more = true;
        while (more) {
            more = step.next(isInvited);
        }
    }

    private synchronized void enter() {
        others.add(Thread.currentThread());
    }

    private synchronized void leave() {
        others.remove(Thread.currentThread());
        invited--;
        notifyAll();
    }

    private synchronized void awaitOthers() {
        boolean interrupted = Thread.interrupted();
        while (invited > 0) {
            if (interrupted) {
                others.forEach(Thread::interrupt);
            }
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
