/** Keeps a valid access token per connection, so that nobody waits for one. Start at {@link dev.nxtsync.token.RenewingTokens}. */
@NullMarked
package dev.nxtsync.token;

import org.jspecify.annotations.NullMarked;
