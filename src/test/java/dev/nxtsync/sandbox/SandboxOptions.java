package dev.nxtsync.sandbox;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;

/** How a sandbox behaves from its start. It does not change: each {@code with…} gives a changed copy. */
public final class SandboxOptions implements Cloneable {
    private String host = "127.0.0.1";
    private String url = "";
    private boolean wholesaler;
    private int port = 8089;
    private long seed = 1;
    private boolean still;
    private int companies = 3;
    private int tables;
    private Map<String, Integer> rows = Map.of();
    private Duration tokenLifetime = Duration.ofSeconds(10);
    private Duration timeLimit = Duration.ofSeconds(59);
    private Duration slotHold = Duration.ofMinutes(30);
    private int rate = 600;
    private String compression = "br";
    private String stamps = "blank";
    private String onError = "atomic";
    private String inputs = "one";
    private boolean describesKeys;
    private String model = "none";
    private Duration latest = Duration.ofMinutes(13);
    private Webhooks.Subscription webhook = Webhooks.Subscription.NONE;
    private Map<String, Double> faults = Map.of();

    private SandboxOptions() {}

    public static SandboxOptions defaults() {
        return new SandboxOptions();
    }

    static final String HELP = """
            --port N             where to listen (8089; 0 for any free port)
            --host 127.0.0.1     at which address to listen; 0.0.0.0 in a container
            --url URL            where clients find it, if that is not where it listens; it is the issuer of its tokens
            --data random        which rows there are: random (with every oddity) or wholesaler (like those of a company, with
                                 sums that add up)
            --seed N             the same seed, the same rows (1)
            --still              rows do not change by themselves
            --companies N        how many companies there are (3)
            --tables N           how many tables there are beside those of the demo (0)
            --rows order=200000  rows of a table in the first company; several, separated by commas
            --token-lifetime 10s
            --time-limit 59s     how long a request may take
            --slot-hold 30m      how long a lost request keeps its slot
            --rate 600           requests a minute with one token
            --compression br     how answers are packed: br, gzip or none
            --stamps blank       how a DateTime is written: blank or T between date and time, or TZ with a Z at its end
            --on-error atomic    what a record that is refused does to the others of its request: atomic (none is kept), stop
                                 (those before it are) or continue (all but it are)
            --inputs one         of what types new and changed records are, which is not certain: one for both, or two, of which
                                 the second lacks the columns of the key
            --model none         what useModel tells, which is not certain: none (there is none), tables, columns too, or domains
                                 too, each by its number; with all-domains, domains only all at once
            --describe-keys      the schema says of columns that they are of a key
            --latest 780s        by when a mutation has ended that finishes late
            --webhook URL        where events of changes are posted to (nowhere)
            --webhook-key KEY    the key that signs them (sandbox-signature-key)
            --webhook-attempts 8 how often an event is sent until it is given up
            --webhook-interval 1s  before the second attempt; it doubles with each
            --faults NAME=SHARE  share of requests, rows or writes; several, separated by commas
            """;

    /** @throws IllegalArgumentException for what is not an option, with a sentence that says so */
    public static SandboxOptions parse(String... arguments) {
        var options = new SandboxOptions();
        for (int i = 0; i < arguments.length; i++) {
            String name = arguments[i];
            if (name.equals("--still")) {
                options.still = true;
                continue;
            }
            if (name.equals("--describe-keys")) {
                options.describesKeys = true;
                continue;
            }
            if (i + 1 == arguments.length) {
                throw new IllegalArgumentException(name + " is not an option, or lacks its value");
            }
            options.set(name, arguments[++i]);
        }
        return options;
    }

    private void set(String name, String value) {
        switch (name) {
            case "--port" -> port = Integer.parseInt(value);
            case "--host" -> host = value;
            case "--url" -> url = value;
            case "--data" -> wholesaler = switch (value) {
                case "wholesaler" -> true;
                case "random" -> false;
                default -> throw new IllegalArgumentException("--data is random or wholesaler, not " + value);
            };
            case "--seed" -> seed = Long.parseLong(value);
            case "--companies" -> companies = Integer.parseInt(value);
            case "--tables" -> tables = Integer.parseInt(value);
            case "--rows" -> rows = pairs(value, Integer::valueOf);
            case "--token-lifetime" -> tokenLifetime = duration(value);
            case "--time-limit" -> timeLimit = duration(value);
            case "--slot-hold" -> slotHold(duration(value));
            case "--rate" -> rate = Integer.parseInt(value);
            case "--compression" -> compression = value;
            case "--stamps" -> stamps = value;
            case "--on-error" -> onError = value;
            case "--inputs" -> inputs = value;
            case "--model" -> model = value;
            case "--latest" -> latest = duration(value);
            case "--webhook" ->
                webhook = new Webhooks.Subscription(value, webhook.key(), webhook.attempts(), webhook.interval());
            case "--webhook-key" ->
                webhook = new Webhooks.Subscription(webhook.url(), value, webhook.attempts(), webhook.interval());
            case "--webhook-attempts" -> webhook = new Webhooks.Subscription(webhook.url(), webhook.key(),
                    Integer.parseInt(value), webhook.interval());
            case "--webhook-interval" ->
                webhook = new Webhooks.Subscription(webhook.url(), webhook.key(), webhook.attempts(), duration(value));
            case "--faults" -> faults = pairs(value, Double::valueOf);
            default -> throw new IllegalArgumentException(name + " is not an option");
        }
    }

