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
        @Doc(value = "the value of the header `X-Api-Key`, of at least 24 characters; without it `/api` answers 404", example = "a long random text") Optional<Secret> operatorKey,
        @Doc(value = "the signature keys of the webhook subscriptions, separated by commas; each of them is good; without them there is no such address", example = "key1,key2") Optional<Secret> webhookKeys,
        DatabaseSettings database, Target target, Api api,
        @Doc(value = "its discovery document names the endpoints of Visma Connect", example = "https://connect.visma.com") @Default("https://connect.visma.com") String issuer,
        @Doc(value = "hosts of issuer and API, besides loopback, that may be called without TLS, such as a sandbox in a private network", example = "sandbox.internal") List<String> plainHttpHosts,
        BudgetSettings budget, Http http, Management management,
        @Doc(value = "of cron expressions", example = "Europe/Stockholm") @Default("UTC") ZoneId timeZone,
        @Doc(value = "of Business NXT's time stamps; its clock repeats an hour in autumn", example = "Europe/Oslo") @Default("Europe/Oslo") ZoneId serverTimeZone,
        @Doc(value = "where browsers find this daemon, for the sign-in of users: `/connections/NAME/callback` is appended; https, without a path", example = "https://nxt.example.com") Optional<String> publicUrl,
        @Doc(value = "encrypts what users' sign-ins leave in the database: 32 bytes in base64; several, separated by commas, the newest first", example = "vG2xVcjVHY1pPvxFWkMIW0dIyJqGXTqvWRSpIDhqLSE=") Optional<Secret> encryptionKey,
        @Doc(value = "extra parameters of the authorization request, at which a user signs in", example = "ui_locales=nb-NO") Optional<String> authorizationParameters,
        @Doc(value = "how a browser comes back from the sign-in: `form_post` keeps the code out of addresses, and needs a cookie that other sites' forms send too", example = "form_post") @Default("query") ResponseMode responseMode,
        Notice notice,
        @Doc(value = "how the log is written; `json` has a line of JSON for each message", example = "json") @Default("text") Log log) {

    /** The issuer whose discovery document names the endpoints of a connection, without a slash at its end. */
    public String issuer(Connection connection) {
        return withoutSlash(connection.issuer().orElse(issuer));
    }

    /** The GraphQL address that a connection's calls go to. */
    public String graphqlUrl(Connection connection) {
        return withoutSlash(connection.apiUrl().orElse(api.url())) + connection.kind().path;
    }

    /** Those of a connection. */
    public List<Pull> pulls(String connection) {
        return pulls.values().stream().filter(each -> each.connection().equals(connection)).toList();
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
                plainHttpHosts, other, http, management, timeZone, serverTimeZone, publicUrl, encryptionKey,
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
            @Doc(value = "what the connection acts as: the application, or a user who signs in once", example = "user") @Default("service") ConnectionKind kind,
            @Doc(value = "of the application in the Developer Portal; a service's has at most 24 characters", example = "isv_example") String clientId,
            @Doc(value = "of the application in the Developer Portal", example = "as the portal showed it") Secret clientSecret,
            @Doc(value = "add `-readonly` at its end for read-only access; a user's needs `openid` and `offline_access` too", example = "business-graphql-service-api:access-group-based-readonly", unset = "`business-graphql-service-api:access-group-based`; of a user `openid email offline_access business-graphql-api:access-group-based`") Optional<String> scope,
            @Doc(value = "Visma.net customer numbers", example = "1111222", unset = "all") List<Integer> customer,
            @Doc(value = "an extra parameter of the token request", example = "6e0f…") Optional<String> tenantId,
            @Doc(value = "extra parameters of the token request", example = "a=b&c=d") Optional<String> tokenParameters,
            @Doc(value = "how the client proves itself at the token endpoint", example = "body") @Default("basic") TokenAuth tokenAuth,
            @Doc(value = "the connection's own `NXT_ISSUER`", example = "https://connect.visma.com", unset = "NXT_ISSUER") Optional<String> issuer,
            @Doc(value = "the connection's own `NXT_API_URL`", example = "https://business.visma.net", unset = "NXT_API_URL") Optional<String> apiUrl,
            @Doc(value = "of a user's refresh tokens, from the sign-in, as the Developer Portal has it; the end is then warned of", example = "365d") Optional<Duration> refreshLifetime,
            @Doc(value = "after which an unused refresh token ends, as the Developer Portal has it", example = "30d") Optional<Duration> refreshIdle,
            @Doc(value = "the grace period of one-time refresh tokens, as the Developer Portal has it", example = "60s") @Default("0s") @Range(min = 0, max = 60) Duration refreshGrace) {

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
    public record Pull(@EntryName String name, @Doc(value = "GraphQL name of a table", example = "order") String table,
            @Doc(value = "the columns of the primary key", example = "orderNo,lineNo", unset = "of common tables") List<String> key,
            @Doc(value = "which connection reads it", example = "main") @Default("main") String connection,
            @Doc(value = "Visma.net company numbers", example = "1234567,1234568", unset = "all") List<Integer> companies,
            @Doc(value = "the key and `changedTimestamp` are always read", example = "orderNo,orderDate,customerNo", unset = "all") List<String> columns,
            @Doc(value = "columns that are not read", example = "internalNote") List<String> except,
            @Doc(value = "JSON, as the API's `filter` argument; rows that stop matching leave the target as deletes do", example = "{\"orderNo\": {\"_gt\": 0}}") Optional<String> filter,
            @Doc(value = "when to read: at each multiple of this interval", example = "1m", unset = "5m") Optional<Duration> every,
            @Doc(value = "when to read instead; Quartz syntax, with seconds", example = "0 30 2 * * ?") Optional<String> cron,
            @Doc(value = "how far behind the highest change stamp each increment begins; at least twice `NXT_API_TIME_LIMIT`", example = "15m") @Default("10m") Duration overlap,
            @Doc(value = "how often every key is compared", example = "12h") @Default("24h") Duration reconcile,
            @Doc(value = "what becomes of rows that are gone: `mark` sets `nxt_deleted_at`, `remove` removes", example = "remove") @Default("mark") Deletes deletes,
            @Doc(value = "of the rows; a reconciliation that would delete more (and more than 20) is held", example = "0.5") @Default("0.2") @Range(min = 0, max = 1) double maxDeleteShare,
            @Doc(value = "rows of a request at first; it halves on a time-out, and doubles after ten good pages", example = "500") @Default("1000") @Range(min = 1, max = 100_000) int pageSize,
            @Doc(value = "up to which `PAGE_SIZE` doubles", example = "10000") @Default("5000") @Range(min = 1, max = 100_000) int pageSizeMax,
            @Doc(value = "a table name in the target schema; a second pull of one table needs another", example = "orders_of_oslo", unset = "the table's name") Optional<String> target) {

        /** The environment variable of a setting of a pull, such as {@code KEY}. */
        public static String variable(String pull, String setting) {
            return "NXT_PULLS_" + pull.toUpperCase(Locale.ROOT) + "_" + setting;
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
    public record Push(@EntryName String name, @Doc(value = "GraphQL name of a table", example = "order") String table,
            @Doc(value = "which connection sends; its scope must not end with `-readonly`", example = "main") @Default("main") String connection,
            @Doc(value = "the only company that is sent to, so that a test system cannot reach a real one", example = "1234567", unset = "each row names its own") Optional<Integer> company,
            @Doc(value = "`upsert` updates what is there, else creates", example = "upsert") @Default("create") Operation operation,
            @Doc(value = "of a create, the one column that carries the row's key; else the columns by which the record is found, which are members of the payload", example = "yourReference", unset = "required") List<String> keyColumn,
            @Doc(value = "a processing that follows, with its arguments as JSON", example = "finish {\"finishType\": 0}") Optional<String> then,
            @Doc(value = "JSON, as a filter: matches the record once that processing has run; without it, one whose answer is lost goes to a person", example = "{\"orderStatus\": {\"_eq\": 3}}") Optional<String> doneWhen,
            @Doc(value = "further columns for `result`; those of children as `orderLines.amountDomestic`", example = "orderNo,changedTimestamp", unset = "keys") List<String> returning,
            @Doc(value = "`dry-run` checks every row, and sends nothing; set to `live`, it sends what has waited", example = "dry-run") @Default("live") Mode mode,
            @Doc(value = "how long finished rows and their keys are kept", example = "30d") @Default("90d") Duration keep) {}

    /**
     * What holds for all pushes.
     *
     * @param repeatAfter how long what may have been sent is looked for before it is sent again
     */
    public record Pushing(
            @Doc(value = "how long what may have been sent is looked for before it is sent again", example = "45m") @Default("31m") Duration repeatAfter) {}

    /** Where the mirrored tables and our own state are kept. */
    public record DatabaseSettings(
            @Doc(value = "`jdbc:postgresql://host:port/database`, without a password", example = "jdbc:postgresql://db.example.com:5432/erp") String url,
            @Doc(value = "the role that the daemon logs in as", example = "nxt_sync") Optional<String> user,
            @Doc(value = "of that role", example = "…") Optional<Secret> password) {}

    public record Target(@Doc(value = "where mirrored tables are", example = "erp") @Default("nxt") String schema) {}

    /**
     * Where the API is.
     *
     * @param timeLimit how long the server itself works on one request before it gives up
     * @param slotHold how long a request whose answer was lost counts as in progress at the server
     * @param traceParent whether requests tell which trace they belong to
     */
    public record Api(
            @Doc(value = "`/api/graphql-service` is appended, for users `/api/graphql`", example = "https://business.visma.net") @Default("https://business.visma.net") String url,
            @Doc(value = "how long the server works on one request; ours wait half as long again", example = "59s") @Default("59s") Duration timeLimit,
            @Doc(value = "how long a request whose answer was lost keeps its slot at the server", example = "30m") @Default("30m") Duration slotHold,
            @Doc(value = "whether requests tell the API, by the header `traceparent`, which trace they belong to, where traces are on", example = "on") @Default("off") TraceParent traceParent) {}

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
            @Doc(value = "in any 60 seconds, per connection: four fifths for whoever comes, a fifth kept for all but loads and reconciliations; the API allows 600 per token", example = "300") @Default("540") @Range(min = 1, max = 600) int requestsPerMinute,
            @Doc(value = "requests of one company at a time", example = "2") @Default("4") @Range(min = 1, max = 60) int inProgress,
            @Doc(value = "requests of one company, live and lost; the API has 60 for all its users", example = "30") @Default("40") @Range(min = 1, max = 60) int slots,
            @Doc(value = "the number of replicas: each takes its share of the requests a minute", example = "3") @Default("1") @Range(min = 1, max = 540) int share) {}

    /**
     * Where a person is told of what is wrong.
     *
     * @param key as the Standard Webhooks scheme writes it: {@code whsec_} and 24 to 64 bytes in base64
     */
    public record Notice(
            @Doc(value = "where notices of what has changed are posted to; may hold a secret, so that it is never shown", example = "https://hooks.example.com/nxt") Optional<Secret> url,
            @Doc(value = "signs notices by the Standard Webhooks scheme: `whsec_` and 24 to 64 bytes in base64", example = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD") Optional<Secret> key) {}

    /** How the log is written. */
    public enum Log {
        TEXT, JSON
    }

    public record Http(
            @Doc(value = "of the port that webhooks and `/api` come to", example = "8080") @Default("8080") @Range(min = 0, max = 65_535) int port) {}

    public record Management(
            @Doc(value = "of the port of health and metrics", example = "9000") @Default("9000") @Range(min = 0, max = 65_535) int port) {}
}
