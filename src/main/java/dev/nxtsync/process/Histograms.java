package dev.nxtsync.process;

import java.time.Duration;
import java.util.stream.DoubleStream;

import io.micrometer.core.instrument.Meter.MeterProvider;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;

/** Metrics that tell of how long something takes by buckets, so that a server of metrics can say what most of it takes. */
public final class Histograms {
    private Histograms() {}

    /**
     * A histogram for each set of labels.
     *
     * @param bounds the buckets' upper bounds, in seconds
     */
    public static MeterProvider<Timer> of(MeterRegistry metrics, String name, String description, double... bounds) {
        return Timer.builder(name).description(description)
                .serviceLevelObjectives(DoubleStream.of(bounds)
                        .mapToObj(each -> Duration.ofNanos(Math.round(each * 1e9))).toArray(Duration[]::new))
                .withRegistry(metrics);
    }
}
