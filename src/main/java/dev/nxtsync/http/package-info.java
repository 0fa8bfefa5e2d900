/** Requests to hosts outside. Start at {@link dev.nxtsync.http.HttpLine}. */
@NullMarked
package dev.nxtsync.http;

import org.jspecify.annotations.NullMarked;
