/** How everything stands, and what is wrong: {@link dev.nxtsync.status.Findings} and {@link dev.nxtsync.status.Overview}. */
@NullMarked
package dev.nxtsync.status;

import org.jspecify.annotations.NullMarked;
