/**
 * The command line: the daemon's start and its commands. Only this prints. Start at {@link dev.nxtsync.cli.NxtSync}.
 */
@NullMarked
package dev.nxtsync.cli;

import org.jspecify.annotations.NullMarked;
