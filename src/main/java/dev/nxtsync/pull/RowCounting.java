package dev.nxtsync.pull;

import static java.util.function.Function.identity;
import static java.util.stream.Collectors.toSet;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;

import jakarta.inject.Singleton;

import org.jboss.logging.Logger;

import com.fasterxml.jackson.databind.node.MissingNode;

import dev.nxtsync.graphql.Answer;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.pull.Document.DocumentPart;
import dev.nxtsync.pull.plan.PullPlan;
import dev.nxtsync.tenant.Tenant;

/**
 * Asks how many rows a table has, beside a page or alone, and again without that if the server refuses it: whether it counts
 * what its schema says that it counts, only its answers show. A count is never worth the rows. Safe for any number of threads.
 */
@Singleton
class RowCounting {
    private static final Logger LOG = Logger.getLogger(RowCounting.class);
    private static final Answer.Data NOTHING = new Answer.Data(MissingNode.getInstance(), "", 0);

    /** Of which the log knows that they are not counted. */
    private final Set<CountedTable> uncounted = ConcurrentHashMap.newKeySet();

    private record CountedTable(String table, Tenant tenant) {}

    /** An answer, and what has taken its rows. */
    record Asked(Answer answer, PageReader reader) {}

    /**
     * Asks for parts, of which {@code t0} is a page.
     *
     * @param reader makes one for each request, since some rows may come with a refusal
     * @param ask sends a request, of which there are two at most
     */
    Asked page(PullPlan plan, Tenant tenant, List<DocumentPart> parts, Supplier<PageReader> reader,
            BiFunction<List<DocumentPart>, Map<String, PageReader>, Answer> ask) {
        return ask(plan, tenant, parts, some -> {
            var page = reader.get();
            return new Asked(ask.apply(some, Map.of("t0", page)), page);
        }, Asked::answer);
    }

    /** Asks what {@link Pages#census} reads. */
    Answer census(PullPlan plan, Tenant tenant, Function<List<DocumentPart>, Answer> ask) {
        return ask(plan, tenant, Document.census(plan), parts -> parts.isEmpty() ? NOTHING : ask.apply(parts),
                identity());
    }

    private <T> T ask(PullPlan plan, Tenant tenant, List<DocumentPart> parts, Function<List<DocumentPart>, T> ask,
            Function<T, Answer> answer) {
        T first = ask.apply(parts);
        var counts = parts.stream().filter(DocumentPart::counts).map(DocumentPart::alias).collect(toSet());
        if (counts.isEmpty()) {
            return first;
        }
        var table = new CountedTable(plan.table().name(), tenant);
        if (answer.apply(first) instanceof Failure failure) {
            if (!mayBeOf(counts, failure)) {
                return first;
            }
            T second = ask.apply(Document.uncounted(parts));
            if (answer.apply(second) instanceof Answer.Data && uncounted.add(table)) {
                LOG.warnf(
                        "Pull %s, %s: Business NXT refuses to count the rows of table %s (%s). They are read all the "
                                + "same, but it cannot be checked whether rows are missing. Tell Visma's support.",
                        plan.name(), tenant, plan.table().name(), failure.traced(failure.message()));
            }
            return second;
        }
        if (uncounted.remove(table)) {
            LOG.infof("Pull %s, %s: Business NXT counts the rows of table %s again", plan.name(), tenant,
                    plan.table().name());
        }
        return first;
    }

    /** Whether a refusal may be about counts only: it names nothing else, if it names anything. */
    private static boolean mayBeOf(Set<String> counts, Failure failure) {
        return (failure instanceof Failure.InvalidRequest || failure instanceof Failure.Rejected)
                && counts.containsAll(failure.aliases());
    }
}
