package dev.nxtsync.pull;

import java.util.HashSet;
import java.util.List;
import java.util.Map;

import dev.nxtsync.graphql.Failure;

/**
 * How it goes on after a document for several tables has failed: without those that the failure names, or in halves if it may
 * have been too large.
 *
 * @param failed of these there is nothing more to ask
 * @param documents to be sent in its place
 * @param isOfAll whether the failure was about none of them in particular
 */
record FailedDocument<T>(List<T> failed, List<List<T>> documents, boolean isOfAll) {
    /** @param asked by alias, in order */
    static <T> FailedDocument<T> of(Map<String, T> asked, Failure failure) {
        var all = List.copyOf(asked.values());
        var named = new HashSet<>(asked.keySet());
        named.retainAll(failure.aliases());
        if (all.size() > 1 && !named.isEmpty() && named.size() < all.size()) {
            return new FailedDocument<>(those(asked, named, true), List.of(those(asked, named, false)), false);
        }
        if (all.size() > 1 && failure.mayGoInParts()) {
            int half = all.size() / 2;
            return new FailedDocument<>(List.of(), List.of(all.subList(0, half), all.subList(half, all.size())), false);
        }
        return new FailedDocument<>(all, List.of(), true);
    }

    private static <T> List<T> those(Map<String, T> asked, HashSet<String> named, boolean areNamed) {
        return asked.entrySet().stream().filter(each -> named.contains(each.getKey()) == areNamed)
                .map(Map.Entry::getValue).toList();
    }
}
