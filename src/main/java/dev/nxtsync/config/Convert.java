package dev.nxtsync.config;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/** Text to the type of a setting; what does not convert is an {@link IllegalArgumentException} that says what would. */
final class Convert {
    private static final Pattern DURATION = Pattern.compile("(\\d+)\\s*(ms|s|m|h|d)");
    private static final Map<String, ChronoUnit> UNITS = Map.of("ms", ChronoUnit.MILLIS, "s", ChronoUnit.SECONDS, "m",
            ChronoUnit.MINUTES, "h", ChronoUnit.HOURS, "d", ChronoUnit.DAYS);

    private Convert() {}

    static Object to(RecordComponent component, Class<?> type, String text) {
        if (type == String.class) {
            return text;
        }
        if (type == Integer.class) {
            return identifier(text);
        }
        if (type == int.class) {
            return number(text, component.getAnnotation(Range.class));
        }
        if (type == double.class) {
            return share(text, component.getAnnotation(Range.class));
        }
        if (type == Duration.class) {
            return component.isAnnotationPresent(Off.class)
                    ? durationOrOff(text)
                    : duration(text, component.getAnnotation(Range.class));
        }
        if (type == ZoneId.class) {
            return zone(text);
        }
        if (type == List.class) {
            return list(text,
                    ((ParameterizedType) component.getGenericType()).getActualTypeArguments()[0] == Integer.class);
        }
        if (type.isEnum()) {
            return constant(type, text);
        }
        throw new IllegalStateException("no conversion to " + type + " for " + component);
    }

    private static int identifier(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("is not a whole number", e);
        }
    }

    private static int number(String text, Range range) {
        try {
            int number = Integer.parseInt(text);
            if (number >= range.min() && number <= range.max()) {
                return number;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new IllegalArgumentException("is not a whole number from " + range.min() + " to " + range.max());
    }

    private static double share(String text, Range range) {
        try {
            double number = Double.parseDouble(text);
            if (number >= range.min() && number <= range.max()) {
                return number;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new IllegalArgumentException(
                "is not a number from " + range.min() + " to " + range.max() + "; write for example 0.2");
    }

    private static Duration duration(String text, @Nullable Range range) {
        Duration duration = duration(text, range != null && range.min() == 0);
        if (range != null && (duration.toSeconds() < range.min() || duration.toMillis() > range.max() * 1000L)) {
            throw new IllegalArgumentException("is not from " + range.min() + "s to " + range.max() + "s");
        }
        return duration;
    }

    private static Duration durationOrOff(String text) {
        try {
            return text.equals("off") ? Duration.ZERO : duration(text, false);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(e.getMessage() + ", or off", e);
        }
    }

    private static Duration duration(String text, boolean orNone) {
        Matcher matcher = DURATION.matcher(text);
        if (matcher.matches()) {
            try {
                long amount = Long.parseLong(matcher.group(1));
                Duration duration = Duration.of(amount, UNITS.get(matcher.group(2)));
                if ((amount > 0 || orNone) && duration.compareTo(Duration.ofDays(3650)) < 0) {
                    return duration;
                }
            } catch (ArithmeticException | NumberFormatException e) {
                // said below
            }
        }
        throw new IllegalArgumentException("is not a duration; write for example 30s, 5m or 24h");
    }

    private static ZoneId zone(String text) {
        try {
            return ZoneId.of(text);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("is not a time zone"
                    + NameSuggestion.hint(text, ZoneId.getAvailableZoneIds()) + "; write for example Europe/Oslo", e);
        }
    }

    private static List<?> list(String text, boolean numbers) {
        if (text.equals("all")) {
            return List.of();
        }
        List<String> items = Arrays.stream(text.split(",", -1)).map(String::strip).filter(item -> !item.isEmpty())
                .toList();
        if (!numbers) {
            return items;
        }
        try {
            return items.stream().map(Integer::valueOf).toList();
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("is not a list of whole numbers, separated by commas", e);
        }
    }

    private static String shown(Object constant) {
        return constant.toString().toLowerCase(Locale.ROOT);
    }

    private static Object constant(Class<?> type, String text) {
        Object[] constants = type.getEnumConstants();
        return Arrays.stream(constants).filter(each -> shown(each).equals(text)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("is not one of: "
                        + Arrays.stream(constants).map(Convert::shown).collect(Collectors.joining(", "))));
    }
}
