package dev.nxtsync.graphql;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;

import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.error.QuotedText;

/** Everything but a whole answer without errors, by its meaning (not by its HTTP status: most errors are 200). */
public sealed interface Failure extends Answer {

    /** What happened and what to do next, in an operator's words. */
    String message();

    /** The trace id of the answer, for Visma's support; empty if there was none. */
    @Override
    String traceId();

    Recovery next();

    /** What it is, in the catalogue. */
    ErrorCode errorCode();

    /** What it is and what it says. */
    default Problem reason() {
        return new Problem(errorCode(), message());
    }

    /** The same with the trace id behind it, where there is one. */
    default Problem traced() {
        return new Problem(errorCode(), traced(message()));
    }

    /** A text about this failure with its trace id behind it, where there is one. */
    default String traced(String text) {
        return traceId().isEmpty() ? text : text + " (trace " + QuotedText.name(traceId()) + ")";
    }

    /** The failure's name in metrics and in the state of jobs. */
    default String code() {
        return errorCode().code();
    }

    /** How long to wait at least before the same is asked again; zero where the asker's own back-off decides. */
    default Duration atLeast() {
        return Duration.ZERO;
    }

    /** How long to wait: the asker's own back-off, or longer where the server wants that. */
    default Duration pause(Duration backoff) {
        return atLeast().compareTo(backoff) > 0 ? atLeast() : backoff;
    }

    /** Whether a smaller request might have been answered: it took too long, or failed in a way that is not known. */
    default boolean mayBeTooLarge() {
        return false;
    }

    /** Whether parts of the request might be answered: it may be too large, or one of several things in it is refused. */
    default boolean mayGoInParts() {
        return mayBeTooLarge() || this instanceof InvalidRequest;
    }

    /**
     * Whether it is certain that the server has not carried out, and will not carry out, what was asked: it was never
     * reached, or refused before it began. Everything else may have been done.
     */
    default boolean notExecuted() {
        return false;
    }

    /** Whether the server may still be at work on it, which keeps a slot of the company. */
    default boolean lost() {
        return false;
    }

    /** The aliases of the tables that the answer's errors name; empty if they name none, which may mean all. */
    default Set<String> aliases() {
        return Set.of();
    }

    /** The server was never reached, or refused before it began. */
    sealed interface NotExecuted extends Failure {
        @Override
        default boolean notExecuted() {
            return true;
        }

        @Override
        default Recovery next() {
            return Recovery.RETRY;
        }
    }

    /** The server has no room for it now. */
    sealed interface NoRoom extends NotExecuted {
        @Override
        default Recovery next() {
            return Recovery.WAIT;
        }
    }

    /** All of it may have been done, or parts, or nothing. */
    sealed interface PerhapsExecuted extends Failure {
        @Override
        default Recovery next() {
            return Recovery.LOOK_FIRST;
        }
    }

    /** There is no valid token, or the API refused a fresh one. */
    record Unauthorized(String message, String traceId) implements NotExecuted {
        @Override
        public ErrorCode errorCode() {
            return ErrorCode.UNAUTHORIZED;
        }
    }

    /** The company is unknown to the API, or not granted to this client. */
    record ForbiddenCompany(String message, String traceId) implements NotExecuted {
        @Override
        public Recovery next() {
            return Recovery.STOP;
        }

        @Override
        public ErrorCode errorCode() {
            return ErrorCode.FORBIDDEN_COMPANY;
        }
    }

    /** The gateway counts too many requests a minute with this token. */
    record Throttled(String message, String traceId, Duration atLeast) implements NoRoom {
        @Override
        public ErrorCode errorCode() {
            return ErrorCode.THROTTLED;
        }
    }

    /** The company has too many requests in progress. */
    record Busy(String message, String traceId, Duration atLeast) implements NoRoom {
        @Override
        public ErrorCode errorCode() {
            return ErrorCode.BUSY;
        }
    }

    /**
     * The server does not accept the document or its variables, or is not where it should be.
     *
     * @param notExecuted whether it said so as a GraphQL validation error, and so before it ran anything
     */
    record InvalidRequest(String message, String traceId, Set<String> aliases, boolean notExecuted) implements Failure {
        @Override
        public Recovery next() {
            return Recovery.FIX;
        }

        @Override
        public ErrorCode errorCode() {
            return ErrorCode.INVALID_REQUEST;
        }
    }

    /**
     * One error of an answer.
     *
     * @param alias of the field below the root field that it is about, if it says so
     * @param index of the record in the list that was sent, from 0, if it says so
     */
    record Fault(String message, Optional<String> alias, OptionalInt index) {}

    /** The server answered with an error whose meaning is not known; parts of it may have been done. */
    record Rejected(String message, String traceId, List<Fault> faults) implements PerhapsExecuted {
        @Override
        public Set<String> aliases() {
            var aliases = new TreeSet<String>();
            faults.forEach(fault -> fault.alias().ifPresent(aliases::add));
            return faults.stream().allMatch(fault -> fault.alias().isPresent()) ? aliases : Set.of();
        }

        @Override
        public boolean mayBeTooLarge() {
            return true;
        }

        @Override
        public ErrorCode errorCode() {
            return ErrorCode.REJECTED;
        }
    }

    /** The request was not sent. */
    sealed interface NotSent extends NotExecuted {
        @Override
        default String traceId() {
            return "";
        }
    }

    /** The server could not be reached, or may not be: whoever asks next with the same connection meets it too. */
    record Unreachable(ErrorCode errorCode, String message) implements NotSent {}

    /** It is for what is not ours to decide, and may be the only one. */
    record Unavailable(ErrorCode errorCode, String message) implements NotSent {}

    /**
     * The request was sent, but no whole answer came.
     *
     * @param lost whether the server may still be at work on it, which keeps a slot of the company
     */
    record InDoubt(String message, String traceId, boolean lost, boolean mayBeTooLarge,
            Duration atLeast) implements PerhapsExecuted {
        /** One that says nothing of when to ask again. */
        public InDoubt(String message, String traceId, boolean lost, boolean mayBeTooLarge) {
            this(message, traceId, lost, mayBeTooLarge, Duration.ZERO);
        }

        @Override
        public ErrorCode errorCode() {
            return ErrorCode.IN_DOUBT;
        }
    }

    /**
     * An answer came that cannot be read.
     *
     * @param aliases of the table that was being read; empty if it was none
     */
    record Unreadable(String message, String traceId, boolean lost, boolean mayBeTooLarge,
            Set<String> aliases) implements PerhapsExecuted {
        @Override
        public ErrorCode errorCode() {
            return ErrorCode.ANSWER_UNREADABLE;
        }
    }
}
