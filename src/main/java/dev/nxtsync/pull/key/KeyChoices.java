package dev.nxtsync.pull.key;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

import dev.nxtsync.config.Settings;
import dev.nxtsync.tenant.Tenant;

/**
 * Chooses the key of each pull. One that is documented is taken. One that a person has set is taken unless Business NXT
 * contradicts it. Any other is taken only when Business NXT has said that it is unique in each company that can be asked.
 *
 * @param byPull what was chosen
 * @param toAsk what is to be found out next, by company or customer
 */
public record KeyChoices(Map<String, KeyChoice> byPull, Map<Tenant, List<ProposedKey>> toAsk) {

    /**
     * By what is known now.
     *
     * @param owners the companies of a pull, or the customers of a system table
     * @param running the key by which a pull runs already, or ran before; empty if there is none
     */
    static KeyChoices of(List<Settings.Pull> pulls, KeySchema schema, Function<Settings.Pull, List<Tenant>> owners,
            KeyFindings findings, Function<Settings.Pull, Optional<List<String>>> running) {
        var choices = new HashMap<String, KeyChoice>();
        var toAsk = new LinkedHashMap<Tenant, List<ProposedKey>>();
        for (Settings.Pull pull : pulls) {
            choices.put(pull.name(),
                    new PullKeyChoice(pull, schema, owners.apply(pull), findings, running, toAsk).choose());
        }
        return new KeyChoices(choices, toAsk);
    }

    /** Of a pull; never empty for those that were chosen for. */
    public KeyChoice choice(Settings.Pull pull) {
        return Optional.ofNullable(byPull.get(pull.name())).orElseGet(() -> KeyChoice.known(pull));
    }

}
