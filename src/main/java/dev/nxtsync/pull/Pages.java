package dev.nxtsync.pull;

import java.util.Optional;
import java.util.Set;

import com.fasterxml.jackson.databind.JsonNode;

import dev.nxtsync.graphql.Answer;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.graphql.schema.Table;
import dev.nxtsync.pull.plan.PageSize;
import dev.nxtsync.pull.plan.PullPlan;

/** What an answer says about a page, beside its rows. */
public final class Pages {
    private Pages() {}

    /** What an answer to a question for one page in key order comes to. */
    sealed interface PageResult {}

    /**
     * A page.
     *
     * @param count of all rows of the table, if it was asked for
     * @param top the highest change stamp, if it was asked for
     */
    record Page(PageReader reader, boolean more, Optional<Long> count, Optional<String> top) implements PageResult {

        Census census() {
            return new Census(count, top);
        }

        /** How a walk by key goes on from here. */
        Optional<String> cursor() {
            return reader.cursor();
        }
    }

    /** The page did not fit; the next will be smaller. */
    record PageTooLarge() implements PageResult {}

    record PageFailed(Failure failure) implements PageResult {}

    /**
     * Judges an answer, and lets the page size learn from it.
     *
     * @param asked how many rows it may have
     * @param after the key after which was asked
     */
    static PageResult judge(PullPlan plan, Answer answer, PageReader reader, PageSize size, int asked,
            Optional<String> after) {
        if (answer instanceof Failure failure) {
            if (failure.mayBeTooLarge()) {
                size.tooLarge(asked);
            }
            return new PageFailed(failure);
        }
        if (reader.buffer().overflowed() && size.tooLarge(asked)) {
            reader.teach(size);
            return new PageTooLarge();
        }
        var data = (Answer.Data) answer;
        JsonNode connection = connection(plan, data, "t0");
        Optional<Boolean> more = more(connection);
        if (more.isEmpty() || reader.buffer().overflowed()
                || (more.get() && (reader.cursor().isEmpty() || reader.cursor().equals(after)))) {
            return new PageFailed(senseless(plan, data));
        }
        size.good();
        reader.teach(size);
        Census census = census(plan, data);
        return new Page(reader, more.get(), count(connection).or(census::count), census.top());
    }

    /**
     * What a table has at a time.
     *
     * @param count of all rows; empty if it cannot be asked for
     * @param top the highest change stamp; empty if no row has one
     */
    record Census(Optional<Long> count, Optional<String> top) {}

    /** The answer to {@link Document#census}. */
    static Census census(PullPlan plan, Answer.Data answer) {
        return new Census(count(connection(plan, answer, "all")), topStamp(plan, answer));
    }

    /** Of all rows; empty if it was not asked for. */
    static Optional<Long> count(JsonNode connection) {
        JsonNode count = connection.path("totalCount");
        return count.isNumber() ? Optional.of(count.longValue()) : Optional.empty();
    }

    /** Whether there are more rows; empty if the answer has no page where one was asked for. */
    static Optional<Boolean> more(JsonNode connection) {
        JsonNode more = connection.path("pageInfo").path("hasNextPage");
        return connection.path("items").isInt() && more.isBoolean()
                ? Optional.of(more.booleanValue())
                : Optional.empty();
    }

    public static JsonNode connection(PullPlan plan, Answer.Data answer, String alias) {
        return answer.data().path(plan.table().scope().root()).path(alias);
    }

    /** The answer to {@link Document#top}; empty if it was not asked, or no row has a stamp. */
    static Optional<String> topStamp(PullPlan plan, Answer.Data answer) {
        return topStamp(plan, answer, "");
    }

    /** @param page as it was asked */
    static Optional<String> topStamp(PullPlan plan, Answer.Data answer, String page) {
        JsonNode stamp = connection(plan, answer, Document.TOP + page).path("items").path(0).path(Table.CHANGED);
        return stamp.isTextual() ? Optional.of(stamp.textValue()) : Optional.empty();
    }

    /** An answer that is not what was asked for. */
    static Failure senseless(PullPlan plan, Answer.Data answer) {
        return new Failure.Unreadable(
                "The answer is not a page of table " + plan.table().name()
                        + ": it lacks items or pageInfo, does not go on after the last key, or has more rows "
                        + "than were asked for. Report it to Visma with the trace id.",
                answer.traceId(), false, true, Set.of());
    }
}
