package dev.nxtsync.pull.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

import jakarta.inject.Singleton;

import dev.nxtsync.config.Settings;
import dev.nxtsync.graphql.schema.Tables;
import dev.nxtsync.graphql.schema.Tenants;
import dev.nxtsync.tenant.Scope;
import dev.nxtsync.tenant.Tenant;

/** Which customers and companies a connection is for. */
@Singleton
public class CompanyScopes {
    private final Tenants tenants;

    CompanyScopes(Tenants tenants) {
        this.tenants = tenants;
    }

    /** What a connection is granted, as far as it is configured to be used. */
    public record Tenancy(List<Integer> customers, List<Tenants.Company> companies) {

        /** The companies of a pull, or the customers of a system table. */
        public List<Tenant> owners(PullPlan plan) {
            return owners(plan.pull(), plan.table().scope());
        }

        /** The same of a table of this scope. */
        public List<Tenant> owners(Settings.Pull pull, Scope scope) {
            return scope == Scope.CUSTOMER || pull.companies().isEmpty()
                    ? all(scope)
                    : pull.companies().stream().map(Tenant::company).toList();
        }

        /** The same of a table, as far as it is known; none if it is not. */
        public Function<Settings.Pull, List<Tenant>> owners(Tables tables) {
            return pull -> {
                var table = tables.known().get(pull.table());
                return table == null ? List.of() : owners(pull, table.scope());
            };
        }

        /** All that there are of one scope. */
        public List<Tenant> all(Scope scope) {
            var numbers = scope == Scope.CUSTOMER
                    ? customers.stream()
                    : companies.stream().map(Tenants.Company::number);
            return numbers.map(number -> new Tenant(scope, number)).toList();
        }
    }

    /** @throws dev.nxtsync.graphql.FailedAnswer if there was no whole answer */
    public Tenancy of(Settings.Connection connection) {
        List<Integer> customers = connection.customer().isEmpty()
                ? tenants.customers(connection.name()).stream().map(Tenants.Customer::number).toList()
                : connection.customer();
        var companies = new ArrayList<Tenants.Company>();
        for (int customer : customers) {
            companies.addAll(tenants.companies(connection.name(), customer));
        }
        return new Tenancy(customers, companies);
    }
}
