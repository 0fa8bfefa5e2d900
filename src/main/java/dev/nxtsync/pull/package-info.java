/** Business NXT tables into PostgreSQL, page by page. Start at {@link dev.nxtsync.pull.Poll}. */
@NullMarked
package dev.nxtsync.pull;

import org.jspecify.annotations.NullMarked;
