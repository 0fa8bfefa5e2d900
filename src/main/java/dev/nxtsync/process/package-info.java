/** What the process itself has: memory that is given out before it is used, and threads that must go on. */
@NullMarked
package dev.nxtsync.process;

import org.jspecify.annotations.NullMarked;
