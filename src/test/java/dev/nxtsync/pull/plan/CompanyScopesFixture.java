package dev.nxtsync.pull.plan;

import dev.nxtsync.graphql.NxtClient;
import dev.nxtsync.graphql.schema.SchemaFixture;

/** The companies of a Business NXT of tests. */
public final class CompanyScopesFixture {
    private CompanyScopesFixture() {}

    public static CompanyScopes of(NxtClient nxt) {
        return new CompanyScopes(SchemaFixture.tenants(nxt));
    }
}
