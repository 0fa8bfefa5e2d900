package dev.nxtsync.support;

/** Whether a promise is tested small, as in CI, or in full. */
public final class Size {
    private Size() {}

    public static boolean full() {
        return Boolean.getBoolean("nxt.endurance");
    }

    public static <T> T of(T small, T full) {
        return full() ? full : small;
    }

    /** Prints a figure of a test. */
    public static void figure(String format, Object... arguments) {
        System.out.println("[figure] " + String.format(java.util.Locale.ROOT, format, arguments));
    }
}
