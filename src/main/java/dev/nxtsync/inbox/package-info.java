/** The keys that webhooks told of, until they are looked at: {@link dev.nxtsync.inbox.Inbox}. */
@NullMarked
package dev.nxtsync.inbox;

import org.jspecify.annotations.NullMarked;
