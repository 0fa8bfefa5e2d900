package dev.nxtsync.push;

/** The memory of payloads as a process has it, for tests of other packages. */
public final class PayloadMemoryFixture {
    private PayloadMemoryFixture() {}

    public static PayloadMemory ofHeap() {
        return new PayloadMemory();
    }
}
