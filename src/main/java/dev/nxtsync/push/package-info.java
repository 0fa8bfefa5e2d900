/**
 * One outbox row becomes one Business NXT record, once, or a person is told. Start at {@link dev.nxtsync.push.PushJob}.
 */
@NullMarked
package dev.nxtsync.push;

import org.jspecify.annotations.NullMarked;
