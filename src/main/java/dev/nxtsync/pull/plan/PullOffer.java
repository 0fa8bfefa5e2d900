package dev.nxtsync.pull.plan;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.joining;

import java.util.List;
import java.util.TreeMap;

import jakarta.inject.Singleton;

import org.jboss.logging.Logger;

import dev.nxtsync.error.Words;
import dev.nxtsync.graphql.schema.Introspection;
import dev.nxtsync.graphql.schema.Tenants;
import dev.nxtsync.tenant.Scope;

/** Tells whoever has configured no pull of a connection what it could pull. */
@Singleton
record PullOffer(Introspection introspection) {
    private static final Logger LOG = Logger.getLogger(PullOffer.class);

    /** @throws dev.nxtsync.graphql.FailedAnswer if the API gave no whole answer */
    void tell(String connection, List<Tenants.Company> companies) {
        var customers = new TreeMap<>(companies.stream().collect(groupingBy(Tenants.Company::customer)));
        String all = customers.entrySet().stream()
                .map(each -> "customer " + each.getKey() + " with " + Words.list(each.getValue()))
                .collect(joining("; "));
        LOG.infof(
                "Connection %s is signed in, and no pull is configured. It sees %s. Its access group may read these tables: "
                        + "%s. To pull one, set for example NXT_PULLS_ORDERS_TABLE=order; to pull all, NXT_PULLS_ALL_TABLE='*'.",
                connection, all.isEmpty() ? "no company" : all,
                Words.list(introspection.tableNames(connection, Scope.COMPANY)));
    }
}
