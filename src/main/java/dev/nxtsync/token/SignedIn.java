package dev.nxtsync.token;

/** What a sign-in has brought. */
public record SignedIn(Person person, UserTokenSet tokens) {}
