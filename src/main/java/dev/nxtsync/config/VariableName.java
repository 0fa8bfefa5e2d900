package dev.nxtsync.config;

import java.util.List;
import java.util.Locale;

/** The names of our environment variables, and what else names the same setting. */
final class VariableName {
    /** Settings that may be given without naming the connection, which is then {@code main}. */
    static final List<String> SHORT = List.of("CLIENT_ID", "CLIENT_SECRET", "CLIENT_SECRET_FILE", "SCOPE", "CUSTOMER",
            "TENANT_ID", "TOKEN_PARAMETERS", "TOKEN_AUTH");
    private static final String MAIN = "NXT_CONNECTIONS_MAIN_";
    private static final String PREFIX = Environment.PREFIX;

    private VariableName() {}

    /** The name by which the operator most likely set, or would set, this variable. */
    static String shown(String variable) {
        return variable.startsWith(MAIN) && SHORT.contains(variable.substring(MAIN.length()))
                ? PREFIX + variable.substring(MAIN.length())
                : variable;
    }

    /** The whole name of the variable of a key such as {@code nxt.client-id}. */
    static String variable(String key) {
        return whole(key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_'));
    }

    /** Of a variable that may leave out the connection, which is then {@code main}, the name that says it. */
    static String whole(String variable) {
        return variable.startsWith(PREFIX) && SHORT.contains(variable.substring(PREFIX.length()))
                ? MAIN + variable.substring(PREFIX.length())
                : variable;
    }

    /** {@code clientId} is {@code CLIENT_ID}. */
    static String of(String component) {
        return component.replaceAll("(?=[A-Z])", "_").toUpperCase(Locale.ROOT);
    }
}