    private SandboxOptions with(Consumer<SandboxOptions> change) {
        try {
            var copy = (SandboxOptions) clone();
            change.accept(copy);
            return copy;
        } catch (CloneNotSupportedException e) {
            throw new AssertionError(e);
        }
    }

    public SandboxOptions withPort(int value) {
        return with(options -> options.port = value);
    }

    public SandboxOptions withWholesaler(boolean value) {
        return with(options -> options.wholesaler = value);
    }

    public SandboxOptions withSeed(long value) {
        return with(options -> options.seed = value);
    }

    public SandboxOptions withStill(boolean value) {
        return with(options -> options.still = value);
    }

    public SandboxOptions withCompanies(int value) {
        return with(options -> options.companies = value);
    }

    /** @param value at most 2,000 */
    public SandboxOptions withTables(int value) {
        return with(options -> options.tables = value);
    }

    public SandboxOptions withRows(Map<String, Integer> value) {
        return with(options -> options.rows = Map.copyOf(value));
    }

    public SandboxOptions withTokenLifetime(Duration value) {
        return with(options -> options.tokenLifetime = value);
    }

    public SandboxOptions withTimeLimit(Duration value) {
        return with(options -> options.timeLimit = value);
    }

    /** With it changes by when late mutations have ended: a little less than half of it. */
    public SandboxOptions withSlotHold(Duration value) {
        return with(options -> options.slotHold(value));
    }

    public SandboxOptions withRate(int value) {
        return with(options -> options.rate = value);
    }

    public SandboxOptions withCompression(String value) {
        return with(options -> options.compression = value);
    }

    public SandboxOptions withStamps(String value) {
        return with(options -> options.stamps = value);
    }

    public SandboxOptions withInputs(String value) {
        return with(options -> options.inputs = value);
    }

    public SandboxOptions withModel(String value) {
        return with(options -> options.model = value);
    }

    public SandboxOptions withDescribedKeys(boolean value) {
        return with(options -> options.describesKeys = value);
    }

    public SandboxOptions withLatest(Duration value) {
        return with(options -> options.latest = value);
    }

    public SandboxOptions withFaults(Map<String, Double> value) {
        return with(options -> options.faults = Map.copyOf(value));
    }

    private void slotHold(Duration value) {
        slotHold = value;
        latest = value.multipliedBy(9).dividedBy(20);
    }

    /** Where it listens. */
    String host() {
        return host;
    }

    /** Where clients find it, and its name as an issuer; empty for where it listens. */
    String url() {
        return url;
    }

    /**
     * Whether the rows are those of a {@link Wholesaler}, with sums that add up; else they are made by chance, with every oddity
     * that a column may have.
     */
    boolean wholesaler() {
        return wholesaler;
    }

    int port() {
        return port;
    }

    long seed() {
        return seed;
    }

    /** Whether rows change only when told to. */
    boolean still() {
        return still;
    }

    /** How many there are. */
    int companies() {
        return companies;
    }

    /** How many tables there are beside those of the demo. */
    int tables() {
        return tables;
    }

    /** All tables. */
    List<TableModel> allTables() {
        return tables == 0
                ? TableModel.ALL
                : Stream.concat(TableModel.ALL.stream(), GeneratedTables.first(tables).stream()).toList();
    }

    /** By table, how many rows the first company has of it; the second has a tenth, the others a hundredth. */
    Map<String, Integer> rows() {
        return rows;
    }

    Duration tokenLifetime() {
        return tokenLifetime;
    }

    Duration timeLimit() {
        return timeLimit;
    }

    Duration slotHold() {
        return slotHold;
    }

    /** Requests a minute with one token before 429. */
    int rate() {
        return rate;
    }

    /** How answers are packed, if the client takes that: {@code br}, {@code gzip} or {@code none}. */
    String compression() {
        return compression;
    }

    /** How a {@code DateTime} is written, which is not documented: {@code blank}, {@code T} or {@code TZ}. */
    String stamps() {
        return stamps;
    }

    /**
     * What a record that is refused does to the others of its request, which is not documented: {@code atomic}, {@code stop}
     * or {@code continue}.
     */
    String onError() {
        return onError;
    }

    /** Whether new and changed records are of {@code one} type, or of {@code two}, of which the second lacks the key. */
    String inputs() {
        return inputs;
    }

    /** What the model tells: {@code none} if there is none, {@code tables}, or {@code columns} too. */
    String model() {
        return model;
    }

    /** Whether the schema says in words which columns are of a key. */
    boolean describesKeys() {
        return describesKeys;
    }

    /** By when after its arrival a mutation has ended that finishes late. */
    Duration latest() {
        return latest;
    }

    /** Where events of changes are sent to. */
    Webhooks.Subscription webhook() {
        return webhook;
    }

    /** By name, the share of requests (or rows, or writes) that each strikes. */
    Map<String, Double> faults() {
        return faults;
    }

    private static <T> Map<String, T> pairs(String text, Function<String, T> parsed) {
        var pairs = new HashMap<String, T>();
        for (String pair : text.split(",", -1)) {
            int equals = pair.indexOf('=');
            if (equals < 1) {
                throw new IllegalArgumentException("\"" + pair + "\" is not of the form name=value");
            }
            pairs.put(pair.substring(0, equals), parsed.apply(pair.substring(equals + 1)));
        }
        return Map.copyOf(pairs);
    }

    private static Duration duration(String text) {
        return Duration.parse("PT" + text);
    }
}
