package dev.nxtsync.push.outbox;

import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;

/**
 * A row of the outbox. A new one for each change, which is kept by {@link Outbox#settle}.
 *
 * @param payload JSON, as the user wrote it
 * @param group rows of one group are sent in the order of their ids; a row without one waits for no other
 * @param act what is done with the record; empty as long as an upsert has not been looked up
 * @param record names the record across all rows; empty before it was first prepared
 * @param stamp the record's change stamp before the first send of an update; an empty text if it had none
 * @param sentAt when the present step was last sent, or may have been; empty if it never was
 * @param nextAt when the row is looked at next, whatever its state
 * @param answered the error that the server answered in time, and so is done with the request
 * @param blamed whether that error can only be about this row
 * @param atMost the largest request in which it is sent again
 * @param repeated whether its record was sent more than once, and so is counted afterwards
 * @param looks how often it was looked for since it was last sent, as long as the server may still be at work on that: of a row
 *        that waits it is 0, unless a person has retried it since it was dead in doubt
 */
public record OutboxRow(long id, String key, String payload, Optional<String> group, RowState state, int attempts,
        Step step, Optional<MutationKind> act, Optional<String> record, Optional<String> stamp,
        Optional<Instant> sentAt, Optional<Instant> nextAt, Optional<String> answered, boolean blamed,
        Optional<Integer> atMost, boolean repeated, int looks, Optional<String> result, Optional<String> error) {

    public enum RowState {
        WAITING, SENDING, IN_DOUBT, DONE, DEAD, DISCARDED;

        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What is under way: the record, or the processing that follows it. */
    public enum Step {
        RECORD, THEN
    }

    public boolean wasSent() {
        return sentAt.isPresent();
    }

    /** Whether a person has had it sent again although the server may still be at work on what was sent before. */
    public boolean isRetriedInDoubt() {
        return state == RowState.WAITING && wasSent() && looks > 0;
    }

    /** It may be there, and is looked for at the given moment. */
    public OutboxRow inDoubt(Instant lookAt) {
        return with(RowState.IN_DOUBT, Optional.of(lookAt), answered, blamed, atMost, looks, Optional.empty());
    }

    /**
     * It may be there, but the server has answered an error and is done with it.
     *
     * @param most rows of a request in which it is sent again
     */
    public OutboxRow answered(String why, boolean isBlamed, int most, Instant lookAt) {
        return with(RowState.IN_DOUBT, Optional.of(lookAt), Optional.of(why), isBlamed, Optional.of(most), 0,
                Optional.empty());
    }

    /** It could not be looked for, and stays as it is. */
    public OutboxRow nextAt(Instant lookAt) {
        return with(state, Optional.of(lookAt), answered, blamed, atMost, looks, error);
    }

    /** It was looked for, and was not there. */
    public OutboxRow notFound(Instant lookAt) {
        return with(RowState.IN_DOUBT, Optional.of(lookAt), answered, blamed, atMost, looks + 1, Optional.empty());
    }

    /** It is to be sent, after it was looked for long enough if it was sent before. */
    public OutboxRow waiting() {
        return with(RowState.WAITING, Optional.empty(), Optional.empty(), false, atMost, 0, Optional.empty());
    }

    /** It waits until then. */
    public OutboxRow waiting(Instant until) {
        return with(RowState.WAITING, Optional.of(until), Optional.empty(), false, atMost, looks, Optional.empty());
    }

    /** It was not sent after all. */
    public OutboxRow unsent(OutboxRow before) {
        return new OutboxRow(id, key, payload, group, RowState.WAITING, before.attempts, step, before.act, record,
                before.stamp, before.sentAt, Optional.empty(), before.answered, before.blamed, before.atMost,
                before.repeated, before.looks, result, error);
    }

    /** It is sent in smaller requests. */
    public OutboxRow atMost(int rows) {
        return with(state, nextAt, answered, blamed, Optional.of(rows), looks, error);
    }

    /** A person decides. It is looked for once more at the given moment, if it may be there. */
    public OutboxRow dead(ErrorCode errorCode, String why, Optional<Instant> lookAt) {
        return with(RowState.DEAD, lookAt, answered, blamed, atMost, looksOfDead(),
                Optional.of(new Problem(errorCode, why).coded()));
    }

    /** Shows of a row, once it is retried, whether the server may still be at work on it. */
    private int looksOfDead() {
        boolean isGuarded = act.filter(what -> what == MutationKind.UPDATE).isPresent()
                && stamp.filter(before -> !before.isEmpty()).isPresent();
        return switch (state) {
            // what the server guards by the record's stamp is not done twice
            case IN_DOUBT -> answered.isPresent() || isGuarded ? 0 : Math.max(1, looks);
            case WAITING, DEAD -> looks;
            case SENDING, DONE, DISCARDED -> 0;
        };
    }

    /**
     * It is there.
     *
     * @param remark what a person should look at all the same
     * @param countAt when its key is counted once more
     */
    public OutboxRow done(String kept, Optional<String> remark, Optional<Instant> countAt) {
        return new OutboxRow(id, key, payload, group, RowState.DONE, attempts, step, act, record, stamp, sentAt,
                countAt, Optional.empty(), false, Optional.empty(), repeated, 0, Optional.of(kept), remark);
    }

    /** The record is there, and the processing that follows is to be sent. */
    public OutboxRow then(String kept) {
        return new OutboxRow(id, key, payload, group, RowState.WAITING, attempts, Step.THEN, act, record, stamp,
                Optional.empty(), Optional.empty(), Optional.empty(), false, Optional.empty(), repeated, 0,
                Optional.of(kept), error);
    }

    /** It was looked at for the last time, and stays as it is. */
    public OutboxRow settled(Optional<String> remark) {
        return with(state, Optional.empty(), answered, blamed, atMost, looks, remark.or(this::error));
    }

    /** It is looked at again later, and stays as it is. */
    public OutboxRow lookedAt(Instant again) {
        return with(state, Optional.of(again), answered, blamed, atMost, looks + 1, error);
    }

    /** The same, and why nothing could be seen. */
    public OutboxRow lookedAt(Instant again, Problem why) {
        return with(state, Optional.of(again), answered, blamed, atMost, looks + 1, Optional.of(why.coded()));
    }

    /** What was checked without sending anything. */
    public OutboxRow checked(String outcome) {
        return new OutboxRow(id, key, payload, group, state, attempts, step, act, record, stamp, sentAt, nextAt,
                answered, blamed, atMost, repeated, looks, Optional.of(outcome), error);
    }

    /** The same with what is known now of its record. */
    public OutboxRow about(MutationKind what, String named, Optional<String> stampBefore) {
        return new OutboxRow(id, key, payload, group, state, attempts, step, Optional.of(what), Optional.of(named),
                stampBefore, sentAt, nextAt, answered, blamed, atMost, repeated, looks, result, error);
    }

    /** As it is once it has been marked as being sent. */
    OutboxRow sending(Instant at) {
        boolean again = step == Step.RECORD && sentAt.isPresent();
        return new OutboxRow(id, key, payload, group, RowState.SENDING, attempts + 1, step, act, record, stamp,
                Optional.of(at), Optional.empty(), Optional.empty(), false, atMost, repeated || again, 0, result,
                Optional.empty());
    }

    private OutboxRow with(RowState to, Optional<Instant> next, Optional<String> why, boolean isBlamed,
            Optional<Integer> most, int times, Optional<String> remark) {
        return new OutboxRow(id, key, payload, group, to, attempts, step, act, record, stamp, sentAt, next, why,
                isBlamed, most, repeated, times, result, remark);
    }
}
