package dev.nxtsync.pull.words;

import java.util.LinkedHashMap;
import java.util.Map;

import jakarta.inject.Singleton;

import org.jboss.logging.Logger;

import dev.nxtsync.config.Settings;
import dev.nxtsync.graphql.FailedAnswer;
import dev.nxtsync.graphql.schema.Domains;

/** What people read for the values of enumerations: in English as the schema describes them, unless Business NXT tells more. */
@Singleton
record ValueTexts(Domains domains, Settings settings) {
    private static final Logger LOG = Logger.getLogger(ValueTexts.class);
    /** The language of the schema's descriptions. */
    private static final String DESCRIBED = "en";

    /**
     * What was told.
     *
     * @param languages by code, by the enumeration's type, by the value's name; empty where there is no text
     * @param whole whether that is all; else what was told before may be better
     */
    record ToldTexts(Map<String, Map<String, Map<String, String>>> languages, boolean whole) {}

    /**
     * Those of enumerations, in English and in the languages that are set, as far as Business NXT tells them.
     *
     * @param values what the schema says of each value, by its name, by the enumeration's type
     */
    ToldTexts of(String connection, Map<String, Map<String, String>> values) {
        try {
            var languages = new LinkedHashMap<>(domains.texts(connection, values, settings.languages()));
            var english = languages.getOrDefault(DESCRIBED, Map.of());
            var described = new LinkedHashMap<String, Map<String, String>>();
            values.forEach((type, each) -> {
                var texts = new LinkedHashMap<>(each);
                english.getOrDefault(type, Map.of()).forEach((name, text) -> {
                    if (!text.isEmpty()) {
                        texts.put(name, text);
                    }
                });
                described.put(type, texts);
            });
            languages.put(DESCRIBED, described);
            return new ToldTexts(languages, true);
        } catch (FailedAnswer e) {
            LOG.infof("Connection %s: values of enumerations get no readable names today, because Business NXT did "
                    + "not tell them: %s", connection, e.getMessage());
            return new ToldTexts(Map.of(DESCRIBED, values), false);
        }
    }
}
