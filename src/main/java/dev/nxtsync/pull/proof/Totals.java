package dev.nxtsync.pull.proof;

import java.math.BigDecimal;
import java.util.Map;
import java.util.TreeMap;

import com.fasterxml.jackson.databind.JsonNode;

import dev.nxtsync.database.Numeral;
import dev.nxtsync.graphql.Filters;

/**
 * What rows add up to.
 *
 * @param rows how many there are
 * @param counts by target column, in how many of them it is not null
 * @param sums by target column, the sum; only of columns that are added up exactly, and have a value
 */
public record Totals(long rows, Map<String, Long> counts, Map<String, BigDecimal> sums) {
    /** Of no rows. */
    public static final Totals NONE = new Totals(0, Map.of(), Map.of());

    public Totals {
        var all = new TreeMap<String, Long>();
        // of what has no value there is nothing to compare, be it null there and nothing here
        counts.forEach((column, count) -> {
            if (count != 0) {
                all.put(column, count);
            }
        });
        var added = new TreeMap<String, BigDecimal>();
        sums.forEach((column, sum) -> {
            if (all.containsKey(column)) {
                added.put(column, plain(sum));
            }
        });
        counts = all;
        sums = added;
    }

    /** Those of these rows and of others. */
    public Totals plus(Totals others) {
        var all = new TreeMap<>(counts);
        others.counts.forEach((column, count) -> all.merge(column, count, Long::sum));
        var added = new TreeMap<>(sums);
        others.sums.forEach((column, sum) -> added.merge(column, sum, BigDecimal::add));
        return new Totals(rows + others.rows, all, added);
    }

    /** What these have more than others: the number of rows, values and sums. */
    public String gapTo(Totals others) {
        var negative = new Totals(-others.rows, negated(others.counts), Map.of());
        var all = new TreeMap<String, BigDecimal>(sums);
        others.sums.forEach((column, sum) -> all.merge(column, sum.negate(), BigDecimal::add));
        var gap = plus(negative);
        var json = Filters.object().put("rows", gap.rows);
        gap.counts.forEach(json.putObject("count")::put);
        var added = json.putObject("sum");
        all.forEach((column, sum) -> {
            if (sum.signum() != 0) {
                added.put(column, plain(sum));
            }
        });
        return Filters.text(json);
    }

    private static Map<String, Long> negated(Map<String, Long> counts) {
        var negated = new TreeMap<String, Long>();
        counts.forEach((column, count) -> negated.put(column, -count));
        return negated;
    }

    /** As a JSON object: {@code {"rows": 2, "count": {"amount": 2}, "sum": {"amount": 12.5}}}. */
    public String json() {
        var json = Filters.object().put("rows", rows);
        counts.forEach(json.putObject("count")::put);
        sums.forEach(json.putObject("sum")::put);
        return Filters.text(json);
    }

    /** What was written so. */
    public static Totals of(String json) {
        JsonNode read = Filters.parse(json);
        var counts = new TreeMap<String, Long>();
        read.path("count").properties().forEach(each -> counts.put(each.getKey(), each.getValue().longValue()));
        var sums = new TreeMap<String, BigDecimal>();
        read.path("sum").properties().forEach(each -> sums.put(each.getKey(),
                Numeral.of(each.getValue().asText()).flatMap(Numeral::value).orElseThrow()));
        return new Totals(read.path("rows").longValue(), counts, sums);
    }

    /** In what these differ from others, for people; empty if they are equal. */
    public String differenceFrom(Totals others) {
        if (rows != others.rows) {
            return rows + " rows in Business NXT, " + others.rows + " in the target table";
        }
        var columns = new TreeMap<String, String>();
        counts.keySet().forEach(column -> compare(columns, column, others));
        others.counts.keySet().forEach(column -> compare(columns, column, others));
        return columns.values().stream().findFirst()
                .map(first -> columns.size() > 1 ? first + ", and in " + (columns.size() - 1) + " more" : first)
                .orElse("");
    }

    private void compare(Map<String, String> differing, String column, Totals others) {
        String there = shown(column);
        String here = others.shown(column);
        if (!there.equals(here)) {
            differing.put(column, column + ": " + there + " in Business NXT, " + here + " in the target table");
        }
    }

    /** In one form, so that equal ones are equal. */
    private static BigDecimal plain(BigDecimal sum) {
        BigDecimal shortest = sum.stripTrailingZeros();
        return shortest.scale() < 0 ? shortest.setScale(0) : shortest;
    }

    private String shown(String column) {
        BigDecimal sum = sums.get(column);
        return (sum == null ? "" : "sum " + sum.toPlainString() + " of ") + counts.getOrDefault(column, 0L) + " values";
    }
}
