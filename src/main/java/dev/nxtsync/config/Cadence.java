package dev.nxtsync.config;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;

import com.cronutils.model.Cron;
import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;

/** When a job is due again. */
public sealed interface Cadence {

    /** The first due time after the given moment. */
    Instant next(Instant after);

    /** Due at each multiple of the interval since 1970, so that all jobs of one interval fall due together. */
    record Every(Duration interval) implements Cadence {
        @Override
        public Instant next(Instant after) {
            long step = interval.toMillis();
            return Instant.ofEpochMilli((Math.floorDiv(after.toEpochMilli(), step) + 1) * step);
        }
    }

    /** Due by a Quartz cron expression in a time zone. */
    record At(String expression, ZoneId zone) implements Cadence {
        private static final CronParser PARSER = new CronParser(
                CronDefinitionBuilder.instanceDefinitionFor(CronType.QUARTZ));

        /** @throws IllegalArgumentException if it is not a Quartz cron expression with seconds */
        public At {
            parse(expression);
        }

        @Override
        public Instant next(Instant after) {
            return ExecutionTime.forCron(parse(expression)).nextExecution(after.atZone(zone))
                    .map(ZonedDateTime::toInstant).orElse(Instant.MAX);
        }

        private static Cron parse(String expression) {
            return PARSER.parse(expression).validate();
        }
    }
}
