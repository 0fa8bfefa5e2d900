package dev.nxtsync.pull.key;

import static java.util.stream.Collectors.joining;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

import dev.nxtsync.config.Settings;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.error.Words;
import dev.nxtsync.graphql.schema.KeyCandidate;
import dev.nxtsync.graphql.schema.KeyCandidate.KeyEvidence;
import dev.nxtsync.pull.key.KeyChoice.ChosenKey;
import dev.nxtsync.pull.key.KeyChoice.KeyToProve;
import dev.nxtsync.pull.key.KeyFinding.EmptyKey;
import dev.nxtsync.pull.key.KeyFinding.RepeatedKey;
import dev.nxtsync.pull.key.KeyFinding.UnclearKey;
import dev.nxtsync.pull.key.KeyFinding.UniqueKey;
import dev.nxtsync.tenant.Tenant;

/** The choice for one pull, by what is known of its candidates. What is not known yet goes to what is to be asked. */
record PullKeyChoice(Settings.Pull pull, KeySchema schema, List<Tenant> owners, KeyFindings findings,
        Function<Settings.Pull, Optional<List<String>>> running, Map<Tenant, List<ProposedKey>> toAsk) {

    KeyChoice choose() {
        var known = KeyChoice.known(pull);
        if (known instanceof ChosenKey chosen && chosen.evidence() == KeyEvidence.BUILT_IN) {
            return known;
        }
        boolean isSet = known instanceof ChosenKey;
        var candidates = isSet
                ? List.of(new KeyCandidate(pull.key(), KeyEvidence.SETTING))
                : schema.candidates().getOrDefault(pull.table(), List.of());
        var kept = running.apply(pull).filter(columns -> !isSet || columns.equals(pull.key()));
        if (kept.isPresent()) {
            var candidate = candidates.stream().filter(each -> each.columns().equals(kept.get())).findFirst()
                    .orElseGet(() -> new KeyCandidate(kept.get(), KeyEvidence.KEPT));
            var key = proposed(candidate, isSet);
            if (contradiction(key).isEmpty()) {
                // a company that is new keeps none of the others waiting
                askWhatIsUnknown(key);
                return new ChosenKey(candidate.columns(), candidate.evidence(), isProven(key, candidate));
            }
        }
        if (owners.isEmpty() && !candidates.isEmpty()) {
            // that nobody has the table is told by who plans it
            return new ChosenKey(candidates.get(0).columns(), candidates.get(0).evidence(), false);
        }
        var told = new ArrayList<String>();
        var larger = new ArrayList<List<String>>();
        for (KeyCandidate candidate : candidates) {
            var key = proposed(candidate, isSet);
            if (candidate.isForAPerson()) {
                told.add(told(candidate, "which a person has to confirm"));
                continue;
            }
            if (larger.stream().anyMatch(columns -> columns.containsAll(candidate.columns()))) {
                // a part of what several rows share, or may share
                continue;
            }
            var contradiction = contradiction(key);
            if (contradiction.isPresent()) {
                ask(key, findings.old(key, owners));
                if (isSet) {
                    return new KeyChoice.NoKey(contradicted(contradiction.get()));
                }
                told.add(told(candidate, contradiction.get()));
                larger.add(candidate.columns());
                continue;
            }
            if (isToWaitFor(key)) {
                return new KeyToProve(new Problem(ErrorCode.KEY_UNPROVEN, "Business NXT is being asked whether "
                        + key.shown() + " is the key of table " + pull.table() + ". The pull begins by itself."));
            }
            if (isSet || isProven(key, candidate)) {
                return new ChosenKey(candidate.columns(), candidate.evidence(), isProven(key, candidate));
            }
            ask(key, findings.old(key, owners));
            told.add(told(candidate, doubt(key, candidate)));
            larger.add(candidate.columns());
        }
        return KeyChoice.NoKey.unknown(pull, told.isEmpty() ? "" : "It may be " + String.join("; or ", told) + ". ");
    }

    private ProposedKey proposed(KeyCandidate candidate, boolean isSet) {
        return new ProposedKey(pull.table(), candidate.columns(), isSet ? pull.filter().orElse("") : "");
    }

    /** Has it asked, where there is a way. Answers in which companies. */
    private List<Tenant> askWhatIsUnknown(ProposedKey key) {
        return ask(key, findings.unknown(key, owners));
    }

    private List<Tenant> ask(ProposedKey key, List<Tenant> some) {
        var asked = schema.canBeAsked(key) ? some : List.<Tenant>of();
        asked.forEach(owner -> toAsk.computeIfAbsent(owner, each -> new ArrayList<>()).add(key));
        return asked;
    }

    /** Asks for what is not known, and says whether the choice waits for that. */
    private boolean isToWaitFor(ProposedKey key) {
        var unknown = askWhatIsUnknown(key);
        if (unknown.isEmpty()) {
            return false;
        }
        boolean isProvenByNone = findings.of(key).values().stream().noneMatch(UniqueKey.class::isInstance);
        return !findings.failing().containsAll(unknown) || (pull.key().isEmpty() && isProvenByNone);
    }

    private boolean isProven(ProposedKey key, KeyCandidate candidate) {
        var known = findings.of(key);
        return owners.stream().map(owner -> known.get(owner.number())).filter(UniqueKey.class::isInstance)
                .map(UniqueKey.class::cast).anyMatch(unique -> candidate.isShownBy(unique.rows()));
    }

    private Optional<String> contradiction(ProposedKey key) {
        for (Tenant owner : owners) {
            var finding = findings.of(key).get(owner.number());
            if (finding instanceof RepeatedKey repeated) {
                return Optional.of("not unique in " + owner + ", where " + repeated.example());
            }
            if (finding instanceof EmptyKey empty) {
                return Optional.of("not a key in " + owner + ", where " + empty.column() + " is null in some row");
            }
        }
        return Optional.empty();
    }

    private String doubt(ProposedKey key, KeyCandidate candidate) {
        return findings.of(key).values().stream().filter(UnclearKey.class::isInstance).map(UnclearKey.class::cast)
                .findFirst().map(UnclearKey::reason)
                .orElseGet(() -> schema.canBeAsked(key)
                        ? "of which fewer than " + Words.count(candidate.leastRows(), "row") + " prove nothing"
                        : "of which Business NXT does not count groups of rows");
    }

    private static String told(KeyCandidate candidate, String what) {
        return candidate.shown() + ", " + what.replaceFirst("[.]$", "");
    }

    private Problem contradicted(String contradiction) {
        var others = schema.candidates().getOrDefault(pull.table(), List.of()).stream()
                .map(candidate -> String.join(",", candidate.columns()))
                .filter(columns -> !columns.equals(String.join(",", pull.key()))).collect(joining(" or "));
        return WrongKey.problem(pull.name(), pull.key(), "table " + pull.table(), contradiction,
                others.isEmpty() ? "" : "By the schema it could be " + others + ".");
    }
}
