package dev.nxtsync.http.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.quarkus.runtime.QuarkusBindException;

class UnusablePortTest {
    private final BindException taken = new BindException("Adresse wird bereits verwendet");

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "127.0.0.1", "localhost", "::1", "::"})
    void aPortThatIsTakenIsNamedWithItsSetting(String host) {
        assertThat(new UnusablePort("NXT_HTTP_PORT", host, 8080, taken))
                .hasMessage("NXT_HTTP_PORT: the port 8080 is in use by another process; set it to a free port");
        assertThat(new UnusablePort(new QuarkusBindException(host, 9000, taken)))
                .hasMessage("NXT_MANAGEMENT_PORT: the port 9000 is in use by another process; set it to a free port");
    }

    @ParameterizedTest
    @ValueSource(strings = {"192.0.2.1", "2001:db8::1", "no-such-host.invalid"})
    void anAddressOfAnotherMachineIsNamedRatherThanThePort(String host) {
        assertThat(new UnusablePort("NXT_HTTP_PORT", host, 8080, taken))
                .hasMessageStartingWith("QUARKUS_HTTP_HOST: \"" + host + "\" is not an address of this machine");
    }

    @Test
    void whetherAPortCanBeOpenedIsLookedAtWithoutKeepingIt() throws Exception {
        int port;
        try (var other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = other.getLocalPort();
            assertThatThrownBy(() -> UnusablePort.look(UnusablePort.PUBLIC, "127.0.0.1", port))
                    .isInstanceOf(UnusablePort.class).hasMessageContaining("NXT_HTTP_PORT: the port " + port);
        }
        for (int i = 0; i < 2; i++) {
            UnusablePort.look(UnusablePort.PUBLIC, "127.0.0.1", port);
        }
        assertThatThrownBy(() -> UnusablePort.look(UnusablePort.PUBLIC, "no-such-host.invalid", port))
                .isInstanceOf(UnusablePort.class).hasMessageContaining("QUARKUS_HTTP_HOST");
    }

    @Test
    void aPortOfThePrivilegedAndWhateverElseHappensAreTold() {
        assertThat(new UnusablePort("NXT_HTTP_PORT", "0.0.0.0", 80, taken)).hasMessageContaining("the port 80")
                .hasMessageContaining("this user may not open a port below 1024");
        assertThat(new UnusablePort("NXT_HTTP_PORT", "0.0.0.0", 8080, new SocketException("Too many open files")))
                .hasMessage("NXT_HTTP_PORT: the port 8080 cannot be opened at 0.0.0.0 (Too many open files)");
    }
}
