package dev.nxtsync.cli;

import java.sql.SQLException;
import java.util.Map;
import java.util.TreeMap;

import jakarta.inject.Singleton;

import io.quarkus.runtime.QuarkusApplication;

import dev.nxtsync.config.Settings;
import dev.nxtsync.signin.SignIn;
import dev.nxtsync.signin.SignOut;
import dev.nxtsync.token.ConnectUnreachable;

/** The commands {@code sign-in}, which prints a link for a person, and {@code sign-out}, which revokes what came of one. */
@Singleton
class SignInCommand implements QuarkusApplication {
    private final Settings settings;
    private final SignIn signIn;
    private final SignOut signOut;

    SignInCommand(Settings settings, SignIn signIn, SignOut signOut) {
        this.settings = settings;
        this.signIn = signIn;
        this.signOut = signOut;
    }

    @Override
    public int run(String... arguments) {
        Map<String, Settings.Connection> users = new TreeMap<>(settings.connections());
        users.keySet().removeIf(name -> signIn.user(name).isEmpty());
        if (users.isEmpty()) {
            System.err.println("No connection is a user's; set NXT_CONNECTIONS_<NAME>_KIND to user.");
            return ExitCode.USAGE;
        }
        var connection = Command.named("connection", users, arguments);
        if (connection.isEmpty() || arguments.length > 2) {
            return ExitCode.USAGE;
        }
        try {
            if (arguments[0].equals("sign-in")) {
                var link = signIn.offer(connection.get());
                System.out
                        .println("Let the person open this link, once, until " + link.expiresAt() + ":\n" + link.url());
            } else {
                signOut(connection.get());
            }
            return 0;
        } catch (SQLException e) {
            return Command.problem(e);
        } catch (ConnectUnreachable e) {
            System.out.println("PROBLEM    " + e.reason().coded() + " Nothing was done.");
            return ExitCode.FOUND_PROBLEMS;
        }
    }

    private void signOut(Settings.Connection connection) throws SQLException, ConnectUnreachable {
        var ended = signOut.signOut(connection);
        System.out.println("ok         " + connection.name() + " is signed out"
                + (ended.revoked() ? ", and its refresh token is revoked" : "; there was no refresh token to revoke"));
        ended.endOfSession()
                .ifPresent(url -> System.out.println("note       to end the session of the browser too, open " + url));
    }
}
