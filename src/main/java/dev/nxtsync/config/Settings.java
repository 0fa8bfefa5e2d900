package dev.nxtsync.config;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Every setting. A component's place and name make its variable: {@code api.timeLimit} is {@code NXT_API_TIME_LIMIT},
 * {@code pulls.get("orders").table} is {@code NXT_PULLS_ORDERS_TABLE}. In lists, empty stands for "all".
 */
public record Settings(Map<String, Connection> connections, Map<String, Pull> pulls, Map<String, Push> pushes,
        Pushing push,
        @Doc(value = "the value that callers of the HTTP API send in the header `X-Api-Key`; at least 24 characters. Without it `/api` answers 404", example = "a long random text") Optional<Secret> operatorKey,
        @Doc(value = "the signature keys of the webhook subscriptions, separated by commas. Each of them is accepted. Without them the address for webhooks answers 404", example = "key1,key2") Optional<Secret> webhookKeys,
        DatabaseSettings database, Target target, Api api,
        @Doc(value = "the address of Visma Connect; its discovery document names all endpoints", example = "https://connect.visma.com") @Default("https://connect.visma.com") String issuer,
        @Doc(value = "hosts of the issuer and the API that may be called without TLS, such as a sandbox in a private network. Loopback is always allowed", example = "sandbox.internal") List<String> plainHttpHosts,
        BudgetSettings budget, Http http, Management management,
        @Doc(value = "the time zone of `CRON`", example = "Europe/Stockholm") @Default("UTC") ZoneId timeZone,
        @Doc(value = "the time zone of Business NXT's time stamps; its clock repeats an hour in autumn", example = "Europe/Oslo") @Default("Europe/Oslo") ZoneId serverTimeZone,
        @Doc(value = "languages of `en`, `nb`, `sv`, `da` and `fi`. The values of enumerations have texts in each that Business NXT has. The first that it has gives comments on target tables and columns their readable names", example = "nb,en") @Default("en") List<String> languages,
        @Doc(value = "the address at which browsers find this daemon when a user signs in; https (or http on this machine), without a path. `/connections/NAME/callback` is appended", example = "https://nxt.example.com") Optional<String> publicUrl,
        @Doc(value = "the key that encrypts the tokens of users in the database: 32 bytes in base64. Several are separated by commas, the newest first", example = "vG2xVcjVHY1pPvxFWkMIW0dIyJqGXTqvWRSpIDhqLSE=") Optional<Secret> encryptionKey,
        @Doc(value = "extra parameters of the authorization request when a user signs in", example = "ui_locales=nb-NO") Optional<String> authorizationParameters,
        @Doc(value = "how a browser returns from the sign-in. `form_post` keeps the code out of addresses, but needs a cookie that is also sent with forms of other sites", example = "form_post") @Default("query") ResponseMode responseMode,
        Notice notice,
        @Doc(value = "the form of the log; with `json` each message is one line of JSON", example = "json") @Default("text") Log log) {

    /** The issuer whose discovery document names the endpoints of a connection, without a slash at its end. */
    public String issuer(Connection connection) {
        return withoutSlash(connection.issuer().orElse(issuer));
    }

    /** The GraphQL address that a connection's calls go to. */
    public String graphqlUrl(Connection connection) {
        return withoutSlash(connection.apiUrl().orElse(api.url())) + connection.kind().path;
    }

    /** Those of a connection. */
    public List<Push> pushes(String connection) {
        return pushes.values().stream().filter(each -> each.connection().equals(connection)).toList();
    }

    /** By push, the only company that it sends to. */
    public Map<String, Optional<Integer>> companiesOfPushes() {
        var companies = new TreeMap<String, Optional<Integer>>();
        pushes.forEach((name, push) -> companies.put(name, push.company()));
        return companies;
    }

    /** Which addresses of Visma Connect and Business NXT may be called without TLS. */
    public PlainHttp plainHttp() {
        return new PlainHttp(plainHttpHosts);
    }

    /** The same with as many requests a minute as the API allows: far more than a command sends. */
    public Settings withWholeBudget() {
        return with(new BudgetSettings(600, budget.inProgress(), budget.slots(), 1));
    }

    /** The same with another budget. */
    public Settings with(BudgetSettings other) {
        return new Settings(connections, pulls, pushes, push, operatorKey, webhookKeys, database, target, api, issuer,
                plainHttpHosts, other, http, management, timeZone, serverTimeZone, languages, publicUrl, encryptionKey,
                authorizationParameters, responseMode, notice, log);
    }

    /** What the authorization request has besides what the protocol wants. */
    public Map<String, String> extraParameters() {
        return pairs(authorizationParameters);
    }

    /** Of the form {@code a=b&c=d}. */
    private static Map<String, String> pairs(Optional<String> text) {
        var pairs = new TreeMap<String, String>();
        text.ifPresent(all -> {
            for (String pair : all.split("&", -1)) {
                int equals = pair.indexOf('=');
                pairs.put(pair.substring(0, equals), pair.substring(equals + 1));
            }
        });
        return pairs;
    }

    static String withoutSlash(String url) {
        return url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
    }

    /** How a client proves who it is at the token endpoint (RFC 6749, section 2.3.1). */
    public enum TokenAuth {
        BASIC, BODY
    }

    /** What a connection acts as: the application itself, or a person who has signed in. */
    public enum ConnectionKind {
        SERVICE("/api/graphql-service", "business-graphql-service-api:access-group-based"), USER("/api/graphql",
                "openid email offline_access business-graphql-api:access-group-based");

        private final String path;
        private final String scope;

        ConnectionKind(String path, String scope) {
            this.path = path;
            this.scope = scope;
        }
    }

    /** How an authorization response comes back (OAuth 2.0 Multiple Response Types, section 2.1; Form Post Response Mode). */
    public enum ResponseMode {
        QUERY, FORM_POST
    }

    /**
     * One set of credentials at Visma Connect.
     *
     * @param refreshLifetime from a person's sign-in to the end of its refresh tokens, whatever is done with them
     * @param refreshIdle from the last refresh to the end of a refresh token that nobody uses
     * @param refreshGrace how long after its use Visma Connect takes a one-time refresh token a second time
     */
    public record Connection(@EntryName String name,
            @Doc(value = "in whose name the connection works: the application, or a user who signs in once", example = "user") @Default("service") ConnectionKind kind,
            @Doc(value = "the client id of the application in the Developer Portal; that of a service has at most 24 characters", example = "isv_example") String clientId,
            @Doc(value = "the secret of the application in the Developer Portal", example = "as the portal showed it") Secret clientSecret,
            @Doc(value = "the scope that is asked for. Add `-readonly` at its end for read-only access. That of a user also needs `openid` and `offline_access`", example = "business-graphql-service-api:access-group-based-readonly", unset = "`business-graphql-service-api:access-group-based`; of a user `openid email offline_access business-graphql-api:access-group-based`") Optional<String> scope,
            @Doc(value = "only these Visma.net customer numbers", example = "1111222", unset = "all") List<Integer> customer,
            @Doc(value = "an extra parameter of the token request", example = "6e0f…") Optional<String> tenantId,
            @Doc(value = "extra parameters of the token request", example = "a=b&c=d") Optional<String> tokenParameters,
            @Doc(value = "where the client id and the secret are sent in a token request: in the header (`basic`) or in the body", example = "body") @Default("basic") TokenAuth tokenAuth,
            @Doc(value = "instead of `NXT_ISSUER`, for this connection", example = "https://connect.visma.com", unset = "NXT_ISSUER") Optional<String> issuer,
            @Doc(value = "instead of `NXT_API_URL`, for this connection", example = "https://business.visma.net", unset = "NXT_API_URL") Optional<String> apiUrl,
            @Doc(value = "how long a refresh token of a user is valid after the sign-in, as set in the Developer Portal. With it you are warned before the end", example = "365d") Optional<Duration> refreshLifetime,
            @Doc(value = "how long a refresh token stays valid without being used, as set in the Developer Portal", example = "30d") Optional<Duration> refreshIdle,
            @Doc(value = "the grace period of one-time refresh tokens, as set in the Developer Portal", example = "60s") @Default("0s") @Range(min = 0, max = 60) Duration refreshGrace) {

        /** What its token requests have besides what the protocol wants. */
        public Map<String, String> extraParameters() {
            var parameters = pairs(tokenParameters);
            tenantId.ifPresent(tenant -> parameters.putIfAbsent("tenant_id", tenant));
            return parameters;
        }

        /** The scope that is asked for. */
        public String askedScope() {
            return scope.orElse(kind.scope);
        }

        /**
         * When a person has to sign in again, as far as can be foreseen; empty if the operator has not said what limits it. That
         * a refresh token ends unused counts once half of that time has passed without a refresh, since each refresh puts it
         * off.
         */
        public Optional<Instant> signInEnds(Instant authorizedAt, Instant refreshedAt, Instant now) {
            var idle = refreshIdle.filter(each -> refreshedAt.plus(each.dividedBy(2)).isBefore(now));
            return Stream.of(refreshLifetime.map(authorizedAt::plus), idle.map(refreshedAt::plus))
                    .flatMap(Optional::stream).min(Instant::compareTo);
        }

        /** The variable of one of its settings, such as {@code SCOPE}, as an operator writes it. */
        public String variable(String setting) {
            return VariableName.shown("NXT_CONNECTIONS_" + name.toUpperCase(Locale.ROOT) + "_" + setting);
        }
    }

    /** What becomes of a row that was deleted in Business NXT, or no longer matches the filter. */
    public enum Deletes {
        MARK, REMOVE
    }

    /**
     * One mirrored table.
     *
     * @param overlap how far behind the highest change stamp an increment begins, so that what was committed late is read
     * @param reconcile how often every key is compared
     * @param maxDeleteShare of the stored rows; a reconciliation that would delete more is held
     * @param pageSize rows of a first request; it doubles while all goes well, up to {@code pageSizeMax}
     */
    public record Pull(@EntryName String name,
            @Doc(value = "the GraphQL name of the table. With a `*` in it, such as `order*`, each table with such a name that the connection can read, and whose key is proven, has a pull; `*` alone takes all", example = "order") String table,
            @Doc(value = "tables that a `TABLE` with a `*` leaves out; each may have a `*` too", example = "orderHistory,temp*") List<String> exceptTables,
            @Doc(value = "all columns of the primary key", example = "orderNo,lineNo", unset = "built in for common tables; else found, if Business NXT proves it") List<String> key,
            @Doc(value = "the connection that reads the table", example = "main") @Default("main") String connection,
            @Doc(value = "only these Visma.net company numbers", example = "1234567,1234568", unset = "all") List<Integer> companies,
            @Doc(value = "only these columns; the key and `changedTimestamp` are always read", example = "orderNo,orderDate,customerNo", unset = "all") List<String> columns,
            @Doc(value = "columns that are not read", example = "internalNote") List<String> except,
            @Doc(value = "only rows that match this JSON, written like the API's `filter` argument. Rows that no longer match are treated as deleted", example = "{\"orderNo\": {\"_gt\": 0}}") Optional<String> filter,
            @Doc(value = "how often to poll: at each multiple of this interval", example = "1m", unset = "5m") Optional<Duration> every,
            @Doc(value = "when to poll, instead of `EVERY`; Quartz syntax, with seconds", example = "0 30 2 * * ?") Optional<String> cron,
            @Doc(value = "how far before the highest change stamp each poll begins; at least twice `NXT_API_TIME_LIMIT`", example = "15m") @Default("10m") Duration overlap,
            @Doc(value = "how often all keys are compared (reconciliation)", example = "12h") @Default("24h") Duration reconcile,
            @Doc(value = "how often control totals are compared: what Business NXT adds up of groups of rows, with what the target adds up to. `off` compares none", example = "1h") @Default("6h") @Off Duration prove,
            @Doc(value = "what happens to deleted rows: `mark` sets `nxt_deleted_at`, `remove` removes the row", example = "remove") @Default("mark") Deletes deletes,
            @Doc(value = "the largest share of the rows that a reconciliation may delete. If it would delete more (and more than 20 rows), it deletes nothing and waits for a person", example = "0.5") @Default("0.2") @Range(min = 0, max = 1) double maxDeleteShare,
            @Doc(value = "the number of rows in the first requests. It is halved after a time-out, and doubled after ten good pages", example = "500") @Default("1000") @Range(min = 1, max = 100_000) int pageSize,
            @Doc(value = "the largest number of rows in a request", example = "10000") @Default("5000") @Range(min = 1, max = 100_000) int pageSizeMax,
            @Doc(value = "the name of the target table. A second pull of the same table needs another one. With a `TABLE` of many, a `*` stands for the table's name", example = "orders_of_oslo", unset = "the table's name") Optional<String> target) {

        private static final Duration FIRST_PROOF = Duration.ofMinutes(1);

        /** The environment variable of a setting of a pull, such as {@code KEY}. */
        public static String variable(String pull, String setting) {
            return "NXT_PULLS_" + pull.toUpperCase(Locale.ROOT) + "_" + setting;
        }

        /** How long after a first load its control totals are compared: once the loads of other tables have had their turn. */
        public Duration firstProof() {
            return prove.compareTo(FIRST_PROOF) < 0 ? prove : FIRST_PROOF;
        }

        /** Whether it stands for a pull of each table that its {@code TABLE} fits to. */
        public boolean isPattern() {
            return new TablePattern(table).isOfMany();
        }

        /** Whether the pattern means a table. */
        public boolean takes(String one) {
            return new TablePattern(table).matches(one)
                    && exceptTables.stream().noneMatch(except -> new TablePattern(except).matches(one));
        }

        /** The name of its table in the target schema. */
        public String targetName() {
            return target.orElseGet(() -> SnakeCase.of(table));
        }

        /** When the pull is due: its cron expression, else its interval, else every five minutes. */
        public Cadence cadence(ZoneId zone) {
            return cron.<Cadence>map(expression -> new Cadence.At(expression, zone))
                    .orElseGet(() -> new Cadence.Every(every.orElse(Duration.ofMinutes(5))));
        }
    }

    /** What a push does with its records. An upsert updates the record that is there, or creates it. */
    public enum Operation {
        CREATE, UPDATE, UPSERT, DELETE
    }

    /** Whether a push sends, or only checks. */
    public enum Mode {
        LIVE, DRY_RUN;

        @Override
        public String toString() {
            return name().replace('_', '-');
        }
    }

    /**
     * One table that outbox rows become records of.
     *
     * @param company the only one that it sends to; empty if each row names its own
     * @param keyColumn of a create, the column that carries the key; else the columns by which the record is found
     * @param then a processing that follows, by its name, with its arguments as JSON behind it
     * @param doneWhen a filter that matches the record once that processing has run
     * @param returning columns that are kept with the row when it is done; those of children as {@code orderLines.lineNo}
     * @param keep how long finished rows and their keys are kept
     */
    public record Push(@EntryName String name,
            @Doc(value = "the GraphQL name of the table", example = "order") String table,
            @Doc(value = "the connection that sends; its scope must not end with `-readonly`", example = "main") @Default("main") String connection,
            @Doc(value = "the only company that records are sent to. With it a test system cannot reach a real company", example = "1234567", unset = "each row names its own") Optional<Integer> company,
            @Doc(value = "what happens to the record. `upsert` updates it, or creates it if it is not there", example = "upsert") @Default("create") Operation operation,
            @Doc(value = "for `create`, the one column that carries the key of the row. Else the columns by which the record is found; the payload has their values", example = "yourReference", unset = "required") List<String> keyColumn,
            @Doc(value = "a processing that runs once the record is there, with its arguments as JSON", example = "finish {\"finishType\": 0}") Optional<String> then,
            @Doc(value = "a filter as JSON that matches the record once the processing has run. Without it a person decides when the answer of a processing is lost", example = "{\"orderStatus\": {\"_eq\": 3}}") Optional<String> doneWhen,
            @Doc(value = "further columns that `result` holds. Columns of children are written `orderLines.amountDomestic`", example = "orderNo,changedTimestamp", unset = "keys") List<String> returning,
            @Doc(value = "`dry-run` checks every row and sends nothing. When you set it to `live`, the rows that waited are sent", example = "dry-run") @Default("live") Mode mode,
            @Doc(value = "how long finished rows and their keys are kept", example = "30d") @Default("90d") Duration keep) {

        /** The environment variable of a setting of a push, such as {@code KEY_COLUMN}. */
        public static String variable(String push, String setting) {
            return "NXT_PUSHES_" + push.toUpperCase(Locale.ROOT) + "_" + setting;
        }
    }

    /**
     * What holds for all pushes.
     *
     * @param repeatAfter how long what may have been sent is looked for before it is sent again
     */
    public record Pushing(
            @Doc(value = "how long a row that may have been sent is looked up before it is sent again", example = "45m") @Default("31m") Duration repeatAfter) {}

    /** Where the mirrored tables and our own state are kept. */
    public record DatabaseSettings(
            @Doc(value = "the address of the database, as `jdbc:postgresql://host:port/database`, without a password", example = "jdbc:postgresql://db.example.com:5432/erp") String url,
            @Doc(value = "the role that the daemon logs in as", example = "nxt_sync") Optional<String> user,
            @Doc(value = "the password of that role", example = "…") Optional<Secret> password) {}

    public record Target(
            @Doc(value = "the schema of the target tables", example = "erp") @Default("nxt") String schema) {}

    /**
     * Where the API is.
     *
     * @param timeLimit how long the server itself works on one request before it gives up
     * @param slotHold how long a request whose answer was lost counts as in progress at the server
     * @param traceParent whether requests tell which trace they belong to
     */
    public record Api(
            @Doc(value = "the address of Business NXT. `/api/graphql-service` is appended, or `/api/graphql` for users", example = "https://business.visma.net") @Default("https://business.visma.net") String url,
            @Doc(value = "how long the server works on one request. The daemon waits one and a half times as long", example = "59s") @Default("59s") Duration timeLimit,
            @Doc(value = "how long a request whose answer was lost keeps its place at the server", example = "30m") @Default("30m") Duration slotHold,
            @Doc(value = "whether requests to the API have the header `traceparent`, which names their trace, if traces are on", example = "on") @Default("off") TraceParent traceParent) {}

    /** Whether the API is told which trace a request belongs to. */
    public enum TraceParent {
        OFF, ON
    }

    /**
     * What may be asked of the API.
     *
     * @param inProgress requests of one company at a time, in this process
     * @param slots of a company at the server, live and lost requests together
     * @param share how many processes like this one divide the requests of a minute
     */
    public record BudgetSettings(
            @Doc(value = "the number of requests that a connection may send in any 60 seconds. Loads and reconciliations may use four fifths of it. The API allows 600 for each token", example = "300") @Default("540") @Range(min = 1, max = 600) int requestsPerMinute,
            @Doc(value = "the number of requests of one company at a time", example = "2") @Default("4") @Range(min = 1, max = 60) int inProgress,
            @Doc(value = "the number of requests of one company, counting those under way and those whose answers were lost. The API has 60 places for all its users", example = "30") @Default("40") @Range(min = 1, max = 60) int slots,
            @Doc(value = "the number of replicas; each uses its share of the requests a minute", example = "3") @Default("1") @Range(min = 1, max = 540) int share) {

        /** How many requests a minute this process may send. */
        public int perMinute() {
            return Math.max(1, requestsPerMinute / share);
        }
    }

    /**
     * Where a person is told of what is wrong.
     *
     * @param key as the Standard Webhooks scheme writes it: {@code whsec_} and 24 to 64 bytes in base64
     * @param headers as {@link NoticeHeaders} reads them
     */
    public record Notice(
            @Doc(value = "the address that notices are posted to. It is never shown, because it may hold a secret", example = "https://hooks.example.com/nxt") Optional<Secret> url,
            @Doc(value = "the key that signs notices by the Standard Webhooks scheme: `whsec_` and 24 to 64 bytes in base64", example = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD", unset = "required for `standard`") Optional<Secret> key,
            @Doc(value = "the form of notices: that of the Standard Webhooks scheme, of an incoming webhook of Slack, or of a workflow of Microsoft Teams", example = "teams") @Default("standard") NoticeFormat format,
            @Doc(value = "further headers of notices, as `Name: value`, with semicolons between them. They are never shown", example = "Authorization: Bearer abc; X-Team: erp") Optional<Secret> headers) {

        /** Whether there is what a notice needs. */
        public boolean isComplete() {
            return url.isPresent() && (key.isPresent() || format != NoticeFormat.STANDARD);
        }
    }

    /** What a notice looks like. */
    public enum NoticeFormat {
        STANDARD, SLACK, TEAMS
    }

    /** How the log is written. */
    public enum Log {
        TEXT, JSON
    }

    public record Http(
            @Doc(value = "the port of webhooks, sign-ins and `/api`", example = "8080") @Default("8080") @Range(min = 0, max = 65_535) int port) {}

    public record Management(
            @Doc(value = "the port of health and metrics", example = "9000") @Default("9000") @Range(min = 0, max = 65_535) int port) {}
}
