package dev.nxtsync.schedule;

import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

import dev.nxtsync.tenant.Tenant;

/** The units of one kind and company. */
record CompanyUnits(UnitKind kind, String connection, Tenant tenant) {
    private static CompanyUnits of(Claim claim) {
        return new CompanyUnits(claim.kind(), claim.connection(), claim.tenant());
    }

    /**
     * One claim for each kind and company of which as many runs are at work as can be side by side, or one may still take others
     * along.
     */
    static List<Claim> full(Collection<ClaimedRun> held, int most) {
        return held.stream().filter(ClaimedRun::isAtWork)
                .collect(Collectors.groupingBy(run -> CompanyUnits.of(run.claim))).values().stream()
                .filter(runs -> runs.size() >= most || runs.stream().anyMatch(run -> run.gathers))
                .map(runs -> runs.get(0).claim).toList();
    }
}
