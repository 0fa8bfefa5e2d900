package dev.nxtsync.token;

/**
 * There is a good token again, after there was none. It is fired as a CDI event, in the thread that got the token: what an
 * observer does is short.
 *
 * @param connection whose token it is
 */
public record TokenRecovered(String connection) {}
