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
            "Correct the settings that are listed; check goes on with the others."),
    KEY_UNUSABLE("The file of the operator key or of the webhook keys cannot be read or used any more.",
            "Put a good key there, readable for the user that the daemon runs as; it is read again by itself."),

    INVALID_CLIENT("Visma Connect does not know the client id with this secret.",
            "Compare NXT_CLIENT_ID and NXT_CLIENT_SECRET with the application in the Developer Portal; a secret "
                    + "is shown there only once, so make a new one if in doubt."),
    SECRET_UNREADABLE("The file of a client secret cannot be read.",
            "Put it back, readable for the user that the daemon runs as; it is read at each use, so no restart is needed."),
    INVALID_SCOPE("Visma Connect does not grant the scope to this application.",
            "In the Developer Portal add the integration \"Business NXT GraphQL Service API\" with this scope and "
                    + "have Visma approve it, or correct NXT_SCOPE."),
    UNAUTHORIZED_CLIENT("Visma Connect does not let this application get tokens in this way.",
            "The application must be of the type Service and approved by Visma, for a connection of a user of the type "
                    + "Web; look at both in the Developer Portal."),
    TOKEN_REFUSED("Visma Connect refuses a token for another reason.",
            "Look the code up in the Developer Portal's OAuth debugger, and correct the application or the "
                    + "connection's settings."),
    SCOPE_REDUCED("Visma Connect grants another scope than was asked for.",
            "Compare the integrations of the application in the Developer Portal with NXT_SCOPE."),
    NO_TOKEN("The token endpoint answers without a token.",
            "Check that NXT_ISSUER is Visma Connect's address."),
    EXPIRED_ON_ARRIVAL("A token was expired when it arrived.",
            "If this goes on, look at the token lifetime of the application in the Developer Portal."),
    TOKEN_REJECTED("The API refuses fresh tokens.",
            "Check that NXT_API_URL belongs to the issuer, and that the application is approved for the API."),
    TOKEN_SLOW("Visma Connect does not answer in time.",
            "Nothing needs to be done if this passes; else check the network, the proxy and Visma's status page."),
    TOKEN_UNAVAILABLE("Visma Connect is out of order or overloaded.",
            "Nothing needs to be done if this passes; else look at Visma's status page."),
    SIGN_IN_NEEDED("A person has to sign in for a connection of a user; its work waits.",
            "Run: sign-in NAME, and open the link that it prints."),
    SIGN_IN_ENDS("A person has to sign in again soon, as REFRESH_LIFETIME or REFRESH_IDLE says.",
            "Run: sign-in NAME, and open the link that it prints; work goes on meanwhile."),
    ENCRYPTION_KEY_UNKNOWN("What is stored of a sign-in cannot be read with the keys that there are.",
            "Put the key that it was encrypted with back at the end of NXT_ENCRYPTION_KEY, or let the person sign in "
                    + "again."),
    TOKEN_REDIRECT("The token endpoint redirects, which is not followed, since the secret would go along.",
            "Set NXT_ISSUER to the final address."),
    TOKEN_NOT_JSON("The token endpoint answers with something that is not JSON, such as a web page.",
            "Check NXT_ISSUER, and whether a proxy or a sign-in page stands between."),
    TOKEN_MALFORMED("A token has a length or a character that no token has.",
            "See what stands between here and Visma Connect; the token is not used, and another is asked for."),

    UNKNOWN_HOST("A host name is not known here.",
            "Check the address and the DNS of this network."),
    UNREACHABLE("A host is known, but nothing answers there, or not as expected.",
            "Check the address, the firewall and the proxy (QUARKUS_PROXY_HOST, QUARKUS_PROXY_PORT)."),
    TLS("The certificate of a host is not trusted.",
            "Where a private CA signs, name its PEM file in QUARKUS_TLS_TRUST_STORE_PEM_CERTS, together with the "
                    + "public ones that are still needed; else see who answers at this address."),
    TLS_HANDSHAKE("A host answers, but no TLS connection with it comes about.",
            "See who answers there, with: openssl s_client -connect HOST:PORT. It may be a port for plain HTTP, "
                    + "something between that inspects TLS, or a side that allows no version of TLS of the other."),
    PROXY("The proxy refuses to connect to a host.",
            "Compare QUARKUS_PROXY_HOST, QUARKUS_PROXY_PORT, QUARKUS_PROXY_USERNAME and QUARKUS_PROXY_PASSWORD "
                    + "with what the proxy wants, and have it allow the host."),
    PLAIN_HTTP("An address to which secrets or tokens would go is not https.",
            "Use https; if it is a sandbox in a private network, name its host in NXT_PLAIN_HTTP_HOSTS."),

    UNAUTHORIZED("Business NXT refuses the token, or there is none.",
            "See what health or check says of the connection's token."),
    FORBIDDEN_COMPANY("Business NXT does not let this client id into a company.",
            "Add the client id as a user in Business NXT (table User, Connect application ticked), and grant it "
                    + "this company in Connect Application Access; with a connection of a user, it is the person who "
                    + "needs access."),
    THROTTLED("Too many requests in a minute with one token.",
            "Nothing needs to be done; if it goes on, something else uses the same client id: lower "
                    + "NXT_BUDGET_REQUESTS_PER_MINUTE or raise NXT_BUDGET_SHARE."),
    BUSY("A company has too many requests in progress.",
            "Nothing needs to be done if this passes; else another program leaves requests hanging."),
    INVALID_REQUEST("Business NXT does not accept a request, or is not at this address.",
            "A table or a column may be missing or not readable for this client id; if all requests fail, check "
                    + "NXT_API_URL."),
    REJECTED("Business NXT answers with an error of its own.",
            "Read its text; if it does not say what to do, give Visma's support the trace id."),
    UNAVAILABLE("A request was not sent.",
            "See what health or check says of the connection's token; else nothing needs to be done."),
    SCHEMA_REFUSED("What Business NXT tells of a table is not GraphQL.",
            "Check that NXT_API_URL is the address of Business NXT; if it is, tell Visma's support."),
    ANSWER_UNREADABLE("An answer of Business NXT, or what it says of a table, cannot be read.",
            "A pull asks again by itself, for fewer rows each time, and a push first looks whether its rows have arrived; "
                    + "others go on. If it stays, give Visma's support the trace id, which nxt_sync.run has."),
    IN_DOUBT("A request was sent, and no whole answer came.",
            "Nothing needs to be done if this passes; else look at Visma's status page and at the network."),

    NO_CUSTOMER("The client id sees no customer.",
            "Add it as a user in Business NXT (table User, Connect application ticked), and grant it companies in "
                    + "Connect Application Access; with a connection of a user, it is the person who needs access."),
    CUSTOMER_UNKNOWN("A customer of NXT_CUSTOMER is not one that the client id sees.",
            "Correct the number, or have the customer add the application."),
    NO_COMPANY("The client id sees no company of a customer.",
            "Grant it companies in Connect Application Access."),
    COMPANY_NOT_GRANTED("A company that is configured is not one that the client id sees.",
            "Correct the number, or grant the client id the company in Connect Application Access."),

    TABLE_UNKNOWN("There is no such table that the client id can read.",
            "Correct the table's name, or give the access group of the client id the right to it."),
    KEY_UNKNOWN("The primary key of a table is not known.",
            "Set the pull's KEY to all of its columns, separated by commas, as Visma's documentation of the table "
                    + "has them: a part of them loses rows."),
    KEY_NOT_UNIQUE("Several rows of a table have the same key, so that KEY is not the whole primary key.",
            "Set the pull's KEY to all columns of the primary key, and start again; the target follows, and every row is "
                    + "read again. Nothing of the pull runs until then."),
    KEY_DIFFERS("Two daemons have different KEYs for a pull; the one that was started last runs it.",
            "Set the pull's KEY to the same in both, and start again the one that was wrong."),
    ROWS_MISSING("Business NXT counts other rows of a table than it lists by the pull's key.",
            "See whether the pull's KEY is the whole primary key; if it is, tell Visma's support. It goes away with the "
                    + "next reconciliation that finds as many rows as are counted."),
    NOT_PROVEN("Source and target do not differ in what was compared, but that this was all is not proven.",
            "Verify again at a time when nothing changes; the message says what is lacking."),
    COLUMN_UNKNOWN("A column does not exist, cannot be read, or has no place in the target.",
            "Correct the pull's COLUMNS, KEY or EXCEPT as the message says."),
    FILTER_INVALID("A filter does not fit to the table.",
            "Correct the pull's FILTER; it is JSON, as the API's filter argument."),
    COLUMN_VANISHED("A column that was read is there no longer, or the right to read it.",
            "Give the right back, and the pull goes on by itself; to go on without, run: reset NAME."),
    TARGET_UNUSABLE("The target table cannot hold what is read, or PostgreSQL refuses a statement about it.",
            "Change what the message names, such as a trigger, a constraint or a right, or set the pull's TARGET to another "
                    + "table; the pull goes on by itself within a minute."),
    EXCEPT_UNKNOWN("A column that is to be left out does not exist.",
            "Correct the pull's EXCEPT; the pull runs all the same."),
    DELETES_HELD("A reconciliation would delete more rows than MAX_DELETE_SHARE.",
            "See whether they are really gone; then run: pull NAME --confirm-deletes."),
    PULL_LATE("A pull is half an hour behind the time at which it should have been complete again.",
            "See what else is reported; if nothing is, the budget or the machine is too small for what changes."),
    PULL_PAUSED("Somebody has paused a pull.",
            "Resume it when it is time: POST /api/pulls/NAME/resume."),
    ROWS_SET_ASIDE(
            "PostgreSQL cannot hold some rows, such as those with a character 0 in a text, or a trigger or constraint of the "
                    + "target refuses them or their deletion.",
            "nxt_sync.row_fault has the key of each and the reason. Correct the value that it names in Business NXT; where "
                    + "it names the key, see first whether the pull's KEY is right; where the target refuses the row, change "
                    + "what the reason names, and the row is written by itself within a minute. The other rows are in."),
    KEYS_SET_ASIDE("Rows that webhooks named were looked at five times in vain; all others went on.",
            "Nothing is lost: polls and the next reconciliation read these rows too, and their keys are tried again by "
                    + "themselves, after an hour and then less and less often. nxt_sync.inbox says what went wrong "
                    + "(attempts >= 5); set a key's next_at to null to have it tried at once, or delete it."),
    UNIT_TAKEN("What a command wants to do is under way elsewhere.",
            "Try again when that has ended; status shows how it goes."),
    DIFFERENT("Source and target differ.",
            "Rows that changed just now come with the next poll; if the same are told again, run: pull NAME "
                    + "--full."),

    PUSH_FLAWED("A push cannot be made as configured.",
            "Correct the push's settings as the message says, or give the access group of the client id the "
                    + "right."),
    KEY_CHANGED("The key column came back other than it was sent.",
            "Set KEY_COLUMN to one that holds whole keys as they are; the row's error shows both."),
    OUTBOX_HELD("The outbox may be a copy: restored, copied or failed over.",
            "With the original stopped, run: adopt."),
    WAL_REFUSED(
            "The server refuses the functions by which an outbox that was restored or copied is told from the original.",
            "Let it say where its WAL stands: on Amazon Aurora set rds.logical_replication to 1 in the cluster's parameter "
                    + "group, and restart it; elsewhere grant execute on the function that the message names. Pulls run "
                    + "meanwhile, and what is pushed waits."),
    PUSH_MISSING("Rows wait for a push that is not configured.",
            "Configure it, or discard the rows."),
    DEAD_LETTERS("Rows of the outbox wait for a person.",
            "Run: dead-letters list."),
    PAYLOAD_INVALID("A payload is not what Business NXT takes.",
            "Run: dead-letters retry ID --payload FILE with a corrected one, or discard it."),
    TOO_LARGE_FOR_MEMORY("A payload takes more memory than the process has for it; it was not read.",
            "Give the process the heap that the row's error names, or make several records of it; then run: "
                    + "dead-letters retry ID."),
    COMPANY_REFUSED("A row names no company, or one that its push does not send to.",
            "Set the row's company and retry it, or discard it."),
    RECORD_REFUSED("Business NXT refuses a record.",
            "Correct what its text says, in the payload or in Business NXT, and retry the row."),
    RECORD_EXISTS("A record with the row's key was there before the row was sent.",
            "Discard the row if that is the one; else push it again with a new key."),
    RECORD_MISSING("The record that a row is about is not there.",
            "Correct the key's columns in the payload and retry the row, or discard it."),
    RECORD_AMBIGUOUS("Several records are there for one row.",
            "Remove all but one in Business NXT, then discard the row; or name more columns in KEY_COLUMN."),
    RECORD_DIFFERENT("The record that was found is not whole, or not ours, or was changed since.",
            "Look at it in Business NXT; discard the row if the record is right, else retry it."),
    NEVER_FOUND("A row was sent, and neither answered nor found, again and again.",
            "Look at Business NXT's side; then retry the row."),
    PROCESSING_FAILED("The record is there, and the processing that follows did not succeed, or perhaps not.",
            "Look at it in Business NXT; discard the row if it is right, else retry it."),
    DUPLICATE("Two records are there with the key of one row.",
            "Remove all but one in Business NXT, then discard the note."),

    DATABASE_AWAY("PostgreSQL cannot be reached, or refuses the login.",
            "Check NXT_DATABASE_URL, NXT_DATABASE_USER and NXT_DATABASE_PASSWORD, and that the database is up."),
    DATABASE_OLD("PostgreSQL is older than version 15.",
            "Upgrade it."),
    DATABASE_RIGHTS("The database user lacks a right.",
            "Run, as an owner, the statement that the message gives, or sql/daemon.sql if it gives none."),
    DATABASE_ENCODING("The database cannot hold every character.",
            "Make one with the encoding UTF8 (create database … encoding 'UTF8' template template0), take over what you have "
                    + "with pg_dump and pg_restore, and set NXT_DATABASE_URL to it; what was set aside is then read again by: "
                    + "pull NAME --full."),
    DATABASE_POOLER("A connection pooler stands between, in a way that does not work.",
            "Let it pool by session or transaction, not by statement; of PgBouncer, name the parameter that it "
                    + "does not support in ignore_startup_parameters, or take it out of NXT_DATABASE_URL."),
    DATABASE_READ_ONLY("PostgreSQL takes no writes.",
            "If that is a standby, as after a fail-over, name all hosts in NXT_DATABASE_URL, with targetServerType=primary. If "
                    + "default_transaction_read_only is on for the server, as where its disk is full, see to the cause. It is "
                    + "tried again by itself."),
    DATABASE_LOCKED("A table of nxt_sync is locked.",
            "Another transaction holds the lock, such as a dump or one that was left open: wait until it ends, or end it "
                    + "(pg_stat_activity shows it, by xact_start). It is tried again by itself."),
    DATABASE_ERROR("PostgreSQL refuses a statement.",
            "Read its text; it is tried again by itself. If it goes on, and is no lack of rights or room, report "
                    + "it."),

    WEBHOOK_MISSING("No webhook has come.",
            "Look in this order: has nxt_webhooks_total counted refused calls (then it is the key)? Does the "
                    + "subscription in the Developer Portal have the address of this daemon, reachable from the internet, "
                    + "and the event TableChange? Does WebhookSubscription in Business NXT have a row for that company and "
                    + "table?"),

    NOTICE_FAILED("The outgoing notice is not taken.",
            "Check NXT_NOTICE_URL, the network and the proxy, and whether the receiver has the key of "
                    + "NXT_NOTICE_KEY."),

    KEY_REFUSED("A call has no header X-Api-Key, or one that is not the operator key.",
            "Send the key that NXT_OPERATOR_KEY has. If no program of yours has called, somebody else has found the address."),
    NOT_FOUND("A call names a pull, push, connection or key that is not there.",
            "Compare the name with the settings; GET /api/status lists what is configured."),
    BODY_INVALID("The body of a call, or the row in it, cannot be taken.",
            "Correct what the answer names, and send it again."),
    BODY_TOO_LARGE("The body of a call, or its payload, is larger than what is taken.",
            "Send less at once; a payload may have 15 MB, and less where the heap is small."),
    BODY_LATE("The body of a call did not come whole in time.",
            "Send it again, over a faster line."),
    KEY_CONFLICT("A row with this key was pushed before, with another payload or company.",
            "Take a new key for another row; look the row up with GET /api/pushes/NAME/KEY."),
    TOO_BUSY("As many calls are worked on, or as much memory is taken by them, as may be.",
            "Send the call again after the seconds of the header Retry-After."),
    CALL_MALFORMED("A call is not HTTP/1.1, too long in its first line or headers, or of a method that its address does not take.",
            "Compare method and address with docs/openapi.yaml, and see what stands between the caller and port 8080."),

    UNEXPECTED("A fault of nxt-sync itself.",
            "Please report it, with the log; it is tried again by itself.");
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

    /** What it means, in one sentence. */
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
