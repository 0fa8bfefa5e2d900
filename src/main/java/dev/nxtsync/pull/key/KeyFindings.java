package dev.nxtsync.pull.key;

import static java.util.stream.Collectors.toSet;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import dev.nxtsync.pull.key.KeyFinding.UnclearKey;
import dev.nxtsync.pull.key.KeyFinding.UniqueKey;
import dev.nxtsync.tenant.Tenant;

/**
 * What Business NXT has said of proposed keys.
 *
 * @param byKey by key and number of the company, or customer
 * @param old by key, in which companies that was so long ago that what stands in the way of a pull is asked again; it holds until
 *        there is another answer
 * @param failing whoever could not be asked several times, so that others do not wait for it
 */
record KeyFindings(Map<ProposedKey, Map<Integer, KeyFinding>> byKey, Map<ProposedKey, Set<Integer>> old,
        Set<Tenant> failing) {
    /** Nothing. */
    static final KeyFindings NONE = new KeyFindings(Map.of(), Map.of(), Set.of());

    /** The same with what was found in one company now. */
    KeyFindings with(Tenant tenant, Map<ProposedKey, KeyFinding> found) {
        var all = new HashMap<>(byKey);
        var stillOld = new HashMap<>(old);
        found.forEach((key, finding) -> {
            var companies = new HashMap<>(of(key));
            companies.put(tenant.number(), finding);
            all.put(key.remembered(), companies);
            stillOld.computeIfPresent(key.remembered(),
                    (each, numbers) -> numbers.stream().filter(number -> number != tenant.number()).collect(toSet()));
        });
        return new KeyFindings(all, stillOld, failing);
    }

    /** The same, as if one company had answered of keys as it did before, or else as others have. */
    KeyFindings assuming(Tenant tenant, Collection<ProposedKey> keys) {
        var assumed = new HashMap<ProposedKey, KeyFinding>();
        for (ProposedKey key : keys) {
            var known = of(key);
            var other = known.values().stream().filter(UnclearKey.class::isInstance).findFirst();
            boolean isClear = known.values().stream().anyMatch(each -> !(each instanceof UnclearKey));
            assumed.put(key, Optional.ofNullable(known.get(tenant.number()))
                    .orElseGet(() -> isClear || other.isEmpty() ? new UniqueKey(0) : other.get()));
        }
        return with(tenant, assumed);
    }

    /** By the number of the company, or customer. */
    Map<Integer, KeyFinding> of(ProposedKey key) {
        return byKey.getOrDefault(key.remembered(), Map.of());
    }

    /** In which of these it is not known. */
    List<Tenant> unknown(ProposedKey key, Collection<Tenant> owners) {
        var known = of(key).keySet();
        return owners.stream().filter(owner -> !known.contains(owner.number())).toList();
    }

    /** In which of these it was found out long ago. */
    List<Tenant> old(ProposedKey key, Collection<Tenant> owners) {
        var companies = old.getOrDefault(key.remembered(), Set.of());
        return owners.stream().filter(owner -> companies.contains(owner.number())).toList();
    }
}
