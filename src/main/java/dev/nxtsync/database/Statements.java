package dev.nxtsync.database;

import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;

import org.jdbi.v3.core.ConnectionFactory;
import org.jdbi.v3.core.Handles;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.argument.AbstractArgumentFactory;
import org.jdbi.v3.core.argument.Argument;
import org.jdbi.v3.core.config.ConfigRegistry;
import org.jdbi.v3.core.statement.SqlStatements;
import org.jdbi.v3.core.statement.StatementExceptions;
import org.jdbi.v3.core.statement.TemplateEngine;

/**
 * How JDBI runs our statements: as they are written, with parameters by name, and rows made into records by the names of their
 * columns. Instants are as {@link Timestamps} says.
 */
final class Statements {
    private Statements() {}

    static Jdbi of(ConnectionFactory connections) {
        Jdbi jdbi = Jdbi.create(connections);
        jdbi.registerArgument(new InstantArgument());
        jdbi.registerColumnMapper(Instant.class, (row, column, context) -> {
            var time = row.getObject(column, OffsetDateTime.class);
            return time == null ? null : time.toInstant();
        });
        jdbi.registerArrayType(String.class, "text");
        jdbi.registerArrayType(Integer.class, "integer");
        jdbi.registerArrayType(Long.class, "bigint");
        jdbi.registerArrayType(Boolean.class, "boolean");
        jdbi.getConfig(SqlStatements.class).setTemplateEngine(TemplateEngine.NOP).setSqlParser(new NamedParameters());
        // flight recordings and its own messages would quote parameters, some of which are secret; less than 2 is no length
        jdbi.getConfig(SqlStatements.class).setJfrParamMaxLength(2);
        jdbi.getConfig(StatementExceptions.class).setMessageRendering(e -> String.valueOf(e.getShortMessage()));
        // Database ends each transaction
        jdbi.getConfig(Handles.class).setForceEndTransactions(false);
        return jdbi;
    }

    private static final class InstantArgument extends AbstractArgumentFactory<Instant> {
        InstantArgument() {
            super(Types.TIMESTAMP_WITH_TIMEZONE);
        }

        @Override
        protected Argument build(Instant value, ConfigRegistry config) {
            return (position, statement, context) -> statement.setObject(position, Timestamps.timestamp(value));
        }
    }
}
