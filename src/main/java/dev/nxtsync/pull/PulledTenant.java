package dev.nxtsync.pull;

import dev.nxtsync.tenant.Tenant;

/** A pull in one company, or of one customer if its table is a system table. */
record PulledTenant(String pull, Tenant tenant) {

    /** As messages name it, such as {@code orders, company 5280001}. */
    @Override
    public String toString() {
        return pull + ", " + tenant;
    }
}
