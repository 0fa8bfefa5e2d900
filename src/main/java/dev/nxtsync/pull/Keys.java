package dev.nxtsync.pull;

import java.math.BigDecimal;
import java.util.List;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.nxtsync.graphql.Filters;
import dev.nxtsync.store.TargetColumn;

/** Keys of stored rows, as the API's filters take them. */
final class Keys {
    private Keys() {}

    /**
     * The key as the API has it.
     *
     * @param names the API's names of the key's columns
     * @param columns the same columns in the target
     * @param texts their values, as PostgreSQL writes them
     */
    static ObjectNode of(List<String> names, List<TargetColumn> columns, List<String> texts) {
        var key = Filters.object();
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            String text = texts.get(i);
            switch (columns.get(i).type()) {
                case INTEGER, BIGINT -> key.put(name, Long.parseLong(text));
                case NUMERIC -> key.put(name, new BigDecimal(text));
                case BOOLEAN -> key.put(name, text.startsWith("t"));
                case DATE -> key.put(name, Integer.parseInt(text.replace("-", "")));
                case TEXT, TIME, TIMESTAMP -> key.put(name, text);
            }
        }
        return key;
    }
}
