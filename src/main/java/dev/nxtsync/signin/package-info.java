/**
 * A person signs in once, and the daemon works in that person's name from then on. The way in is
 * {@link dev.nxtsync.signin.SignIn}; what keeps it going is {@link dev.nxtsync.signin.RefreshTokens}.
 */
@NullMarked
package dev.nxtsync.signin;

import org.jspecify.annotations.NullMarked;
