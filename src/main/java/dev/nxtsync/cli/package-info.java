/** The daemon's start, its commands, its health and its metrics. Start at {@link dev.nxtsync.operate.NxtSync}. */
@NullMarked
package dev.nxtsync.cli;

import org.jspecify.annotations.NullMarked;
