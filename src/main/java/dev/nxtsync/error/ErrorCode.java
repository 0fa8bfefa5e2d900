package dev.nxtsync.error;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The catalogue of errors. Whatever fails has one of these codes, wherever it is seen: in the log, in health, in the status,
 * in {@code nxt_sync.run}, in notices and in labels of metrics. A code never changes its meaning.
 */
public enum ErrorCode {
    // @formatter:off
    CONFIGURATION("A setting is missing, unknown or wrong.",
            "Correct the settings that are listed. check shows the rest too."),
    KEY_UNUSABLE("The file of the operator key or of the webhook keys cannot be read or used any more.",
            "Put a good key there that the daemon's user can read. The daemon reads the file again by itself."),

    INVALID_CLIENT("Visma Connect does not know the client id with this secret.",
            "Compare NXT_CLIENT_ID and NXT_CLIENT_SECRET with the application in the Developer Portal. A secret "
                    + "is shown there only once, so make a new one if in doubt."),
    SECRET_UNREADABLE("The file of a client secret cannot be read.",
            "Put the file back, so that the daemon's user can read it. No restart is needed: it is read at each use."),
    INVALID_SCOPE("Visma Connect does not grant the scope to this application.",
            "In the Developer Portal add the integration \"Business NXT GraphQL Service API\" with this scope and "
                    + "have Visma approve it, or correct NXT_SCOPE."),
    UNAUTHORIZED_CLIENT("Visma Connect does not let this application get tokens in this way.",
            "The application must have the type Service (for a connection of a user: Web), and Visma must have approved "
                    + "it. Look at both in the Developer Portal."),
    TOKEN_REFUSED("Visma Connect refuses a token for another reason.",
            "Look the code up in the Developer Portal's OAuth debugger. Then correct the application or the "
                    + "connection's settings."),
    SCOPE_REDUCED("Visma Connect grants another scope than the one that was asked for.",
            "Compare the integrations of the application in the Developer Portal with NXT_SCOPE."),
    NO_TOKEN("The token endpoint answers without a token.",
            "Check that NXT_ISSUER is Visma Connect's address."),
    EXPIRED_ON_ARRIVAL("A token was expired when it arrived.",
            "If this goes on, look at the token lifetime of the application in the Developer Portal."),
    TOKEN_REJECTED("The API refuses fresh tokens.",
            "Check that NXT_API_URL belongs to the issuer, and that the application is approved for the API."),
    TOKEN_SLOW("Visma Connect does not answer in time.",
            "If this goes on, check the network, the proxy and Visma's status page."),
    TOKEN_UNAVAILABLE("Visma Connect is out of order or overloaded.",
            "If this goes on, look at Visma's status page."),
    SIGN_IN_NEEDED("The connection of a user needs a sign-in. Its work waits.",
            "Run: sign-in NAME, and open the link that it prints."),
    SIGN_IN_ENDS("A sign-in ends soon, according to REFRESH_LIFETIME or REFRESH_IDLE.",
            "Run: sign-in NAME, and open the link that it prints. Work goes on meanwhile."),
    ENCRYPTION_KEY_UNKNOWN("The stored tokens of a sign-in cannot be decrypted with the keys of NXT_ENCRYPTION_KEY.",
            "Add the key that they were encrypted with at the end of NXT_ENCRYPTION_KEY, or let the person sign in "
                    + "again."),
    TOKEN_REDIRECT("The token endpoint redirects. The redirect is not followed, because the secret would be sent along.",
            "Set NXT_ISSUER to the final address."),
    TOKEN_NOT_JSON("The token endpoint answers with something that is not JSON, such as a web page.",
            "Check NXT_ISSUER, and whether a proxy or a sign-in page is in between."),
    TOKEN_MALFORMED("A token has an impossible length or character.",
            "Check what is between this network and Visma Connect. The token is not used, and a new one is requested."),

    UNKNOWN_HOST("The DNS of this network does not know a host name.",
            "Check the address and the DNS of this network."),
    UNREACHABLE("A host is known, but it does not answer, or not as expected.",
            "Check the address, the firewall and the proxy (QUARKUS_PROXY_HOST, QUARKUS_PROXY_PORT)."),
    TLS("The certificate of a host is not trusted.",
            "If a private CA signs, name its PEM file in QUARKUS_TLS_TRUST_STORE_PEM_CERTS, together with the public "
                    + "certificates that are still needed. Otherwise find out what answers at this address."),
    TLS_HANDSHAKE("A host answers, but a TLS connection cannot be made.",
            "Find out what answers there: openssl s_client -connect HOST:PORT. It may be a port for plain HTTP, a "
                    + "device that inspects TLS, or a host without a common version of TLS."),
    PROXY("The proxy refuses to connect to a host.",
            "Compare QUARKUS_PROXY_HOST, QUARKUS_PROXY_PORT, QUARKUS_PROXY_USERNAME and QUARKUS_PROXY_PASSWORD "
                    + "with what the proxy wants, and have it allow the host."),
    PLAIN_HTTP("An address that secrets or tokens are sent to is not https.",
            "Use https. If it is a sandbox in a private network, name its host in NXT_PLAIN_HTTP_HOSTS."),

