package dev.nxtsync.pull;

import java.util.Optional;
import java.util.Set;

import com.fasterxml.jackson.databind.JsonNode;

import dev.nxtsync.graphql.Answer;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.graphql.schema.Table;
import dev.nxtsync.store.Written;

/** What an answer says about a page, beside its rows. */
final class Pages {
    static final Written NOTHING = new Written(0, 0, 0);

    private Pages() {}

    /** Whether there are more rows; empty if the answer has no page where one was asked for. */
    static Optional<Boolean> more(JsonNode connection) {
        JsonNode more = connection.path("pageInfo").path("hasNextPage");
        return connection.path("items").isInt() && more.isBoolean()
                ? Optional.of(more.booleanValue())
                : Optional.empty();
    }

    static JsonNode connection(PullPlan plan, Answer.Data answer, String alias) {
        return answer.data().path(plan.table().scope().root()).path(alias);
    }

    /** The answer to {@link Document#top}; empty if it was not asked, or no row has a stamp. */
    static Optional<String> topStamp(PullPlan plan, Answer.Data answer) {
        JsonNode stamp = connection(plan, answer, "top").path("items").path(0).path(Table.CHANGED);
        return stamp.isTextual() ? Optional.of(stamp.textValue()) : Optional.empty();
    }

    /** An answer that is not what was asked for. */
    static Failure senseless(Answer.Data answer) {
        return new Failure.Rejected(
                "The answer is no page of the table: it lacks items or pageInfo, does not go on after the last key, or one row of "
                        + "it is larger than " + PageReader.BOUND
                        + " bytes. Report it to Visma with the trace id; if a row is large, give the daemon more memory.",
                answer.traceId(), Set.of());
    }
}
