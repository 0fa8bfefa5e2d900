package dev.nxtsync.pull;

import java.util.List;
import java.util.stream.LongStream;

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
        if (!from.isIntegralNumber() || !to.isIntegralNumber() || !from.canConvertToLong() || !to.canConvertToLong()) {
            return List.of();
        }
        long width = to.longValue() - from.longValue();
        if (from.longValue() >= to.longValue() || width < 0) {
            // the order is another, or the numbers are too far apart
            return List.of();
        }
        return LongStream.range(1, parts)
                // rounded up, so that each is behind the first and none behind the last
                .map(i -> width / parts * i + (width % parts * i + parts - 1) / parts).distinct().mapToObj(step -> {
                    ObjectNode bound = Filters.object();
                    key.stream().takeWhile(each -> !each.equals(column))
                            .forEach(each -> bound.set(each, first.get(each)));
                    bound.put(column, from.longValue() + step);
                    return Filters.text(bound);
                }).toList();
    }
}
