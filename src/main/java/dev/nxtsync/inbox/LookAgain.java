package dev.nxtsync.inbox;

import java.util.List;

import org.jdbi.v3.core.Handle;

import dev.nxtsync.schedule.Claim;

/** Rows that are looked at again though no webhook names them: those that a target refuses do not change when it is mended. */
public final class LookAgain {
    private LookAgain() {}

    /**
     * Has rows looked at in half a minute, in the transaction that sets them aside; those that wait for it already do so once.
     *
     * @param unit of the same connection and company
     * @param keys as JSON objects
     */
    public static void at(Handle transaction, Claim unit, String pull, List<String> keys) {
        // received when it is due, since nobody has waited for it before
        transaction.createUpdate("""
                insert into nxt_sync.inbox (unit, pull, key, received_at, next_at)
                select job.id, :pull, wanted.key, due.at, due.at
                from nxt_sync.job, unnest(:keys::text[]) as wanted (key),
                    (select clock_timestamp() + interval '30 s' as at) as due
                where job.kind = 'fetch' and job.connection = :connection and job.scope = :scope
                  and job.company = :company
                  and not exists (select from nxt_sync.inbox waiting
                                  where waiting.unit = job.id and waiting.pull = :pull and waiting.key = wanted.key
                                    and waiting.attempts = 0 and waiting.next_at > clock_timestamp())""")
                .bind("pull", pull).bindArray("keys", String.class, keys).bindMethods(unit.work()).execute();
    }
}
