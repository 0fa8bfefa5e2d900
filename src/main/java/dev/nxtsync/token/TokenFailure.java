package dev.nxtsync.token;

/**
 * Why a request for a token brought none.
 *
 * @param code what happened, as a metric's label: an {@code error} of RFC 6749, section 5.2, or a word of ours
 * @param message what happened and what to do next, in an operator's words; never a secret
 */
public record TokenFailure(String code, String message) {}
