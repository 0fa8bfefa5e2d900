/** Everything that can go wrong, by code, with its meaning and what to do: {@link dev.nxtsync.error.ErrorCode}; and how it is told. */
@NullMarked
package dev.nxtsync.error;

import org.jspecify.annotations.NullMarked;
