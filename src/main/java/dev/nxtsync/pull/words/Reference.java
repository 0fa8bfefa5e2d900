package dev.nxtsync.pull.words;

import java.util.List;
import java.util.Optional;

import dev.nxtsync.pull.target.TargetTable;

/**
 * That rows of one target refer to rows of another.
 *
 * @param columns by which they do, of the same names in both; empty if the schema does not tell
 */
record Reference(TargetTable child, TargetTable parent, Optional<List<String>> columns) {}
