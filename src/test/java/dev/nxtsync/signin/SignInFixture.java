package dev.nxtsync.signin;

import dev.nxtsync.config.SignInSettings;

/** Sign-ins of which only the connections are asked for. */
public final class SignInFixture {
    private SignInFixture() {}

    public static SignIn of(SignInSettings settings) {
        return new SignIn(settings, null, null, null, null);
    }
}
