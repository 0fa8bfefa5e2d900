/**
 * Calls of Visma Connect are checked and kept, and the pulls look at what they tell. Start at
 * {@link dev.nxtsync.webhook.WebhookQueue}.
 */
@NullMarked
package dev.nxtsync.webhook;

import org.jspecify.annotations.NullMarked;
