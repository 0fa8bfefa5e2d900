package dev.nxtsync.sandbox;

/** A column of the model, with how the demo's values are made. */
record ColumnModel(String name, Kind kind, Made made) {

    /** GraphQL type and companion. */
    enum Kind {
        INT("Int", ""), SHORT("Short", ""), LONG("Long", ""), DECIMAL("Decimal", ""), STRING("String", ""), BOOLEAN(
                "Boolean", ""), DATE("Int", "AsDate"), TIME("Int", "AsTime"), PRECISION_TIME("Int",
                        "AsTime"), ENUM("Int", "AsEnum"), FLAGS("Int", "Flags"), TIMESTAMP("DateTime", "");

        final String scalar;
        final String suffix;

        Kind(String scalar, String suffix) {
            this.scalar = scalar;
            this.suffix = suffix;
        }
    }

    /** The value of the row with the given number (from 0) in a company. */
    @FunctionalInterface
    interface Made {
        Object of(int row, int salt);
    }

    String companion() {
        return name + kind.suffix;
    }
}
