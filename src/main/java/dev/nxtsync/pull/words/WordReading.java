package dev.nxtsync.pull.words;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;

import jakarta.inject.Singleton;

import dev.nxtsync.config.SnakeCase;
import dev.nxtsync.database.Database;
import dev.nxtsync.graphql.schema.RowTypes;
import dev.nxtsync.graphql.schema.RowTypes.Links;
import dev.nxtsync.graphql.schema.Table;
import dev.nxtsync.pull.plan.PullPlan;

/** Asks the schema what enumerations and references there are, and keeps it for those who read the targets. */
@Singleton
record WordReading(RowTypes types, ValueTexts texts, Database database) {

    /**
     * Those of what is pulled over one connection.
     *
     * @throws dev.nxtsync.graphql.FailedAnswer if there was no whole answer
     */
    void read(String connection, List<PullPlan> pulled) throws SQLException {
        var tables = pulled.stream().map(PullPlan::table).distinct().toList();
        var links = types.links(connection, tables);
        var domains = new TreeSet<String>();
        var columns = new LinkedHashMap<PullPlan, Map<String, String>>();
        for (PullPlan plan : pulled) {
            var ofPlan = new LinkedHashMap<>(links(links, plan).enumerations());
            ofPlan.keySet().retainAll(plan.mapping().columns());
            columns.put(plan, ofPlan);
            domains.addAll(ofPlan.values());
        }
        var told = texts.of(connection, types.values(connection, domains));
        var references = references(pulled, links);
        database.useTransaction(transaction -> {
            Database.alone(transaction, "words");
            Enumerations.keep(transaction, told);
            columns.forEach((plan, each) -> Enumerations.keepColumns(transaction, plan.target(), each));
            pulled.forEach(plan -> References.keep(transaction, plan.target(),
                    references.stream().filter(each -> each.child().equals(plan.target())).toList()));
        });
        for (var each : columns.entrySet()) {
            // one table at a time, since it may be large
            database.useTransaction(
                    transaction -> EnumerationNumbers.learn(transaction, each.getKey().target(), each.getValue()));
        }
    }

    private static Links links(Map<String, Links> links, PullPlan plan) {
        return Optional.ofNullable(links.get(plan.table().name())).orElseGet(() -> new Links(Map.of(), Map.of()));
    }

    private static List<Reference> references(List<PullPlan> pulled, Map<String, Links> links) {
        var references = new LinkedHashSet<Reference>();
        for (PullPlan child : pulled) {
            var parents = new ArrayList<>(links(links, child).parents().values());
            for (PullPlan parent : pulled) {
                String type = parent.table().rowType();
                if (parents.contains(type)) {
                    boolean onlyOne = parents.stream().filter(type::equals).count() == 1;
                    references.add(new Reference(child.target(), parent.target(),
                            onlyOne ? columns(child, parent) : Optional.empty()));
                }
            }
        }
        return List.copyOf(references);
    }

    /** The columns of the parent's key, if the child has them all; in its own table they say which row it is itself. */
    private static Optional<List<String>> columns(PullPlan child, PullPlan parent) {
        Table table = child.table();
        return !table.name().equals(parent.table().name()) && table.scope() == parent.table().scope()
                && child.mapping().columns().containsAll(parent.key())
                        ? Optional.of(Stream
                                .concat(Stream.of(parent.target().owner()), parent.key().stream().map(SnakeCase::of))
                                .toList())
                        : Optional.empty();
    }
}
