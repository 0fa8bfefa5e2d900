package dev.nxtsync.token;

import dev.nxtsync.config.Settings;

/** Where the tokens of connections come from for which persons sign in. */
public interface UserTokenRequests {

    TokenRequest of(Settings.Connection connection);
}
