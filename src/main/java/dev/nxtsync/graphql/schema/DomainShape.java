package dev.nxtsync.graphql.schema;

import static dev.nxtsync.graphql.schema.OfferedModel.IDENTIFIER;
import static dev.nxtsync.graphql.schema.OfferedModel.NAME;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * How domains and their members are asked for, as the schema shows it: that there are any is documented, and little else.
 *
 * @param members the field of a domain that lists its members
 * @param key by what one domain is asked for; empty if only all of them can be
 */
record DomainShape(String members, Optional<Key> key) {
    static final String DOMAINS = "domains";
    private static final String MEMBERS = "members";
    /** More lists than a domain has. */
    private static final int MOST_LISTS = 20;
    private static final Set<String> OF_A_KEY = Set.of("Int", "Long", "Short", "String", "ID");

    /**
     * A field of a domain that is an argument too.
     *
     * @param type of the argument, as it is written in a document
     */
    record Key(String name, String type) {}

    /**
     * Empty if the schema does not offer them. The members are the only list in a domain whose items have an identifier and a
     * name, or that of several which is called so. Whatever numbers they have, it is not told which is the value.
     *
     * @throws dev.nxtsync.graphql.FailedAnswer if there was no whole answer
     */
    static Optional<DomainShape> of(OfferedModel model) {
        var domains = model.lists().get(DOMAINS);
        if (domains == null) {
            return Optional.empty();
        }
        var fields = model.items(Map.of(DOMAINS, domains)).getOrDefault(DOMAINS, Map.of());
        if (!fields.containsKey(IDENTIFIER)) {
            return Optional.empty();
        }
        var lists = new LinkedHashMap<String, OfferedField>();
        fields.entrySet().stream().filter(field -> field.getValue().type().list()).limit(MOST_LISTS)
                .forEach(field -> lists.put(field.getKey(), field.getValue()));
        var named = model.items(lists).entrySet().stream()
                .filter(list -> list.getValue().keySet().containsAll(Set.of(IDENTIFIER, NAME))).map(Map.Entry::getKey)
                .toList();
        return named.stream().filter(list -> named.size() == 1 || list.equals(MEMBERS)).findFirst()
                .map(list -> new DomainShape(list, key(fields, domains.arguments())));
    }

    /**
     * The identifier, or the only argument that takes a number or text that a field of the same name tells; not the name, which
     * each language has its own of.
     */
    private static Optional<Key> key(Map<String, OfferedField> fields, Map<String, TypeRef> arguments) {
        var keys = arguments.entrySet().stream().filter(argument -> {
            var field = fields.get(argument.getKey());
            return field != null && !argument.getKey().equals(NAME) && !field.type().list()
                    && !argument.getValue().list() && field.type().name().equals(argument.getValue().name())
                    && OF_A_KEY.contains(field.type().name());
        }).map(argument -> new Key(argument.getKey(), argument.getValue().text())).toList();
        return keys.stream().filter(key -> keys.size() == 1 || key.name().equals(IDENTIFIER)).findFirst();
    }
}
