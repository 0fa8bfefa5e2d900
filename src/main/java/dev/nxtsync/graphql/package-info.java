/**
 * Asks Business NXT one question and says exactly what came of it. Start at {@link dev.nxtsync.graphql.NxtClient}.
 */
@NullMarked
package dev.nxtsync.graphql;

import org.jspecify.annotations.NullMarked;
