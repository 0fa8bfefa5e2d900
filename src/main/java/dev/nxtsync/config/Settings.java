package dev.nxtsync.config;

import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Every setting. A component's place and name make its variable: {@code api.timeLimit} is {@code NXT_API_TIME_LIMIT},
 * {@code pulls.get("orders").table} is {@code NXT_PULLS_ORDERS_TABLE}. In lists, empty stands for "all".
 */
public record Settings(
        Map<String, Connection> connections,
        Map<String, Pull> pulls,
        Map<String, Push> pushes,
        Pushing push,
        Optional<Secret> operatorKey,
        Optional<Secret> webhookKeys,
        Database database,
        Target target,
        Api api,
        @Default("https://connect.visma.com") String issuer,
        Budget budget,
        Http http,
        Management management,
        @Default("UTC") ZoneId timeZone,
        @Default("Europe/Oslo") ZoneId serverTimeZone,
        Notice notice,
        @Default("text") Log log) {

    /** The issuer whose discovery document names the endpoints of a connection, without a slash at its end. */
    public String issuer(Connection connection) {
        return withoutSlash(connection.issuer().orElse(issuer));
    }

    /** The GraphQL address that a connection's calls go to. */
    public String graphqlUrl(Connection connection) {
        return withoutSlash(connection.apiUrl().orElse(api.url())) + "/api/graphql-service";
    }

    /** The same with as many requests a minute as the API allows: far more than a command sends. */
    public Settings withWholeBudget() {
        return new Settings(connections, pulls, pushes, push, operatorKey, webhookKeys, database, target, api, issuer,
                new Budget(600, budget.inProgress(), budget.slots(), 1), http, management,
                timeZone, serverTimeZone, notice, log);
    }

    private static String withoutSlash(String url) {
        return url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
    }

    /** How a client proves who it is at the token endpoint (RFC 6749, section 2.3.1). */
    public enum TokenAuth {
        BASIC, BODY
    }

    /** What a connection acts as. */
    public enum Kind {
        SERVICE
    }

    /** One set of credentials at Visma Connect. */
    public record Connection(
            @Name String name,
            @Default("service") Kind kind,
            String clientId,
            Secret clientSecret,
            @Default("business-graphql-service-api:access-group-based") String scope,
            List<Integer> customer,
            Optional<String> tenantId,
            Optional<String> tokenParameters,
            @Default("basic") TokenAuth tokenAuth,
            Optional<String> issuer,
            Optional<String> apiUrl) {}

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
    public record Pull(
            @Name String name,
            String table,
            List<String> key,
            @Default("main") String connection,
            List<Integer> companies,
            List<String> columns,
            List<String> except,
            Optional<String> filter,
            Optional<Duration> every,
            Optional<String> cron,
            @Default("10m") Duration overlap,
            @Default("24h") Duration reconcile,
            @Default("mark") Deletes deletes,
            @Default("0.2") @Range(min = 0, max = 1) double maxDeleteShare,
            @Default("1000") @Range(min = 1, max = 100_000) int pageSize,
            @Default("5000") @Range(min = 1, max = 100_000) int pageSizeMax,
            Optional<String> target) {

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
        LIVE, DRY_RUN
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
    public record Push(
            @Name String name,
            String table,
            @Default("main") String connection,
            Optional<Integer> company,
            @Default("create") Operation operation,
            List<String> keyColumn,
            Optional<String> then,
            Optional<String> doneWhen,
            List<String> returning,
            @Default("live") Mode mode,
            @Default("90d") Duration keep) {}

    /**
     * What holds for all pushes.
     *
     * @param repeatAfter how long what may have been sent is looked for before it is sent again
     */
    public record Pushing(@Default("31m") Duration repeatAfter) {}

    /** Where the mirrored tables and our own state are kept. */
    public record Database(String url, Optional<String> user, Optional<Secret> password) {}

    public record Target(@Default("nxt") String schema) {}

    /**
     * Where the API is.
     *
     * @param timeLimit how long the server itself works on one request before it gives up
     * @param slotHold how long a request whose answer was lost counts as in progress at the server
     */
    public record Api(@Default("https://business.visma.net") String url, @Default("59s") Duration timeLimit,
            @Default("30m") Duration slotHold) {}

    /**
     * What may be asked of the API.
     *
     * @param inProgress requests of one company at a time, in this process
     * @param slots of a company at the server, live and lost requests together
     * @param share how many processes like this one divide the requests of a minute
     */
    public record Budget(
            @Default("540") @Range(min = 1, max = 600) int requestsPerMinute,
            @Default("4") @Range(min = 1, max = 60) int inProgress,
            @Default("40") @Range(min = 1, max = 60) int slots,
            @Default("1") @Range(min = 1, max = 540) int share) {}

    /**
     * Where a person is told of what is wrong.
     *
     * @param key as the Standard Webhooks scheme writes it: {@code whsec_} and 24 to 64 bytes in base64
     */
    public record Notice(Optional<Secret> url, Optional<Secret> key) {}

    /** How the log is written. */
    public enum Log {
        TEXT, JSON
    }

    public record Http(@Default("8080") @Range(min = 0, max = 65_535) int port) {}

    public record Management(@Default("9000") @Range(min = 0, max = 65_535) int port) {}
}
