package dev.nxtsync.sandbox;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * How a sandbox behaves from its start.
 *
 * @param host where it listens
 * @param url where clients find it, and its name as an issuer; empty for where it listens
 * @param wholesaler whether the rows are those of a {@link Wholesaler}, with sums that add up; else they are made by chance, with
 *        every oddity that a column may have
 * @param still whether rows change only when told to
 * @param companies how many there are
 * @param rows by table, how many rows the first company has of it; the second has a tenth, the others a hundredth
 * @param rate requests a minute with one token before 429
 * @param compression how answers are packed, if the client takes that: {@code br}, {@code gzip} or {@code none}
 * @param stamps how a {@code DateTime} is written, which is not documented: {@code blank}, {@code T} or {@code TZ}
 * @param onError what a record that is refused does to the others of its request, which is not documented: {@code atomic},
 *        {@code stop} or {@code continue}
 * @param latest by when after its arrival a mutation has ended that finishes late
 * @param webhook where events of changes are sent to
 * @param faults by name, the share of requests (or rows, or writes) that each strikes
 */
public record SandboxOptions(String host, String url, boolean wholesaler, int port, long seed, boolean still,
        int companies, Map<String, Integer> rows, Duration tokenLifetime, Duration timeLimit, Duration slotHold,
        int rate, String compression, String stamps, String onError, Duration latest, Webhooks.Subscription webhook,
        Map<String, Double> faults) {
    private static final String LOOPBACK = "127.0.0.1";

    public static SandboxOptions defaults() {
        return new SandboxOptions(LOOPBACK, "", false, 8089, 1, false, 3, Map.of(), Duration.ofSeconds(10),
                Duration.ofSeconds(59), Duration.ofMinutes(30), 600, "br", "blank", "atomic", Duration.ofMinutes(13),
                Webhooks.Subscription.NONE, Map.of());
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
            --rows order=200000  rows of a table in the first company; several, separated by commas
            --token-lifetime 10s
            --time-limit 59s     how long a request may take
            --slot-hold 30m      how long a lost request keeps its slot
            --rate 600           requests a minute with one token
            --compression br     how answers are packed: br, gzip or none
            --stamps blank       how a DateTime is written: blank or T between date and time, or TZ with a Z at its end
            --on-error atomic    what a record that is refused does to the others of its request: atomic (none is kept), stop
                                 (those before it are) or continue (all but it are)
            --latest 780s        by when a mutation has ended that finishes late
            --webhook URL        where events of changes are posted to (nowhere)
            --webhook-key KEY    the key that signs them (sandbox-signature-key)
            --webhook-attempts 8 how often an event is sent until it is given up
            --webhook-interval 1s  before the second attempt; it doubles with each
            --faults NAME=SHARE  share of requests, rows or writes; several, separated by commas
            """;

    /** @throws IllegalArgumentException for what is not an option, with a sentence that says so */
    public static SandboxOptions parse(String... arguments) {
        SandboxOptions options = defaults();
        for (int i = 0; i < arguments.length; i++) {
            String name = arguments[i];
            if (name.equals("--still")) {
                options = options.withStill(true);
                continue;
            }
            if (i + 1 == arguments.length) {
                throw new IllegalArgumentException(name + " is not an option, or lacks its value");
            }
            options = options.with(name, arguments[++i]);
        }
        return options;
    }

    private SandboxOptions with(String name, String value) {
        return switch (name) {
            case "--port" -> withPort(Integer.parseInt(value));
            case "--host" -> withHost(value);
            case "--url" -> withUrl(value);
            case "--data" -> withWholesaler(switch (value) {
                case "wholesaler" -> true;
                case "random" -> false;
                default -> throw new IllegalArgumentException("--data is random or wholesaler, not " + value);
            });
            case "--seed" -> withSeed(Long.parseLong(value));
            case "--companies" -> withCompanies(Integer.parseInt(value));
            case "--rows" -> {
                var counts = new HashMap<String, Integer>();
                pairs(value).forEach((table, count) -> counts.put(table, Integer.valueOf(count)));
                yield withRows(counts);
            }
            case "--token-lifetime" -> withTokenLifetime(duration(value));
            case "--time-limit" -> withTimeLimit(duration(value));
            case "--slot-hold" -> withSlotHold(duration(value));
            case "--rate" -> withRate(Integer.parseInt(value));
            case "--compression" -> withCompression(value);
            case "--stamps" -> withStamps(value);
            case "--on-error" -> withOnError(value);
            case "--latest" -> withLatest(duration(value));
            case "--webhook" -> withWebhook(value, webhook.key(), webhook.attempts(), webhook.interval());
            case "--webhook-key" -> withWebhook(webhook.url(), value, webhook.attempts(), webhook.interval());
            case "--webhook-attempts" ->
                withWebhook(webhook.url(), webhook.key(), Integer.parseInt(value), webhook.interval());
            case "--webhook-interval" -> withWebhook(webhook.url(), webhook.key(), webhook.attempts(), duration(value));
            case "--faults" -> {
                var shares = new HashMap<String, Double>();
                pairs(value).forEach((fault, share) -> shares.put(fault, Double.valueOf(share)));
                yield withFaults(shares);
            }
            default -> throw new IllegalArgumentException(name + " is not an option");
        };
    }

    public SandboxOptions withPort(int value) {
        return new SandboxOptions(host, url, wholesaler, value, seed, still, companies, rows, tokenLifetime, timeLimit,
                slotHold, rate, compression, stamps, onError, latest, webhook, faults);
    }

    public SandboxOptions withHost(String value) {
        return new SandboxOptions(value, url, wholesaler, port, seed, still, companies, rows, tokenLifetime, timeLimit,
                slotHold, rate, compression, stamps, onError, latest, webhook, faults);
    }

    public SandboxOptions withUrl(String value) {
        return new SandboxOptions(host, value, wholesaler, port, seed, still, companies, rows, tokenLifetime, timeLimit,
                slotHold, rate, compression, stamps, onError, latest, webhook, faults);
    }

    public SandboxOptions withWholesaler(boolean value) {
        return new SandboxOptions(host, url, value, port, seed, still, companies, rows, tokenLifetime, timeLimit,
                slotHold, rate, compression, stamps, onError, latest, webhook, faults);
    }

    public SandboxOptions withSeed(long value) {
        return new SandboxOptions(host, url, wholesaler, port, value, still, companies, rows, tokenLifetime, timeLimit,
                slotHold, rate, compression, stamps, onError, latest, webhook, faults);
    }

    public SandboxOptions withStill(boolean value) {
        return new SandboxOptions(host, url, wholesaler, port, seed, value, companies, rows, tokenLifetime, timeLimit,
                slotHold, rate, compression, stamps, onError, latest, webhook, faults);
    }

    public SandboxOptions withCompanies(int value) {
        return new SandboxOptions(host, url, wholesaler, port, seed, still, value, rows, tokenLifetime, timeLimit,
                slotHold, rate, compression, stamps, onError, latest, webhook, faults);
    }

    public SandboxOptions withRows(Map<String, Integer> value) {
        return new SandboxOptions(host, url, wholesaler, port, seed, still, companies, Map.copyOf(value), tokenLifetime,
                timeLimit, slotHold, rate, compression, stamps, onError, latest, webhook, faults);
    }

    public SandboxOptions withTokenLifetime(Duration value) {
        return new SandboxOptions(host, url, wholesaler, port, seed, still, companies, rows, value, timeLimit, slotHold,
                rate, compression, stamps, onError, latest, webhook, faults);
    }

    public SandboxOptions withTimeLimit(Duration value) {
        return new SandboxOptions(host, url, wholesaler, port, seed, still, companies, rows, tokenLifetime, value,
                slotHold, rate, compression, stamps, onError, latest, webhook, faults);
    }

    /** With it changes by when late mutations have ended: a little less than half of it. */
    public SandboxOptions withSlotHold(Duration value) {
        return new SandboxOptions(host, url, wholesaler, port, seed, still, companies, rows, tokenLifetime, timeLimit,
                value, rate, compression, stamps, onError, value.multipliedBy(9).dividedBy(20), webhook, faults);
    }

    public SandboxOptions withRate(int value) {
        return new SandboxOptions(host, url, wholesaler, port, seed, still, companies, rows, tokenLifetime, timeLimit,
                slotHold, value, compression, stamps, onError, latest, webhook, faults);
    }

    public SandboxOptions withCompression(String value) {
        return new SandboxOptions(host, url, wholesaler, port, seed, still, companies, rows, tokenLifetime, timeLimit,
                slotHold, rate, value, stamps, onError, latest, webhook, faults);
    }

    public SandboxOptions withStamps(String value) {
        return new SandboxOptions(host, url, wholesaler, port, seed, still, companies, rows, tokenLifetime, timeLimit,
                slotHold, rate, compression, value, onError, latest, webhook, faults);
    }

    public SandboxOptions withOnError(String value) {
        return new SandboxOptions(host, url, wholesaler, port, seed, still, companies, rows, tokenLifetime, timeLimit,
                slotHold, rate, compression, stamps, value, latest, webhook, faults);
    }

    public SandboxOptions withLatest(Duration value) {
        return new SandboxOptions(host, url, wholesaler, port, seed, still, companies, rows, tokenLifetime, timeLimit,
                slotHold, rate, compression, stamps, onError, value, webhook, faults);
    }

    public SandboxOptions withWebhook(String url, String key, int attempts, Duration interval) {
        return new SandboxOptions(host, url, wholesaler, port, seed, still, companies, rows, tokenLifetime, timeLimit,
                slotHold, rate, compression, stamps, onError, latest,
                new Webhooks.Subscription(url, key, attempts, interval), faults);
    }

    public SandboxOptions withFaults(Map<String, Double> value) {
        return new SandboxOptions(host, url, wholesaler, port, seed, still, companies, rows, tokenLifetime, timeLimit,
                slotHold, rate, compression, stamps, onError, latest, webhook, Map.copyOf(value));
    }

    private static Map<String, String> pairs(String text) {
        var pairs = new HashMap<String, String>();
        for (String pair : text.split(",", -1)) {
            int equals = pair.indexOf('=');
            if (equals < 1) {
                throw new IllegalArgumentException("\"" + pair + "\" is not of the form name=value");
            }
            pairs.put(pair.substring(0, equals), pair.substring(equals + 1));
        }
        return pairs;
    }

    private static Duration duration(String text) {
        return Duration.parse("PT" + text);
    }
}
