/** Tells a person of what has changed for better or worse, by one signed call. Start at {@link dev.nxtsync.notice.Watch}. */
@NullMarked
package dev.nxtsync.notice;

import org.jspecify.annotations.NullMarked;
