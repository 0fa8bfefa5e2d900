package dev.nxtsync.process;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.apache.commons.lang3.function.FailableSupplier;

/**
 * The threads that wait just now for something outside the process, such as the database, an answer or a token: they stand
 * still through no fault of their own. Safe for any number of threads.
 */
public final class ExternalWait {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    /** By id. */
    private static final Set<Long> WAITING = ConcurrentHashMap.newKeySet();
    /** Threads that wait for each other in a row; more is a circle. */
    private static final int LONGEST_ROW = 16;

    private ExternalWait() {}

    /** Makes a call that may wait for as long as it takes. */
    public static <T, E extends Exception> T call(FailableSupplier<T, E> call) throws E {
        long thread = Thread.currentThread().getId();
        boolean outermost = WAITING.add(thread);
        try {
            return call.get();
        } finally {
            if (outermost) {
                WAITING.remove(thread);
                WatchedThread.moved();
            }
        }
    }

    /** Whether a thread waits for something outside, or for a lock of one that does. */
    static boolean holdsUp(Thread thread) {
        long id = thread.getId();
        for (int i = 0; i < LONGEST_ROW; i++) {
            if (WAITING.contains(id)) {
                return true;
            }
            ThreadInfo info = THREADS.getThreadInfo(id);
            if (info == null || info.getLockOwnerId() < 0) {
                return false;
            }
            id = info.getLockOwnerId();
        }
        return false;
    }
}
