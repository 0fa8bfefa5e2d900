package dev.nxtsync.token;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** Compares scopes; their order means nothing (RFC 6749, section 3.3). */
public final class Scopes {
    private Scopes() {}

    /**
     * What is granted, as an operator is told.
     *
     * @param told by an answer; empty where it is as asked
     * @return the one asked for also where more is granted, which is no trouble
     */
    static String granted(Optional<String> told, String asked) {
        return told.filter(each -> !of(each).containsAll(of(asked))).orElse(asked);
    }

    /**
     * Whether a scope of an API is missing among what is granted, such as where a read-only one was granted in its place; those
     * of a sign-in have no colon, and a refresh need not repeat them.
     */
    public static boolean isReduced(String granted, String asked) {
        var given = of(granted);
        return of(asked).stream().anyMatch(each -> each.contains(":") && !given.contains(each));
    }

    private static Set<String> of(String text) {
        return new HashSet<>(Arrays.asList(text.strip().split("\\s+", -1)));
    }
}
