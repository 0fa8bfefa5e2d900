package dev.nxtsync.push.outbox;

import java.sql.SQLException;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;

import jakarta.inject.Singleton;

import dev.nxtsync.database.Database;
import dev.nxtsync.error.ErrorCode;

/** The settings of the pushes that the function {@code nxt_sync.push} must know, and the rows that came in before it did. */
@Singleton
public class PushSettingsTable {
    private final Database database;

    public PushSettingsTable(Database database) {
        this.database = database;
    }

    /**
     * Says what the function {@code nxt_sync.push} must know of the configured pushes.
     *
     * @param companies by push, the only company that it sends to
     */
    public void configure(Map<String, Optional<Integer>> companies) throws SQLException {
        database.inTransaction(transaction -> {
            Database.alone(transaction, "push settings");
            var set = transaction.prepareBatch("""
                    insert into nxt_sync.push_setting (push, company) values (:push, :company)
                    on conflict (push) do update set company = excluded.company
                    where push_setting.company is distinct from excluded.company""");
            companies.forEach((push, company) -> set.bind("push", push).bind("company", company.orElse(null)).add());
            return set.execute();
        });
    }

    /**
     * Completes rows that came in before the settings of their push were known, as the function {@code nxt_sync.push} would have,
     * also where they are committed only now; those that it would have refused are dead. Of pushes that are configured.
     */
    public void complete(Collection<String> pushes) throws SQLException {
        database.durably(transaction -> {
            transaction.createUpdate("""
                    update nxt_sync.outbox o set company = s.company from nxt_sync.push_setting s
                    where s.push = o.push and o.push = any (:pushes) and o.state = 'waiting' and o.company is null
                      and s.company is not null""").bindArray("pushes", String.class, pushes).execute();
            return transaction.createUpdate("""
                    update nxt_sync.outbox o set state = 'dead', settled_at = clock_timestamp(),
                        error = case when o.company is null
                            then 'The row names no company, and its push has none.'
                                || ' Set the row''s company, and retry it.'
                            else 'The row names the company ' || o.company || ', but its push sends to ' || s.company
                                || ' only. Discard it, or set the row''s company, and retry it.'
                            end || ' (' || :code || ')'
                    from nxt_sync.push_setting s
                    where s.push = o.push and o.push = any (:pushes) and o.state = 'waiting'
                      and (o.company is null or o.company < s.company or o.company > s.company)""")
                    .bind("code", ErrorCode.COMPANY_REFUSED.code()).bindArray("pushes", String.class, pushes).execute();
        });
    }
}
