/**
 * By which columns the rows of a table are told apart, and whether Business NXT proves it. Start at
 * {@link dev.nxtsync.pull.key.KeyChoices}.
 */
@NullMarked
package dev.nxtsync.pull.key;

import org.jspecify.annotations.NullMarked;
