package dev.nxtsync.push;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

import dev.nxtsync.config.Settings;

/**
 * The times at which a row in doubt is looked for, and after which it is sent again.
 *
 * @param timeLimit of one request, as the server says
 * @param repeatAfter after which nothing of a request that was lost is expected any more
 */
record InDoubtTimes(Duration timeLimit, Duration repeatAfter) {
    /** A row that was sent so often, of which the last was not answered, and never found, is a person's matter. */
    static final int MOST_SENDS = 20;

    static InDoubtTimes of(Settings settings) {
        return new InDoubtTimes(settings.api().timeLimit(), settings.push().repeatAfter());
    }

    /** When nothing of what was sent then is expected any more. */
    Instant last(Instant sentAt) {
        return sentAt.plus(repeatAfter);
    }

    /**
     * When a key is counted that was sent again: once when nothing of the last request is expected any more, and once as
     * late again, since a server that was so late before may be so with the last request too.
     *
     * @param counted how often it was counted
     */
    Optional<Instant> count(Instant sentAt, int counted) {
        Duration age = repeatAfter.plus(timeLimit);
        return counted < 2 ? Optional.of(sentAt.plus(age.multipliedBy(counted + 1L))) : Optional.empty();
    }

    /** When what was sent is looked for next: after the time limit, twice, four times that …, and at last. */
    Instant nextLook(Instant sentAt, Instant now) {
        Duration age = timeLimit;
        while (!sentAt.plus(age).isAfter(now)) {
            age = age.multipliedBy(2);
        }
        return sentAt.plus(age).isBefore(last(sentAt)) ? sentAt.plus(age) : last(sentAt);
    }

    /** An error that was answered before this shows that the server is done with the request. */
    boolean isInTime(Duration answeredAfter) {
        return answeredAfter.compareTo(timeLimit.multipliedBy(9).dividedBy(10)) < 0;
    }
}
