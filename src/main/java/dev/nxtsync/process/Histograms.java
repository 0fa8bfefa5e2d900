package dev.nxtsync.process;

import java.time.Duration;
import java.util.stream.DoubleStream;

/** Metrics that tell of how long something takes by buckets, so that a server of metrics can say what most of it takes. */
public final class Histograms {
    private Histograms() {}

    /** The buckets' upper bounds, in seconds. */
    public static Duration[] of(double... seconds) {
        return DoubleStream.of(seconds).mapToObj(each -> Duration.ofNanos(Math.round(each * 1e9)))
                .toArray(Duration[]::new);
    }
}