    UNAUTHORIZED("Business NXT refuses the token, or there is none.",
            "Look at what health or check says about the connection's token."),
    FORBIDDEN_COMPANY("Business NXT does not let this client id into a company.",
            "Add the client id as a user in Business NXT (table User, tick Connect application). Then grant it this "
                    + "company in Connect Application Access. For a connection of a user, the person needs this access."),
    THROTTLED("Too many requests in a minute with one token.",
            "If this goes on, something else uses the same client id: lower NXT_BUDGET_REQUESTS_PER_MINUTE or raise "
                    + "NXT_BUDGET_SHARE."),
    BUSY("A company has too many requests in progress.",
            "If this goes on, another program leaves requests hanging: find and stop it."),
    INVALID_REQUEST("Business NXT does not accept a request, or is not at this address.",
            "A table or a column may be missing, or this client id may not read it. If all requests fail, check "
                    + "NXT_API_URL."),
    REJECTED("Business NXT answers with an error of its own.",
            "Read its text. If it does not say what to do, give Visma's support the trace id."),
    UNAVAILABLE("A request was not sent.",
            "If this goes on, look at what health or check says about the connection's token."),
    SCHEMA_REFUSED("What Business NXT says about a table is not valid GraphQL.",
            "Check that NXT_API_URL is the address of Business NXT. If it is, tell Visma's support."),
    ANSWER_UNREADABLE("An answer of Business NXT cannot be read.",
            "A pull asks again by itself, for fewer rows each time. A push first checks whether its rows have arrived. "
                    + "Other work goes on. If it lasts, give Visma's support the trace id; nxt_sync.run has it."),
    IN_DOUBT("A request was sent, but no complete answer arrived.",
            "If this goes on, look at Visma's status page and at the network."),

    NO_CUSTOMER("The client id sees no customer.",
            "Add the client id as a user in Business NXT (table User, tick Connect application). Then grant it companies "
                    + "in Connect Application Access. For a connection of a user, the person needs this access."),
    CUSTOMER_UNKNOWN("A customer of NXT_CUSTOMER is not one that the client id sees.",
            "Correct the number, or have the customer add the application."),
    NO_COMPANY("The client id sees no company of a customer.",
            "Grant it companies in Connect Application Access."),
    COMPANY_NOT_GRANTED("A company that is configured is not one that the client id sees.",
            "Correct the number, or grant the client id the company in Connect Application Access."),

    TABLE_UNKNOWN("There is no such table that the client id can read.",
            "Correct the table's name, or give the access group of the client id the right to it."),
    KEY_UNKNOWN("The primary key of a table is not known.",
            "Set KEY of the pull to all columns of the primary key, separated by commas, as Visma's documentation of "
                    + "the table lists them. A part of the key would lose rows."),
    KEY_UNPROVEN("Business NXT is being asked whether columns are the key of a table.",
            "Nothing: the pull begins by itself when it has said so. If it goes on for long, look at the other findings of "
                    + "the connection, or set KEY of the pull."),
    KEY_NOT_UNIQUE("Several rows of a table have the same key, so KEY is not the whole primary key.",
            "Set KEY of the pull to all columns of the primary key, and start again. The target table follows, and every "
                    + "row is read again. The pull stands still until then."),
    KEY_DIFFERS("Two daemons have different values of KEY for a pull. The one that was started last runs it.",
            "Set KEY of the pull to the same in both, and restart the one that was wrong."),
    ROWS_MISSING("Business NXT counts another number of rows than it lists by the KEY of the pull.",
            "Check that KEY is the whole primary key. If it is, tell Visma's support. The finding ends with the next "
                    + "reconciliation that finds the counted number of rows."),
    NOT_PROVEN("Source and target table are equal as far as they were compared, but it is not certain that all rows were "
            + "compared.",
            "Verify again when nothing changes. The message says what is missing."),
    COLUMN_UNKNOWN("A column does not exist, cannot be read, or cannot be stored in the target table.",
            "Correct COLUMNS, KEY or EXCEPT of the pull as the message says."),
    FILTER_INVALID("A filter does not fit the table.",
            "Correct FILTER of the pull. It is JSON, as the API's filter argument."),
    COLUMN_VANISHED("A column that was read is no longer there, or can no longer be read.",
            "Give the right back: the pull goes on by itself. To go on without the column, run: reset NAME."),
    TARGET_UNUSABLE("The target table cannot hold what is read, or PostgreSQL refuses a statement about it.",
            "Change what the message names, such as a trigger, a constraint or a right, or set TARGET of the pull to "
                    + "another table. The pull goes on by itself within a minute."),
    EXCEPT_UNKNOWN("A column that is to be left out does not exist.",
            "Correct EXCEPT of the pull. The pull runs all the same."),
    DELETES_HELD("A reconciliation would delete more rows than MAX_DELETE_SHARE allows.",
            "Check whether they are really gone. Then run: pull NAME --confirm-deletes."),
    PULL_LATE("A pull is half an hour late.",
            "Look at the other findings. If there are none, the budget or the machine is too small for what changes."),
    PULL_PAUSED("Somebody has paused a pull.",
            "Resume it when it is time: POST /api/pulls/NAME/resume."),
    ROWS_SET_ASIDE("PostgreSQL cannot hold some rows (for example a text with the character U+0000), or a trigger or "
            + "constraint of the target table refuses them or their deletion.",
            "The key of each row and the reason are in nxt_sync.row_fault; the other rows are stored. If the reason names "
                    + "a value, correct it in Business NXT. If it names the key, check KEY of the pull first. If the "
                    + "target table refuses the row, change what refuses it: the row is then written within a minute."),
    KEYS_SET_ASIDE("The rows of some webhooks could not be read in five attempts. All other rows are fine.",
            "Nothing is lost: polls and the next reconciliation read these rows too. The keys are tried again after an "
                    + "hour, and then less and less often. nxt_sync.inbox says what went wrong (attempts >= 5). Set "
                    + "next_at of a key to null to have it tried at once, or delete it."),
    UNIT_TAKEN("Another process is doing what the command wants to do.",
            "Try again when it has ended. status shows its progress."),
    DIFFERENT("Source and target table differ.",
            "Rows that have just changed arrive with the next poll. If the same rows differ again, run: pull NAME "
                    + "--full."),

