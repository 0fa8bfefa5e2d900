package dev.nxtsync.graphql.schema;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import jakarta.inject.Singleton;

import dev.nxtsync.graphql.FailedAnswer;
import dev.nxtsync.graphql.NxtClient;

/**
 * What people read for the values of enumerations, in their languages, as far as Business NXT tells it: its model has domains,
 * whose members are such values (docs/facts/business-nxt.md, "Readable names"). Only what the schema offers is asked for.
 */
@Singleton
public class Domains {
    private final NxtClient nxt;

    Domains(NxtClient nxt) {
        this.nxt = nxt;
    }

    /**
     * By language, by the enumeration's type, by the value's name; empty where Business NXT has no name for it. Which
     * enumeration a domain is about is not told: it is taken for the one of its name, if each value is one of its members. Of
     * an enumeration without such a domain there is nothing.
     *
     * @param values by the enumeration's type, as {@link RowTypes#values} tells them
     * @param languages by their codes; those that Business NXT lacks are left out
     * @throws FailedAnswer if there was no whole answer
     */
    public Map<String, Map<String, Map<String, String>>> texts(String connection,
            Map<String, Map<String, String>> values, List<String> languages) {
        var texts = new LinkedHashMap<String, Map<String, Map<String, String>>>();
        if (!values.isEmpty()) {
            OfferedModel.of(nxt, connection).ifPresent(model -> {
                languages.stream().filter(model.languages()::contains)
                        .forEach(language -> texts.put(language, new LinkedHashMap<>()));
                if (!texts.isEmpty()) {
                    DomainShape.of(model).ifPresent(shape -> new DomainReading(model, shape, values, texts).read());
                }
            });
        }
        return texts;
    }
}
