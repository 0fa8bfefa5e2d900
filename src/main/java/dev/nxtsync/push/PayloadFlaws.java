package dev.nxtsync.push;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import dev.nxtsync.error.QuotedText;
import dev.nxtsync.error.Words;

/** Collects what is wrong with one payload, each once; of a million flaws, some are enough. */
final class PayloadFlaws {
    private static final int MOST_FLAWS = 5;
    private final Set<String> some = new LinkedHashSet<>();

    PayloadFlaws(String... known) {
        some.addAll(List.of(known));
    }

    void add(String flaw) {
        if (!isFull()) {
            some.add(flaw);
        }
    }

    boolean isEmpty() { return some.isEmpty(); }

    /** Whether no more are looked for. */
    boolean isFull() { return some.size() > MOST_FLAWS; }

    /** All of it, in a sentence. */
    String why() {
        return Words.sentence("The payload is not what Business NXT accepts: "
                + some.stream().limit(MOST_FLAWS).map(QuotedText::message).collect(Collectors.joining("; "))
                + (isFull() ? "; and more" : ""));
    }
}
