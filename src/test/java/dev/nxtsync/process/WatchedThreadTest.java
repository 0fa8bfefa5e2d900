package dev.nxtsync.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When a thread that must go on is said not to, with a clock of which each look is a second. */
class WatchedThreadTest {
    private final CountDownLatch end = new CountDownLatch(1);
    private Instant now = Instant.parse("2026-11-25T12:00:00Z");

    @AfterEach
    void everyThreadEnds() {
        end.countDown();
    }

    @Test
    void aThreadThatDoesNothingForAMinuteInTheMiddleOfItsWorkStandsStillSinceThen() throws Exception {
        var watched = thread(() -> {
            WatchedThread.begun();
            waits();
        });
        looks(watched, 1 + WatchedThread.STANDS - 1);
        assertThat(watched.fault(now)).isEmpty();
        Instant since = Instant.parse("2026-11-25T12:00:02Z");
        looks(watched, 1);
        assertThat(watched.fault(now)).contains(new ThreadFault("worker", "stands still", since));
    }

    @Test
    void aThreadThatWaitsForItsNextTurnOrGetsOnNowAndThenDoesNotStandStill() throws Exception {
        var resting = thread(() -> {
            WatchedThread.begun();
            WatchedThread.done();
            waits();
        });
        looks(resting, 3 * WatchedThread.STANDS);
        assertThat(resting.fault(now)).isEmpty();

        var steps = new Semaphore(0);
        var taken = new Semaphore(0);
        var slow = thread(() -> {
            WatchedThread.begun();
            while (true) {
                steps.acquireUninterruptibly();
                WatchedThread.moved();
                taken.release();
            }
        });
        for (int i = 0; i < 3; i++) {
            looks(slow, WatchedThread.STANDS);
            steps.release();
            taken.acquire();
        }
        assertThat(slow.fault(now)).isEmpty();
        looks(slow, 1);
        assertThat(slow.fault(now)).isEmpty();
    }

    @Test
    void whateverAThreadWaitsForOutsideTheProcessAndWhoeverWaitsForThatThreadDoNotStandStill() throws Exception {
        var lock = new Object();
        var outside = thread(() -> {
            WatchedThread.begun();
            synchronized (lock) {
                ExternalWait.call(this::waits);
            }
        });
        var behind = thread(() -> {
            WatchedThread.begun();
            synchronized (lock) {
                waits();
            }
        });
        looks(outside, 3 * WatchedThread.STANDS);
        looks(behind, 3 * WatchedThread.STANDS);
        assertThat(outside.fault(now)).isEmpty();
        assertThat(behind.fault(now)).isEmpty();
    }

    @Test
    void twoThreadsThatWaitForEachOtherStandStill() throws Exception {
        var one = new ReentrantLock();
        var other = new ReentrantLock();
        var bothHaveOne = new CountDownLatch(2);
        var first = thread(() -> takes(one, other, bothHaveOne));
        var second = thread(() -> takes(other, one, bothHaveOne));
        looks(first, 2 * WatchedThread.STANDS);
        looks(second, 2 * WatchedThread.STANDS);
        assertThat(first.fault(now)).isPresent();
        assertThat(second.fault(now)).isPresent();
    }

    @Test
    void aProcessThatStoodStillForAnHourHasNoThreadThatDid() throws Exception {
        var watched = thread(() -> {
            WatchedThread.begun();
            waits();
        });
        looks(watched, 10);
        now = now.plusSeconds(3_600);
        looks(watched, 10);
        assertThat(watched.fault(now)).isEmpty();
    }

    @Test
    void aThreadThatHasEndedIsAFaultUnlessItWasToEnd() throws Exception {
        var ended = new Thread(() -> {
        }, "worker");
        var watched = new WatchedThread("worker", ended);
        ended.start();
        ended.join();
        assertThat(watched.fault(now)).contains(new ThreadFault("worker", "has ended", now));
        Instant noticed = now;
        looks(watched, 5);
        assertThat(watched.fault(now)).contains(new ThreadFault("worker", "has ended", noticed.plusSeconds(1)));
        watched.dismiss();
        assertThat(watched.fault(now)).isEmpty();
    }

    private void looks(WatchedThread watched, int times) {
        for (int i = 0; i < times; i++) {
            now = now.plusSeconds(1);
            watched.look(now, ExternalWait::holdsUp);
        }
    }

    /** A post whose thread has come to where it waits. */
    private WatchedThread thread(Runnable work) throws InterruptedException {
        var posts = new WatchedThread[1];
        var taken = new CountDownLatch(1);
        var thread = new Thread(() -> {
            posts[0].take();
            taken.countDown();
            work.run();
        }, "worker");
        thread.setDaemon(true);
        posts[0] = new WatchedThread("worker", thread);
        thread.start();
        taken.await();
        await().until(() -> thread.getState() == Thread.State.WAITING || thread.getState() == Thread.State.BLOCKED);
        return posts[0];
    }

    private boolean waits() {
        try {
            end.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return true;
    }

    private static void takes(ReentrantLock one, ReentrantLock other, CountDownLatch bothHaveOne) {
        WatchedThread.begun();
        try {
            one.lockInterruptibly();
            bothHaveOne.countDown();
            bothHaveOne.await();
            other.lockInterruptibly();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
