package dev.nxtsync.signin;

import java.util.HexFormat;

import com.nimbusds.oauth2.sdk.auth.Secret;

/** A secret that nobody can guess, and what is kept of it. */
record RandomToken(String value) {
    private static final int BYTES = 32;

    static RandomToken secret() {
        return new RandomToken(new Secret(BYTES).getValue());
    }

    /** Its SHA-256: enough for what is random, as it cannot be searched for. */
    String hash() {
        return HexFormat.of().formatHex(new Secret(value).getSHA256());
    }

    @Override
    public String toString() {
        return "(secret)";
    }
}
