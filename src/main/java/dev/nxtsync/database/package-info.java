/** Everything that is kept in PostgreSQL. Start at {@link dev.nxtsync.store.PageWriter}. */
@NullMarked
package dev.nxtsync.database;

import org.jspecify.annotations.NullMarked;
