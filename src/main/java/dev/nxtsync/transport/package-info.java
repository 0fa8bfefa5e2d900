/** Requests to hosts outside. Start at {@link dev.nxtsync.transport.HttpLine}. */
@NullMarked
package dev.nxtsync.transport;

import org.jspecify.annotations.NullMarked;
