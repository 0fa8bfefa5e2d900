package dev.nxtsync.pull;

import java.math.BigInteger;
import java.util.List;
import java.util.stream.IntStream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.nxtsync.graphql.Filters;

/** Keys between two others, where these differ first in a whole number: of texts, only the server knows the order. */
final class KeySplit {
    private KeySplit() {}

    /**
     * Keys that are evenly spread, in their order, of the first columns up to that number.
     *
     * @param last a key that comes later than the other
     * @param parts how many there are to be between and beside them
     */
    static List<String> between(List<String> key, JsonNode first, JsonNode last, int parts) {
        var differing = key.stream().filter(column -> !first.path(column).equals(last.path(column))).findFirst();
        if (differing.isEmpty()) {
            return List.of();
        }
        String column = differing.get();
        JsonNode from = first.path(column);
        JsonNode to = last.path(column);
        if (!from.isIntegralNumber() || !to.isIntegralNumber()) {
            return List.of();
        }
        BigInteger width = to.bigIntegerValue().subtract(from.bigIntegerValue());
        if (width.signum() <= 0) {
            return List.of();
        }
        BigInteger all = BigInteger.valueOf(parts);
        return IntStream.range(1, parts)
                // rounded up, so that each is behind the first and none behind the last
                .mapToObj(i -> width.multiply(BigInteger.valueOf(i)).add(all).subtract(BigInteger.ONE).divide(all))
                .distinct().map(step -> {
                    ObjectNode bound = Filters.object();
                    key.stream().takeWhile(each -> !each.equals(column))
                            .forEach(each -> bound.set(each, first.get(each)));
                    bound.put(column, from.bigIntegerValue().add(step));
                    return Filters.text(bound);
                }).toList();
    }
}
