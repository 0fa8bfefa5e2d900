/**
 * The users' tables: their shape, pages on their way into them, and rows that do not fit. Start at
 * {@link dev.nxtsync.pull.target.PageWriter}.
 */
@NullMarked
package dev.nxtsync.pull.target;

import org.jspecify.annotations.NullMarked;
