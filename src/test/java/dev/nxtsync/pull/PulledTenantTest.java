package dev.nxtsync.pull;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

import org.junit.jupiter.api.Test;

import dev.nxtsync.tenant.Scope;
import dev.nxtsync.tenant.Tenant;

class PulledTenantTest {
    @Test
    void aPullInACompanyIsNamedByBothAndNoOtherAlike() {
        var some = List.of(new PulledTenant("orders", Tenant.company(5_280_001)),
                new PulledTenant("orders", Tenant.company(528)), new PulledTenant("orders1", Tenant.company(528)),
                new PulledTenant("orders", new Tenant(Scope.CUSTOMER, 528)));
        assertThat(some.get(0)).hasToString("orders, company 5280001");
        assertThat(some.stream().map(PulledTenant::toString)).doesNotHaveDuplicates();
    }
}