    PUSH_FLAWED("A push cannot work as configured.",
            "Correct the push's settings as the message says, or give the access group of the client id the "
                    + "right."),
    KEY_CHANGED("The key column came back with another value than was sent.",
            "Set KEY_COLUMN to a column that keeps whole keys unchanged. The error of the row shows both values."),
    OUTBOX_HELD("The outbox may be a copy: restored, copied or failed over.",
            "With the original stopped, run: adopt."),
    WAL_REFUSED("The server refuses the functions that show whether an outbox is a copy.",
            "Allow them: on Amazon Aurora set rds.logical_replication to 1 in the cluster's parameter group, and restart "
                    + "it; elsewhere grant execute on the function that the message names. Pulls run meanwhile. Pushes "
                    + "wait."),
    PUSH_MISSING("Rows wait for a push that is not configured.",
            "Configure it, or discard its rows: dead-letters list shows them."),
    DEAD_LETTERS("Rows of the outbox are dead and need a decision.",
            "Run: dead-letters list."),
    PAYLOAD_INVALID("A payload is not what Business NXT accepts.",
            "Run: dead-letters retry ID --payload FILE with a corrected payload, or discard the row."),
    TOO_LARGE_FOR_MEMORY("A payload needs more memory than the process has. It was not read.",
            "Give the process the heap that the row's error names, or make several records of it. Then run: "
                    + "dead-letters retry ID."),
    COMPANY_REFUSED("A row names no company, or a company that its push does not send to.",
            "Set the row's company and retry it, or discard it."),
    RECORD_REFUSED("Business NXT refuses a record.",
            "Correct what its text says, in the payload or in Business NXT, and retry the row."),
    RECORD_EXISTS("A record with the row's key was there before the row was sent.",
            "If that is the record of the row, discard the row. Otherwise push it again with a new key."),
    RECORD_MISSING("The record that a row is about is not there.",
            "Correct the key's columns in the payload and retry the row, or discard it."),
    RECORD_AMBIGUOUS("There are several records for one row.",
            "Remove all but one in Business NXT, then discard the row. Or name more columns in KEY_COLUMN."),
    RECORD_DIFFERENT("The record that was found is incomplete, is not ours, or has changed since.",
            "Look at it in Business NXT. If the record is right, discard the row. Otherwise retry it."),
    NEVER_FOUND("A row was sent several times, but was neither answered nor found.",
            "Look for the record in Business NXT. Then retry the row."),
    PROCESSING_FAILED("The record is there, but the processing after it failed, or may have failed.",
            "Look at the record in Business NXT. If it is right, discard the row. Otherwise retry it."),
    DUPLICATE("Two records have the key of one row.",
            "Remove all but one in Business NXT, then discard the note."),

