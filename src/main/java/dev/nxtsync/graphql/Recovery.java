package dev.nxtsync.graphql;

/** What to do after a failure. Closed: whoever decides by it names every member. */
public enum Recovery {
    /** The server is alive and has no room now: the same again, after the wait. */
    WAIT,
    /** Nothing was done: the same again, after a back-off. */
    RETRY,
    /** It may have been done: reads repeat after a back-off, writes look first. */
    LOOK_FIRST,
    /** Nothing will change until somebody grants a right; others go on. */
    STOP,
    /** Nothing will change until the configuration or the schema does. */
    FIX
}
