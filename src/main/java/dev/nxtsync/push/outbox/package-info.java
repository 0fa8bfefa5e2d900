/**
 * The tables of pushes: rows that wait, are sent, in doubt or dead, and the state of each push. Start at
 * {@link dev.nxtsync.push.outbox.Outbox}.
 */
@NullMarked
package dev.nxtsync.push.outbox;

import org.jspecify.annotations.NullMarked;