    DATABASE_AWAY("PostgreSQL cannot be reached, or refuses the login.",
            "Check NXT_DATABASE_URL, NXT_DATABASE_USER and NXT_DATABASE_PASSWORD, and that the database is up."),
    DATABASE_NEW("The database has no tables of nxt-sync yet.",
            "Start the daemon on it once: it makes them. If it has run, compare NXT_DATABASE_URL with what it has."),
    DATABASE_OLD("PostgreSQL is older than version 15.",
            "Upgrade it."),
    DATABASE_RIGHTS("The database user lacks a right.",
            "Run, as an owner, the statement that the message gives, or sql/daemon.sql if it gives none."),
    DATABASE_ENCODING("The database cannot hold every character.",
            "Create a database with the encoding UTF8 (create database … encoding 'UTF8' template template0). Move your "
                    + "data with pg_dump and pg_restore, and set NXT_DATABASE_URL to the new database. Then read the rows "
                    + "that were set aside again: pull NAME --full."),
    DATABASE_POOLER("A connection pooler is in between, in a mode that does not work.",
            "Let it pool by session or by transaction, not by statement. For PgBouncer, name the parameter that it "
                    + "does not support in ignore_startup_parameters, or take it out of NXT_DATABASE_URL."),
    DATABASE_READ_ONLY("PostgreSQL accepts no writes.",
            "If it is a standby, for example after a fail-over, name all hosts in NXT_DATABASE_URL, with "
                    + "targetServerType=primary. If default_transaction_read_only is on for the server, for example "
                    + "because its disk is full, fix the cause. Work is tried again by itself."),
    DATABASE_LOCKED("A table of nxt_sync is locked.",
            "Another transaction holds the lock, such as a dump or one that was left open. Wait until it ends, or end it "
                    + "(pg_stat_activity shows it, by xact_start). Work is tried again by itself."),
    DATABASE_ERROR("PostgreSQL refuses a statement.",
            "Read its text. It is tried again by itself. If it goes on, and neither rights nor disk space are missing, "
                    + "report it."),

    WEBHOOK_MISSING("No webhook has arrived.",
            "Check three things. 1. Run beside the daemon: curl -s http://localhost:9000/q/metrics | grep "
                    + "nxt_webhooks_total. If it counts calls with bad_signature, the key is wrong. 2. Does the subscription "
                    + "in the Developer Portal have the address of this daemon, reachable from the internet, "
                    + "and the event TableChange? 3. Does WebhookSubscription in Business NXT have a row for that company "
                    + "and table?"),

    NOTICE_FAILED("A notice is not accepted.",
            "Check NXT_NOTICE_URL, NXT_NOTICE_FORMAT and NXT_NOTICE_HEADERS, the network and the proxy, and whether the "
                    + "receiver has the key of NXT_NOTICE_KEY."),

    KEY_REFUSED("A call has no header X-Api-Key, or one that is not the operator key.",
            "Send the key that NXT_OPERATOR_KEY has. If none of your programs called, somebody else has found the address."),
    NOT_FOUND("A call names a pull, push, connection or key that is not there.",
            "Compare the name with the settings. GET /api/status lists what is configured."),
    BODY_INVALID("The body of a call, or the row in it, is not valid.",
            "Correct what the answer names, and send it again."),
    BODY_TOO_LARGE("The body of a call, or its payload, is too large.",
            "Send less at once. A payload may have 15 MB, and less where the heap is small."),
    BODY_LATE("The body of a call did not arrive completely in time.",
            "Send it again, over a faster line."),
    KEY_CONFLICT("A row with this key was pushed before, with another payload or company.",
            "Use a new key for another row. Look the row up with GET /api/pushes/NAME/KEY."),
    TOO_BUSY("Too many calls are under way, or they take too much memory.",
            "Send the call again after the number of seconds in the header Retry-After."),
    CALL_MALFORMED("A call is not HTTP/1.1, its first line or headers are too long, or its address does not have this method.",
            "Compare method and address with docs/openapi.yaml, and check what is between the caller and port 8080."),

    UNEXPECTED("A fault of nxt-sync itself.",
            "Report it, with the log. It is tried again by itself.");
    // @formatter:on

    private static final Map<String, ErrorCode> BY_CODE = Stream.of(values())
            .collect(Collectors.toUnmodifiableMap(ErrorCode::code, each -> each));

    private final String code = name().toLowerCase(Locale.ROOT);
    private final String meaning;
    private final String nextStep;

    ErrorCode(String meaning, String nextStep) {
        this.meaning = meaning;
        this.nextStep = nextStep;
    }

    /** Its name in the log, in health, in the status, in the database and in metrics: lower case, with underscores. */
    public String code() {
        return code;
    }

    /** What it means. */
    public String meaning() {
        return meaning;
    }

    /** What an operator does about it. */
    public String nextStep() {
        return nextStep;
    }

    /** The one with this code; empty for any other text, such as one of a later version. */
    public static Optional<ErrorCode> of(String code) {
        return Optional.ofNullable(BY_CODE.get(code));
    }
}
