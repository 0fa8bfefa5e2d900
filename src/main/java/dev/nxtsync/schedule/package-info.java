/** Decides which unit of work runs, here or on another replica, and what became of it. Start at {@link dev.nxtsync.schedule.JobRunner}. */
@NullMarked
package dev.nxtsync.schedule;

import org.jspecify.annotations.NullMarked;
