/**
 * How everything stands, what is wrong, and who is told of it: {@link dev.nxtsync.status.Findings} and
 * {@link dev.nxtsync.status.StatusReport}.
 */
@NullMarked
package dev.nxtsync.status;

import org.jspecify.annotations.NullMarked;
