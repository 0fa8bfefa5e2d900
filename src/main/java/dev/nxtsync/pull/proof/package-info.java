/** Control totals: what Business NXT adds up of groups of rows, beside what the target adds up to. */
@NullMarked
package dev.nxtsync.pull.proof;

import org.jspecify.annotations.NullMarked;
