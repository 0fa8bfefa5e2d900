package dev.nxtsync.tenant;

import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A company, or the customer of a system table: whose rows are asked for, and for whom the API counts requests in progress.
 *
 * @param number the Visma.net number, which the scope's root takes
 */
public record Tenant(Scope scope, int number) implements Comparable<Tenant> {
    private static final Pattern TEXT = Pattern.compile("(company|customer) (0|-?[1-9][0-9]{0,9})");
    private static final Comparator<Tenant> ORDER = Comparator.comparing(Tenant::scope)
            .thenComparingInt(Tenant::number);

    public static Tenant company(int number) {
        return new Tenant(Scope.COMPANY, number);
    }

    /** Reads what {@link #toString} writes; empty if it is something else. */
    public static Optional<Tenant> parse(String text) {
        var parts = TEXT.matcher(text);
        if (!parts.matches()) {
            return Optional.empty();
        }
        long number = Long.parseLong(parts.group(2));
        return number == (int) number
                ? Optional.of(new Tenant(Scope.of(parts.group(1)), (int) number))
                : Optional.empty();
    }

    @Override
    public int compareTo(Tenant other) {
        return ORDER.compare(this, other);
    }

    /** As messages name it and tables keep it, such as {@code company 5280001}. */
    @Override
    public String toString() {
        return scope.text() + " " + number;
    }
}
