/** Whose rows a table has: companies, and customers. Start at {@link dev.nxtsync.tenant.Tenant}. */
@NullMarked
package dev.nxtsync.tenant;

import org.jspecify.annotations.NullMarked;
