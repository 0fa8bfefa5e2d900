/**
 * How to talk to PostgreSQL: transactions, what they rely on, migrations, and what a fault means. Start at
 * {@link dev.nxtsync.database.Database}.
 */
@NullMarked
package dev.nxtsync.database;

import org.jspecify.annotations.NullMarked;
