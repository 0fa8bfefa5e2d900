package dev.nxtsync.sandbox;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** A filter argument. */
record Filter(TableModel table, Map<String, Object> expression) {

    boolean accepts(Row row) {
        return accepts(expression, row);
    }

    /** A value at or above which the given column must lie; empty if the filter does not say. */
    Optional<Object> lowerBound(String column) {
        return lowerBound(expression, column);
    }

    private boolean accepts(Map<String, Object> node, Row row) {
        for (var entry : node.entrySet()) {
            boolean accepted = switch (entry.getKey()) {
                case "_and" -> list(entry.getValue()).stream().allMatch(each -> accepts(each, row));
                case "_or" -> list(entry.getValue()).stream().anyMatch(each -> accepts(each, row));
                default -> {
                    ColumnModel column = table.column(entry.getKey());
                    Object value = row.get(column);
                    yield map(entry.getValue()).entrySet().stream()
                            .allMatch(test -> test(test.getKey(), column, value, test.getValue()));
                }
            };
            if (!accepted) {
                return false;
            }
        }
        return true;
    }

    static boolean test(String operator, ColumnModel column, Object value, Object operand) {
        if (operator.equals("_is_not_null")) {
            return (value != null) == (Boolean) operand;
        }
        if (value == null) {
            return false;
        }
        return switch (operator) {
            case "_eq" -> Key.compare(column, value, operand) == 0;
            case "_not_eq" -> Key.compare(column, value, operand) != 0;
            case "_gt" -> Key.compare(column, value, operand) > 0;
            case "_gte" -> Key.compare(column, value, operand) >= 0;
            case "_lt" -> Key.compare(column, value, operand) < 0;
            case "_lte" -> Key.compare(column, value, operand) <= 0;
            case "_in" -> ((List<?>) operand).stream().anyMatch(each -> Key.compare(column, value, each) == 0);
            case "_not_in" -> ((List<?>) operand).stream().noneMatch(each -> Key.compare(column, value, each) == 0);
            case "_like" ->
                Pattern.compile(Pattern.quote(operand.toString()).replace("%", "\\E.*\\Q"), Pattern.CASE_INSENSITIVE)
                        .matcher(value.toString()).matches();
            default -> throw new IllegalArgumentException(operator);
        };
    }

    private static Optional<Object> lowerBound(Map<String, Object> node, String column) {
        Object bound = null;
        for (var entry : node.entrySet()) {
            Optional<Object> found = Optional.empty();
            if (entry.getKey().equals("_and")) {
                found = list(entry.getValue()).stream().flatMap(each -> lowerBound(each, column).stream())
                        .max(Key::compare);
            } else if (entry.getKey().equals("_or")) {
                var bounds = list(entry.getValue()).stream().map(each -> lowerBound(each, column)).toList();
                found = bounds.stream().allMatch(Optional::isPresent)
                        ? bounds.stream().flatMap(Optional::stream).min(Key::compare)
                        : found;
            } else if (entry.getKey().equals(column)) {
                found = map(entry.getValue()).entrySet().stream()
                        .filter(test -> List.of("_gt", "_gte", "_eq").contains(test.getKey())).map(Map.Entry::getValue)
                        .max(Key::compare);
            }
            if (found.isPresent() && (bound == null || Key.compare(found.get(), bound) > 0)) {
                bound = found.get();
            }
        }
        return Optional.ofNullable(bound);
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(Object node) {
        return (Map<String, Object>) node;
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> list(Object node) {
        return (List<Map<String, Object>>) node;
    }
}
