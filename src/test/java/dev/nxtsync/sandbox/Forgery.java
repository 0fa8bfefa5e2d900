package dev.nxtsync.sandbox;

/** What is wrong with the next ID tokens, or with what comes with them. */
public enum Forgery {
    NONE, UNSIGNED, WRONG_AUDIENCE, WRONG_ISSUER, WRONG_NONCE, EXPIRED, NOT_YET_VALID, ISSUED_IN_FUTURE, UNKNOWN_KEY, OTHER_PARTY, MANY_AUDIENCES, OTHER_USERINFO
}
