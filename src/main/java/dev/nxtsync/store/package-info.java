/** Everything that is kept in PostgreSQL. Start at {@link dev.nxtsync.store.PageWriter}. */
@NullMarked
package dev.nxtsync.store;

import org.jspecify.annotations.NullMarked;
