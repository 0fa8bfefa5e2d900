package dev.nxtsync.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;

import org.apache.commons.text.similarity.JaroWinklerSimilarity;
import org.apache.commons.text.similarity.LevenshteinDistance;

/** The "did you mean" of every message about a name that does not exist. */
public final class NameSuggestion {
    /** Of all letters, so many may be wrong in a typing error; beyond that only a common beginning counts. */
    private static final double WRONG = 0.34;
    private static final double ALIKE = 0.85;
    private static final LevenshteinDistance DISTANCE = LevenshteinDistance.getDefaultInstance();
    private static final JaroWinklerSimilarity SIMILARITY = new JaroWinklerSimilarity();

    /** A longer one is none that somebody has mistyped, and takes too long to compare. */
    private static final int LONGEST = 200;

    /** Names that are told at once. */
    private static final int MOST = 10;

    private NameSuggestion() {}

    /** The valid name that is most like the given one; empty if none is much like it. Case does not matter. */
    static Optional<String> to(String name, Collection<String> valid) {
        if (name.length() > LONGEST) {
            return Optional.empty();
        }
        // who has written a name knows it
        var names = valid.stream().filter(each -> each.length() <= LONGEST && !each.equals(name)).toList();
        var nearest = names.stream().min(Comparator.comparingDouble(each -> wrong(name, each)));
        return nearest.filter(each -> wrong(name, each) <= WRONG)
                .or(() -> names.stream().filter(each -> likeness(name, each) >= ALIKE)
                        .max(Comparator.comparingDouble(each -> likeness(name, each))));
    }

    /** {@code "; did you mean x?"}, or nothing if no valid name is like the given one. */
    public static String hint(String name, Collection<String> valid) {
        return to(name, valid).map(each -> "; did you mean " + each + "?").orElse("");
    }

    /** The same at the end of a sentence. */
    public static String end(String name, Collection<String> valid) {
        return to(name, valid).isEmpty() ? "." : hint(name, valid);
    }

    /** The same where people have given the names themselves, with those that there are. */
    public static String among(String name, Collection<String> given) {
        String told = String.join(", ", new TreeSet<>(given).stream().limit(MOST).toList());
        return end(name, given) + switch (given.size()) {
            case 0 -> " There is none.";
            case 1 -> " There is only " + told + ".";
            default -> " There are " + told + (given.size() > MOST ? " and " + (given.size() - MOST) + " more." : ".");
        };
    }

    private static double wrong(String a, String b) {
        return DISTANCE.apply(a.toLowerCase(Locale.ROOT), b.toLowerCase(Locale.ROOT))
                / (double) Math.max(a.length(), b.length());
    }

    private static double likeness(String a, String b) {
        return SIMILARITY.apply(a.toLowerCase(Locale.ROOT), b.toLowerCase(Locale.ROOT));
    }
}
