package dev.nxtsync.push.outbox;

import dev.nxtsync.schedule.Claim;

/** One push in one company: what is in the way of one of its rows is in the way of the others. */
public record PushedCompany(String push, int company) {

    /** The push and company of a claimed lane. */
    public static PushedCompany of(Claim lane) {
        return new PushedCompany(lane.entry(), lane.company());
    }
}
