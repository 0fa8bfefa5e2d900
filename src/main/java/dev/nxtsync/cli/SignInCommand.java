package dev.nxtsync.cli;

import java.sql.SQLException;
import java.util.Map;
import java.util.TreeMap;

import jakarta.inject.Singleton;

import dev.nxtsync.config.Settings;
import dev.nxtsync.error.Words;
import dev.nxtsync.signin.SignIn;
import dev.nxtsync.signin.SignOut;
import dev.nxtsync.token.ConnectUnreachable;

/** The commands {@code sign-in}, which prints a link for a person, and {@code sign-out}, which revokes what came of one. */
@Singleton
record SignInCommand(Settings settings, SignIn signIn, SignOut signOut) implements Command {
    int signIn(String name) throws SQLException, ConnectUnreachable, UnusableArgument {
        var link = signIn.offer(connection(name));
        System.out.println(
                "Let the person open this link, once, until " + Words.time(link.expiresAt()) + ":\n" + link.url());
        return 0;
    }

    int signOut(String name) throws SQLException, ConnectUnreachable, UnusableArgument {
        var ended = signOut.signOut(connection(name));
        System.out.println("ok         " + name + " is signed out"
                + (ended.revoked() ? ", and its refresh token is revoked" : "; there was no refresh token to revoke"));
        ended.endOfSession()
                .ifPresent(url -> System.out.println("note       to end the session of the browser too, open " + url));
        return 0;
    }

    private Settings.Connection connection(String name) throws UnusableArgument {
        Map<String, Settings.Connection> users = new TreeMap<>(settings.connections());
        users.keySet().removeIf(each -> signIn.user(each).isEmpty());
        if (users.isEmpty()) {
            throw new UnusableArgument("No connection is one of a user. Set KIND of yours to user, for example "
                    + settings.connections().values().iterator().next().variable("KIND") + ".");
        }
        if (settings.connections().containsKey(name) && !users.containsKey(name)) {
            throw new UnusableArgument("The connection \"" + name + "\" acts as a service, so nobody signs in for it.");
        }
        return Command.named("connection of a user", users, name);
    }
}
