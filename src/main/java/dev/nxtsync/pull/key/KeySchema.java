package dev.nxtsync.pull.key;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import dev.nxtsync.graphql.Filters;
import dev.nxtsync.graphql.schema.GroupFilter;
import dev.nxtsync.graphql.schema.KeyCandidate;
import dev.nxtsync.graphql.schema.Table;

/**
 * What the schema tells of keys.
 *
 * @param tables by name
 * @param candidates by table, of those whose key nobody has said
 * @param filters by table, how groups of its rows are chosen; one that is missing offers no way
 * @param isWhole whether all of it was answered
 */
public record KeySchema(Map<String, Table> tables, Map<String, List<KeyCandidate>> candidates,
        Map<String, GroupFilter> filters, boolean isWhole) {
    /** Of no table. */
    public static final KeySchema NONE = new KeySchema(Map.of(), Map.of(), Map.of(), true);

    /**
     * The same with the keys that webhooks name.
     *
     * @param named by table
     */
    KeySchema naming(Map<String, List<String>> named) {
        var all = new HashMap<>(candidates);
        all.replaceAll((table, hints) -> KeyCandidate.naming(named.getOrDefault(table, List.of()),
                Objects.requireNonNull(tables.get(table)), hints));
        return new KeySchema(tables, all, filters, isWhole);
    }

    boolean canBeAsked(ProposedKey key) {
        return tables.containsKey(key.table()) && filters.containsKey(key.table())
                && filter(key).columns().containsAll(key.columns())
                && (key.filter().isEmpty() || Filters.flaw(key.filter(), table(key).filters()).isEmpty());
    }

    Table table(ProposedKey key) {
        return Objects.requireNonNull(tables.get(key.table()));
    }

    GroupFilter filter(ProposedKey key) {
        return Objects.requireNonNull(filters.get(key.table()));
    }
}
