/** What is measured beside a reference in the same run. Start at {@link dev.nxtsync.bench.Benchmark}. */
package dev.nxtsync.bench;
