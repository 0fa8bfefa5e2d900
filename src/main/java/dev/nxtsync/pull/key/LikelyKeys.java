package dev.nxtsync.pull.key;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import jakarta.inject.Singleton;

import org.jboss.logging.Logger;

import dev.nxtsync.config.Settings;
import dev.nxtsync.graphql.FailedAnswer;
import dev.nxtsync.graphql.schema.KeyCandidate;
import dev.nxtsync.graphql.schema.KeyHints;
import dev.nxtsync.graphql.schema.Table;

/** What may be the keys of tables, for people: of the rows nothing is asked, but what was proven before is known. */
@Singleton
public record LikelyKeys(KeyHints hints, Settings settings) {
    private static final Logger LOG = Logger.getLogger(LikelyKeys.class);

    /**
     * A candidate.
     *
     * @param provenAt when Business NXT said last that it is the key; empty if that is not known
     * @param doubt what speaks against it, in words; empty if nothing is known
     */
    public record LikelyKey(KeyCandidate candidate, Optional<Instant> provenAt, String doubt) {
        /** As people are told. */
        public String shown() {
            return candidate.shown()
                    + provenAt.map(at -> ", proven at " + at.truncatedTo(ChronoUnit.SECONDS)).orElse("")
                    + (doubt.isEmpty() ? "" : ", " + doubt);
        }
    }

    /** By table, the likeliest first; nothing where the schema does not tell. */
    public Map<String, List<LikelyKey>> of(String connection, Collection<Table> tables) {
        var likely = new HashMap<String, List<LikelyKey>>();
        try {
            var candidates = hints.of(connection, tables);
            var remembered = KeyProofs.remembered(settings, connection);
            for (Table table : tables) {
                var all = KeyCandidate.naming(remembered.named().getOrDefault(table.name(), List.of()), table,
                        candidates.getOrDefault(table.name(), List.of()));
                likely.put(table.name(), all.stream().map(each -> likely(table, each, remembered)).toList());
            }
        } catch (FailedAnswer e) {
            LOG.debugf("connection %s: what the schema tells of keys is not known: %s", connection, e.getMessage());
        }
        return likely;
    }

    private static LikelyKey likely(Table table, KeyCandidate candidate, KeyProofs.RememberedKeys remembered) {
        var proof = remembered.proof(table.name(), candidate.columns());
        var contradicted = proof.flatMap(KeyProofs.RememberedProof::contradictedBy);
        if (contradicted.isPresent()) {
            return new LikelyKey(candidate, Optional.empty(), "not a key in " + contradicted.get());
        }
        if (candidate.isForAPerson()) {
            return new LikelyKey(candidate, Optional.empty(), "which a person has to confirm");
        }
        return new LikelyKey(candidate,
                proof.filter(each -> candidate.isShownBy(each.rows())).flatMap(KeyProofs.RememberedProof::provenAt),
                "");
    }
}
