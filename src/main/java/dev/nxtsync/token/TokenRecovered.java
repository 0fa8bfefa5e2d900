package dev.nxtsync.token;

/**
 * There is a good token again, after there was none. It is fired as a CDI event, for asynchronous observers.
 *
 * @param connection whose token it is
 */
public record TokenRecovered(String connection) {}
