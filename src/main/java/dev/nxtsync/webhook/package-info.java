/** Webhooks of Visma Connect: checks that a call is genuine, keeps what it says is to be looked at, and wakes who looks. */
@NullMarked
package dev.nxtsync.webhook;

import org.jspecify.annotations.NullMarked;
