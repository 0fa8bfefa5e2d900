/** Traces: a span for each step of a run or a renewal, and the way of spans to their collector. */
@NullMarked
package dev.nxtsync.trace;

import org.jspecify.annotations.NullMarked;
