/** Probes and metrics. Start at {@link dev.nxtsync.health.FindingsCheck}. */
@NullMarked
package dev.nxtsync.health;

import org.jspecify.annotations.NullMarked;
