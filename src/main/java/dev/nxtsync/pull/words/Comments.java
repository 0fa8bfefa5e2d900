package dev.nxtsync.pull.words;

import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import jakarta.inject.Singleton;

import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

import dev.nxtsync.config.Settings;
import dev.nxtsync.database.Database;
import dev.nxtsync.database.Encoding;
import dev.nxtsync.graphql.FailedAnswer;
import dev.nxtsync.graphql.schema.Model;
import dev.nxtsync.pull.plan.PullPlan;
import dev.nxtsync.pull.target.TargetColumn;
import dev.nxtsync.pull.target.TargetComments;
import dev.nxtsync.pull.target.TargetTable;

/** Puts the names that people know before the comments on targets. A comment that a user has written stays as it is. */
@Singleton
record Comments(Model model, Settings settings, Database database) {
    private static final Logger LOG = Logger.getLogger(Comments.class);
    private static final String BEFORE = "; ";

    /** Does so for what is pulled over one connection, as far as Business NXT tells names; else until tomorrow nothing. */
    void write(String connection, List<PullPlan> pulled) {
        Model.ReadableNames names;
        try {
            names = model.names(connection, pulled.stream().map(PullPlan::table).distinct().toList(),
                    settings.languages());
        } catch (FailedAnswer e) {
            LOG.infof("Connection %s: comments have no readable names, because Business NXT did not tell them: %s",
                    connection, e.getMessage());
            return;
        }
        for (PullPlan plan : pulled) {
            try {
                write(plan.target(), Optional.ofNullable(names.tables().get(plan.table().name())),
                        names.columns().getOrDefault(plan.table().name(), Map.of()));
            } catch (SQLException e) {
                LOG.debugf("pull %s: comments are written another day: %s", plan.name(), e.getMessage());
            }
        }
    }

    private void write(TargetTable table, Optional<String> name, Map<String, String> columns) throws SQLException {
        database.useTransaction(transaction -> {
            var encoding = Encoding.read(transaction);
            var there = TargetComments.read(transaction, table);
            var changed = new LinkedHashMap<String, String>();
            name.flatMap(each -> changed(there.get(""), encoding.shown(each), table.comment()))
                    .ifPresent(text -> changed.put("", text));
            for (TargetColumn column : table.columns()) {
                Optional.ofNullable(columns.get(column.field()))
                        .flatMap(each -> changed(there.get(column.name()), encoding.shown(each), column.comment()))
                        .ifPresent(text -> changed.put(column.name(), text));
            }
            if (!changed.isEmpty()) {
                TargetComments.write(transaction, table, changed);
            }
        });
    }

    /** The comment with a name before it, if it is another one than before and that was ours. */
    private static Optional<String> changed(@Nullable String before, String name, String comment) {
        String text = name + BEFORE + comment;
        return before != null && !before.equals(text) && (before.equals(comment) || before.endsWith(BEFORE + comment))
                ? Optional.of(text)
                : Optional.empty();
    }
}
