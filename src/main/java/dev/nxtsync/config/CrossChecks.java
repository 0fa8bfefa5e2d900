package dev.nxtsync.config;

import java.io.UncheckedIOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What is wrong with settings that are each well formed: lengths, names, addresses, and settings that contradict. */
final class CrossChecks {
    private static final Pattern SCHEMA = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,62}");
    /** Stored as a user name in Business NXT, which has room for so many characters. */
    private static final int CLIENT_ID_LENGTH = 24;
    /** What the authorization request has by itself (OpenID Connect Core, section 3.1.2.1; RFC 7636, section 4.3). */
    private static final Set<String> AUTHORIZATION = Set.of("client_id", "redirect_uri", "response_type",
            "response_mode", "scope", "state", "nonce", "code_challenge", "code_challenge_method", "request",
            "request_uri");
    private static final int KEY_BYTES = 32;
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+]");
    /** Hosts that are reached without leaving the machine or its network, where a browser may go without TLS. */
    private static final Pattern LOCAL = Pattern.compile("(.+\\.)?localhost|127\\.0\\.0\\.1|\\[::1]|.+\\.local");

    private static final List<String> LANGUAGES = List.of("en", "nb", "sv", "da", "fi");

    private final List<SettingError> problems = new ArrayList<>();

    private CrossChecks() {}

    static List<SettingError> errors(Settings settings) {
        var checks = new CrossChecks();
        checks.address("NXT_ISSUER", settings.issuer(), settings.plainHttp());
        checks.address("NXT_API_URL", settings.api().url(), settings.plainHttp());
        settings.plainHttpHosts().stream().filter(host -> !HOST.matcher(host).matches())
                .forEach(host -> checks.add("NXT_PLAIN_HTTP_HOSTS", "\"" + host
                        + "\" is not a host; write names without http:// and without a port, such as sandbox.internal"));
        settings.languages().stream().filter(language -> !LANGUAGES.contains(language)).forEach(language -> checks
                .add("NXT_LANGUAGES", "\"" + language + "\" is not one of: " + String.join(", ", LANGUAGES)));
        DatabaseUrl.flaw(settings.database().url()).ifPresent(flaw -> checks.add("NXT_DATABASE_URL", flaw));
        if (!SCHEMA.matcher(settings.target().schema()).matches() || settings.target().schema().equals("nxt_sync")) {
            checks.add("NXT_TARGET_SCHEMA", "\"" + settings.target().schema()
                    + "\" cannot be used; write a schema name of letters, digits and underscores other than nxt_sync");
        }
        if (settings.budget().inProgress() > settings.budget().slots()) {
            checks.add("NXT_BUDGET_IN_PROGRESS",
                    "\"" + settings.budget().inProgress() + "\" is more than NXT_BUDGET_SLOTS ("
                            + settings.budget().slots() + "); each request in progress takes one of these slots");
        }
        checks.callerKey(CallerKey.OPERATOR, settings.operatorKey());
        checks.callerKey(CallerKey.WEBHOOKS, settings.webhookKeys());
        checks.notice(settings.notice());
        settings.connections().values().forEach(each -> checks.connection(each, settings.plainHttp()));
        checks.signIn(settings);
        checks.problems.addAll(PullChecks.errors(settings));
        settings.pushes().values().forEach(push -> checks.push(push, settings));
        if (settings.push().repeatAfter().compareTo(settings.api().timeLimit()) <= 0) {
            checks.add("NXT_PUSH_REPEAT_AFTER",
                    "\"" + settings.push().repeatAfter().toSeconds() + "s\" is not more than NXT_API_TIME_LIMIT ("
                            + settings.api().timeLimit().toSeconds()
                            + "s), the time that the server may still work on what was sent");
        }
        return checks.problems;
    }

    private void callerKey(CallerKey kind, Optional<Secret> key) {
        secret(kind.variable(), key, kind::flaw);
    }

    /** Each is looked at alone; that its file cannot be read has been said. */
    private void secret(String setting, Optional<Secret> secret, Function<String, Optional<String>> flaw) {
        try {
            secret.map(Secret::reveal).flatMap(flaw).ifPresent(what -> add(setting, what));
        } catch (UncheckedIOException e) {
            // said by whoever has read it
        }
    }

    /** A look that finds one flaw, where the value is not as it must be. */
    private static Function<String, Optional<String>> unless(Predicate<String> right, String flaw) {
        return value -> right.test(value) ? Optional.empty() : Optional.of(flaw);
    }

    private void notice(Settings.Notice notice) {
        if (notice.url().isPresent() && !notice.isComplete()) {
            add("NXT_NOTICE_KEY",
                    "is not set, and NXT_NOTICE_URL is; a notice in the standard form needs the key that signs it");
        }
        if (notice.url().isEmpty() && (notice.key().isPresent() || notice.headers().isPresent())) {
            add("NXT_NOTICE_URL",
                    "is not set, and " + (notice.key().isPresent() ? "NXT_NOTICE_KEY" : "NXT_NOTICE_HEADERS")
                            + " is; a notice needs an address");
        }
        // an address may hold a secret of its receiver, so that it is not shown
        secret("NXT_NOTICE_URL", notice.url(), unless(CrossChecks::isAddress, "is not an http or https address"));
        secret("NXT_NOTICE_KEY", notice.key(),
                unless(CrossChecks::isNoticeKey,
                        "is not a key of the Standard Webhooks scheme (whsec_ and 24 to 64 bytes in base64); make one "
                                + "with: echo whsec_$(openssl rand -base64 32)"));
        secret("NXT_NOTICE_HEADERS", notice.headers(), written -> {
            NoticeHeaders.read(written).flaws().forEach(flaw -> add("NXT_NOTICE_HEADERS", flaw));
            return Optional.empty();
        });
    }

    private static boolean isNoticeKey(String key) {
        int bytes = key.startsWith("whsec_") ? bytes(key.substring(6)) : 0;
        return bytes >= 24 && bytes <= 64;
    }

    /** How many bytes are written in base64; none if it is something else. */
    private static int bytes(String base64) {
        try {
            return Base64.getDecoder().decode(base64).length;
        } catch (IllegalArgumentException e) {
            return 0;
        }
    }

    private void connection(Settings.Connection connection, PlainHttp plainHttp) {
        if (connection.kind() == Settings.ConnectionKind.USER) {
            user(connection);
        } else {
            service(connection);
        }
        connection.tokenParameters().filter(parameters -> !arePairs(parameters))
                .ifPresent(parameters -> add(connection.variable("TOKEN_PARAMETERS"), "is not of the form a=b&c=d"));
        connection.issuer().ifPresent(url -> address(connection.variable("ISSUER"), url, plainHttp));
        connection.apiUrl().ifPresent(url -> address(connection.variable("API_URL"), url, plainHttp));
    }

    private void service(Settings.Connection connection) {
        if (connection.clientId().length() > CLIENT_ID_LENGTH) {
            add(connection.variable("CLIENT_ID"),
                    "\"" + connection.clientId() + "\" has " + connection.clientId().length()
                            + " characters; a service's client id has at most " + CLIENT_ID_LENGTH
                            + ", because Business NXT stores it as a user name");
        }
        if (connection.refreshLifetime().isPresent() || connection.refreshIdle().isPresent()
                || !connection.refreshGrace().isZero()) {
            add(connection.variable(connection.refreshLifetime().isPresent()
                    ? "REFRESH_LIFETIME"
                    : connection.refreshIdle().isPresent() ? "REFRESH_IDLE" : "REFRESH_GRACE"),
                    "is set, but the connection acts as a service, which has no refresh token; set "
                            + connection.variable("KIND") + " to user, or leave it out");
        }
    }

    private void user(Settings.Connection connection) {
        var scopes = Set.copyOf(Arrays.asList(connection.askedScope().split("\\s+", -1)));
        Map.of("openid", "which tells who has signed in", "offline_access", "which brings a refresh token")
                .forEach((needed, why) -> {
                    if (!scopes.contains(needed)) {
                        add(connection.variable("SCOPE"),
                                "\"" + connection.askedScope() + "\" has no " + needed + ", " + why);
                    }
                });
    }

    /** What the sign-in of users needs, which is asked of browsers and kept in the database. */
    private void signIn(Settings settings) {
        settings.connections().values().stream().filter(each -> each.kind() == Settings.ConnectionKind.USER).findFirst()
                .ifPresent(user -> {
                    if (settings.publicUrl().isEmpty()) {
                        add("NXT_PUBLIC_URL", "is not set, but the connection " + user.name()
                                + " acts as a user; set the address at which browsers find this daemon, such as "
                                + "https://nxt.example.com");
                    }
                    if (settings.encryptionKey().isEmpty()) {
                        add("NXT_ENCRYPTION_KEY", "is not set, but the connection " + user.name()
                                + " acts as a user, whose refresh token is stored in the database; make a key with: "
                                + "openssl rand -base64 32");
                    }
                });
        settings.publicUrl().filter(url -> !isPublic(url)).ifPresent(url -> add("NXT_PUBLIC_URL", "\"" + url
                + "\" is not an https address without a path (http only for 127.0.0.1, localhost and names that end with .local); write for "
                + "example https://nxt.example.com"));
        settings.authorizationParameters().ifPresent(parameters -> {
            if (!arePairs(parameters)) {
                add("NXT_AUTHORIZATION_PARAMETERS", "is not of the form a=b&c=d");
            }
            Stream.of(parameters.split("&", -1)).map(pair -> pair.split("=", 2)[0]).filter(AUTHORIZATION::contains)
                    .forEach(name -> add("NXT_AUTHORIZATION_PARAMETERS",
                            "has " + name + ", which the sign-in sets by itself; leave it out"));
        });
        secret("NXT_ENCRYPTION_KEY", settings.encryptionKey(),
                unless(CrossChecks::areKeys,
                        "is not a key of 32 bytes in base64, nor several of them separated by commas; make "
                                + "one with: openssl rand -base64 32"));
    }

    private static boolean isPublic(String text) {
        if (!isAddress(text)) {
            return false;
        }
        var uri = URI.create(text);
        String path = String.valueOf(uri.getPath());
        return (uri.getScheme().equals("https") || LOCAL.matcher(uri.getHost()).matches())
                && (path.isEmpty() || path.equals("/")) && uri.getQuery() == null && uri.getFragment() == null
                && uri.getUserInfo() == null;
    }

    private static boolean areKeys(String keys) {
        return Stream.of(keys.split(",", -1)).allMatch(key -> bytes(key.strip()) == KEY_BYTES);
    }

    private static boolean arePairs(String parameters) {
        return Stream.of(parameters.split("&", -1)).allMatch(pair -> pair.indexOf('=') > 0);
    }

    private void push(Settings.Push push, Settings settings) {
        String prefix = Settings.Push.variable(push.name(), "");
        var connection = settings.connections().get(push.connection());
        if (connection == null) {
            add(prefix + "CONNECTION", "\"" + push.connection() + "\" is not a connection; there is "
                    + String.join(", ", settings.connections().keySet()));
        } else if (Stream.of(connection.askedScope().split(" ")).anyMatch(scope -> scope.endsWith("-readonly"))) {
            add(prefix + "CONNECTION", "\"" + push.connection() + "\" has the scope \"" + connection.askedScope()
                    + "\", which allows no writing; use a scope without -readonly at its end");
        }
        if (!push.table().isEmpty()) {
            identifier(prefix + "TABLE", push.table());
        }
        push.keyColumn().forEach(column -> identifier(prefix + "KEY_COLUMN", column));
        push.returning().forEach(
                column -> Stream.of(column.split("\\.", 2)).forEach(name -> identifier(prefix + "RETURNING", name)));
        if (push.keyColumn().isEmpty()) {
            add(prefix + "KEY_COLUMN", push.operation() == Settings.Operation.CREATE
                    ? "is not set; name the column that carries the key, such as yourReference, so that a record can be found again"
                    : "is not set; name the columns by which the record is found, such as orderNo");
        } else if (push.operation() == Settings.Operation.CREATE && push.keyColumn().size() > 1) {
            add(prefix + "KEY_COLUMN", "\"" + String.join(",", push.keyColumn())
                    + "\" is more than one column; for create, name the one that carries the key");
        }
        push.then().ifPresent(then -> {
            String[] parts = then.strip().split("\\s+", 2);
            identifier(prefix + "THEN", parts[0]);
            if (parts.length == 2 && !SettingError.isObject(parts[1])) {
                add(prefix + "THEN", "\"" + then
                        + "\" is not a processing's name, optionally followed by its arguments as JSON; write for example finish {\"finishType\": 0}");
            }
            if (push.operation() == Settings.Operation.DELETE) {
                add(prefix + "THEN",
                        "\"" + then + "\" cannot follow a delete, because the record is gone then; leave it out");
            }
        });
        push.doneWhen().filter(filter -> !SettingError.isObject(filter)).ifPresent(filter -> add(prefix + "DONE_WHEN",
                "\"" + filter + "\" is not a JSON object; write for example {\"orderStatus\": {\"_eq\": 3}}"));
        if (push.doneWhen().isPresent() && push.then().isEmpty()) {
            add(prefix + "DONE_WHEN",
                    "is set, and " + prefix + "THEN is not; DONE_WHEN says when that processing has run");
        }
    }

    private void identifier(String setting, String text) {
        SettingError.ofName(setting, text).ifPresent(problems::add);
    }

    /** Of an address to which secrets or tokens go. */
    private void address(String setting, String text, PlainHttp plainHttp) {
        if (!isAddress(text)) {
            add(setting,
                    "\"" + text + "\" is not an http or https address; write for example https://business.visma.net");
        } else if (!plainHttp.allows(URI.create(text))) {
            String host = URI.create(text).getHost();
            add(setting, "\"" + text + "\" is not an https address, so secrets could be read on the way; write "
                    + "https, or name " + host + " in NXT_PLAIN_HTTP_HOSTS if it is a sandbox in a private network");
        }
    }

    static boolean isAddress(String text) {
        try {
            var uri = URI.create(text);
            return ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme())) && uri.getHost() != null;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private void add(String setting, String what) {
        problems.add(new SettingError(setting, what));
    }
}
