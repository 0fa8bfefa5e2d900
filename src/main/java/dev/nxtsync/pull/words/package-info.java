/**
 * What stands in targets, in words: names of enumerations' values, and which table refers to which. Start at
 * {@link dev.nxtsync.pull.words.WordReading}.
 */
@NullMarked
package dev.nxtsync.pull.words;

import org.jspecify.annotations.NullMarked;
