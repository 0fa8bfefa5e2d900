package dev.nxtsync.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

import org.apache.commons.text.similarity.JaroWinklerSimilarity;

/** The "did you mean" of every message about a name that does not exist. */
public final class Nearest {
    private static final double ALIKE = 0.8;
    private static final JaroWinklerSimilarity SIMILARITY = new JaroWinklerSimilarity();

    private Nearest() {}

    /** The valid name that is most like the given one; empty if none is much like it. Case does not matter. */
    public static Optional<String> to(String name, Collection<String> valid) {
        return valid.stream().filter(each -> likeness(name, each) >= ALIKE)
                .max(Comparator.<String>comparingDouble(each -> likeness(name, each)));
    }

    /** {@code "; did you mean x?"}, or nothing if no valid name is like the given one. */
    public static String hint(String name, Collection<String> valid) {
        return to(name, valid).map(each -> "; did you mean " + each + "?").orElse("");
    }

    private static double likeness(String a, String b) {
        return SIMILARITY.apply(a.toLowerCase(Locale.ROOT), b.toLowerCase(Locale.ROOT));
    }
}
