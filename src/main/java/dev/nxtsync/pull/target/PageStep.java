package dev.nxtsync.pull.target;

/** A page, and the progress that is made with it. */
public record PageStep(PageBuffer rows, Checkpoint checkpoint) {}
