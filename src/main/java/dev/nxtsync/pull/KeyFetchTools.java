package dev.nxtsync.pull;

import io.micrometer.core.instrument.Timer;

import dev.nxtsync.inbox.Inbox;
import dev.nxtsync.process.LogThrottle;
import dev.nxtsync.pull.state.PullStates;

/**
 * What looks at keys work with.
 *
 * @param setAside by pull: there may be many keys, each of which comes once
 * @param delay from an event's arrival to the commit of its row
 */
record KeyFetchTools(PullStates states, Inbox inbox, KeyFetchHistory history, LogThrottle<String> setAside,
        Timer delay) {}
