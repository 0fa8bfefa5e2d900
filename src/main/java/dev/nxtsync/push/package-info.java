/**
 * Writes outbox rows to Business NXT: each becomes one record, once, or is left to a person. Start at {@link dev.nxtsync.push.PushJob}.
 */
@NullMarked
package dev.nxtsync.push;

import org.jspecify.annotations.NullMarked;
