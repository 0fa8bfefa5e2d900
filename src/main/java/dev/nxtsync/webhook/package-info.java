/** Calls of Visma Connect are checked, kept, and looked at by the pulls. Start at {@link dev.nxtsync.webhook.WebhookRoute}. */
@NullMarked
package dev.nxtsync.webhook;

import org.jspecify.annotations.NullMarked;
