package dev.nxtsync.signin;

import java.sql.SQLException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import jakarta.inject.Provider;
import jakarta.inject.Singleton;

import dev.nxtsync.config.Pulls;
import dev.nxtsync.config.Pushes;
import dev.nxtsync.config.Settings;
import dev.nxtsync.error.Words;
import dev.nxtsync.graphql.FailedAnswer;
import dev.nxtsync.graphql.schema.Tenants;
import dev.nxtsync.process.Threads;
import dev.nxtsync.token.Person;

/** What a person who has just signed in is told: who is connected to what, until when, and what happens next. */
@Singleton
class SignInSummary {
    /** One request each; a person reads no more. */
    private static final int CUSTOMERS = 5;
    private static final int COMPANIES = 20;
    /** A person waits for the page, and on one of the few threads that all sign-ins share. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Pulls pulls;
    private final Pushes pushes;
    private final UserGrants grants;
    private final Provider<Tenants> tenants;
    private final ExecutorService askers;

    SignInSummary(Pulls pulls, Pushes pushes, UserGrants grants, Provider<Tenants> tenants, Threads threads) {
        this.pulls = pulls;
        this.pushes = pushes;
        this.grants = grants;
        this.tenants = tenants;
        this.askers = threads.boundedPool("sign-in-companies", 2, 2);
    }

    SignInResult ask(Settings.Connection connection, Person person, String scope) throws SQLException {
        var facts = new LinkedHashMap<String, String>();
        var notes = new ArrayList<String>();
        facts.put("Connection", connection.name());
        facts.put("Person", person.shown());
        facts.put("Subject", person.subject());
        facts.put("Tenant",
                person.tenant().orElse("as chosen at the sign-in; Visma Connect names it only with the scope tenants"));
        facts.put("Companies", companies(connection, notes));
        facts.put("Scopes", scope);
        missing(connection, scope).ifPresent(lacking -> notes.add("These scopes were asked for, but not granted: "
                + lacking + ". Compare the integrations of the application in the Developer Portal."));
        var grant = grants.find(connection.name());
        facts.put("Good until",
                grant.flatMap(UserGrant::authorizedAt).flatMap(at -> connection.signInEnds(at, at, at))
                        .map(at -> at.truncatedTo(ChronoUnit.SECONDS).toString())
                        .orElse("not known; to be warned in time, set " + connection.variable("REFRESH_LIFETIME")
                                + " to the lifetime in the Developer Portal")
                        + connection.refreshIdle()
                                .map(idle -> "; sooner, if nxt-sync stands still for " + Words.time(idle)).orElse(""));
        grant.flatMap(UserGrant::kind).ifPresent(kind -> {
            facts.put("Refresh token", kind == UserGrant.RefreshTokenKind.RE_USE ? "re-used" : "one time");
            if (kind == UserGrant.RefreshTokenKind.ONE_TIME && connection.refreshGrace().isZero()) {
                notes.add("A one-time refresh token without a grace period is lost if one answer is lost. Choose "
                        + "Re-use in the Developer Portal, or a grace period of 60 s there and in "
                        + connection.variable("REFRESH_GRACE") + ", and sign in again.");
            }
        });
        notes.add("nxt-sync now works in your name, without you: " + work(connection)
                + ". Its health, metrics and notices tell when you have to sign in again.");
        notes.add("You can close this window.");
        return new SignInResult(true, "You are signed in", facts, notes);
    }

    private String work(Settings.Connection connection) {
        var work = new ArrayList<String>();
        pulls.all().values().stream().filter(each -> each.connection().equals(connection.name()))
                .forEach(each -> work.add("pull " + each.name()));
        pushes.all().values().stream().filter(each -> each.connection().equals(connection.name()))
                .forEach(each -> work.add("push " + each.name()));
        return work.isEmpty() ? "as soon as a pull or a push is configured for it" : String.join(", ", work);
    }

    private static Optional<String> missing(Settings.Connection connection, String granted) {
        var lacking = new ArrayList<>(List.of(connection.askedScope().strip().split("\\s+", -1)));
        lacking.removeAll(Arrays.asList(granted.strip().split("\\s+", -1)));
        return lacking.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", lacking));
    }

    private String companies(Settings.Connection connection, List<String> notes) {
        try {
            var asked = askers.submit(() -> names(connection));
            try {
                return shown(asked.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS), notes);
            } finally {
                asked.cancel(true);
            }
        } catch (TimeoutException | RejectedExecutionException e) {
            notes.add("Business NXT has not said yet which companies you see. The sign-in itself is done.");
            return "not known yet";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "not known yet";
        } catch (ExecutionException e) {
            if (e.getCause() instanceof FailedAnswer answer) {
                notes.add("Business NXT did not name your companies: " + answer.failure().message());
                return "not known";
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    private List<String> names(Settings.Connection connection) {
        var names = new ArrayList<String>();
        for (var customer : tenants.get().customers(connection.name()).stream().limit(CUSTOMERS).toList()) {
            tenants.get().companies(connection.name(), customer.number())
                    .forEach(company -> names.add(company.name() + " (" + company.number() + ")"));
        }
        return names;
    }

    private static String shown(List<String> names, List<String> notes) {
        if (names.isEmpty()) {
            notes.add("You see no company. Ask for access in Business NXT, or choose another tenant.");
            return "none";
        }
        return String.join(", ", names.subList(0, Math.min(names.size(), COMPANIES)))
                + (names.size() > COMPANIES ? " and " + (names.size() - COMPANIES) + " more" : "");
    }
}
