/** What this connection can read: tables, columns, keys, companies. Start at {@link dev.nxtsync.graphql.schema.Introspection}. */
@NullMarked
package dev.nxtsync.graphql.schema;

import org.jspecify.annotations.NullMarked;
