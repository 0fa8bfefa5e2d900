package dev.nxtsync.graphql.schema;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;

import com.fasterxml.jackson.databind.JsonNode;

import dev.nxtsync.graphql.FailedAnswer;
import dev.nxtsync.graphql.Field;
import dev.nxtsync.graphql.NxtClient;
import dev.nxtsync.graphql.Question;

/**
 * What is asked of types of the schema, each by its name.
 *
 * @param together types of one request, whose answer has its bounds
 */
record TypeQuestion(String operation, int together, List<Field> selection) {
    private static final String ALIAS = "type";

    /**
     * Asks in as many requests as it takes.
     *
     * @param all what has a type
     * @param type its name
     * @param reader takes what is told of it; a missing node where there is no such type
     * @throws FailedAnswer if there was no whole answer
     */
    <T> void ask(NxtClient nxt, String connection, List<T> all, Function<T, String> type,
            BiConsumer<T, JsonNode> reader) {
        for (int i = 0; i < all.size(); i += together) {
            var some = all.subList(i, Math.min(all.size(), i + together));
            var fields = new ArrayList<Field>();
            some.forEach(each -> fields.add(TypeRef.lookUp(ALIAS + fields.size(), type.apply(each)).and(selection)));
            JsonNode data = FailedAnswer.dataOf(nxt.ask(connection, Question.query(operation, fields)));
            for (int j = 0; j < some.size(); j++) {
                reader.accept(some.get(j), data.path(ALIAS + j));
            }
        }
    }
}
