package dev.nxtsync.pull.plan;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.mapping;

import java.util.List;
import java.util.TreeMap;

import jakarta.inject.Singleton;

import org.jboss.logging.Logger;

import dev.nxtsync.graphql.schema.Introspection;
import dev.nxtsync.graphql.schema.Tenants;
import dev.nxtsync.tenant.Scope;

/** Tells whoever has configured no pull of a connection what it could pull. */
@Singleton
record PullOffer(Introspection introspection) {
    private static final Logger LOG = Logger.getLogger(PullOffer.class);

    /** @throws dev.nxtsync.graphql.FailedAnswer if the API gave no whole answer */
    void tell(String connection, List<Tenants.Company> companies) {
        var byCustomer = companies.stream().collect(groupingBy(Tenants.Company::customer, TreeMap::new,
                mapping(company -> company.number() + " " + company.name(), joining(", "))));
        LOG.infof(
                "Connection %s is signed in. No pulls are configured. It could pull these companies, by customer: %s; and every table "
                        + "that its access group may read: %s",
                connection, byCustomer, introspection.tableNames(connection, Scope.COMPANY));
    }
}
