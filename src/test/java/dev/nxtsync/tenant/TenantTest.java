package dev.nxtsync.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TenantTest {
    private static final List<Tenant> SOME = Stream.of(Scope.values())
            .flatMap(scope -> Stream.of(5_280_001, 0, 1, -1, 10, 528, Integer.MAX_VALUE, Integer.MIN_VALUE)
                    .map(number -> new Tenant(scope, number)))
            .toList();

    @Test
    void aTenantIsNamedByItsScopeAndNumber() {
        assertThat(Tenant.company(5_280_001)).hasToString("company 5280001");
        assertThat(new Tenant(Scope.CUSTOMER, 7)).hasToString("customer 7");
    }

    @Test
    void whatIsWrittenOfATenantIsReadAsThatTenant() {
        assertThat(SOME).allSatisfy(each -> assertThat(Tenant.parse(each.toString())).contains(each));
    }

    @Test
    void noTwoTenantsAreWrittenAlike() {
        assertThat(SOME.stream().map(Tenant::toString)).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "company", "company ", "5280001", "company 1 ", " company 1", "Company 1", "company  1",
            "company 01", "company -0", "company +1", "company 2147483648", "company 99999999999", "connection 0",
            "company 1.0", "company \u0661"})
    void nothingElseIsATenant(String text) {
        assertThat(Tenant.parse(text)).isEmpty();
    }

    @Test
    void companiesComeBeforeCustomersAndLowNumbersBeforeHighOnes() {
        assertThat(Stream.of(new Tenant(Scope.CUSTOMER, 1), Tenant.company(10), Tenant.company(9)).sorted())
                .containsExactly(Tenant.company(9), Tenant.company(10), new Tenant(Scope.CUSTOMER, 1));
    }

    @Test
    void whatIsWrittenOfAScopeIsReadAsThatScope() {
        assertThat(Scope.values()).allSatisfy(each -> assertThat(Scope.of(each.text())).isEqualTo(each));
    }
}
